//! What can be known of primes before they are searched: how far the n-th is, how many bytes a range needs.
//!
//! The bounds are those of P. Dusart, "Estimates of some functions over primes without R.H."
//! (arXiv:1002.0442, 2010), theorem 6.9, where π(x) is how many primes there are up to x:
//!
//! ```text
//!   x/ln x · (1 + 1/ln x)  ≤  π(x)              for x ≥ 599
//!   π(x)  ≤  x/ln x · (1 + 1.2762/ln x)          for x > 1
//! ```

use primes::Range;

/// At least so many primes are up to `x`.
fn at_least(x: f64) -> f64 {
    // Below 599 the formula promises too much; 1 in 6 numbers is fewer than there are.
    match x < 599.0 {
        true => x / 6.0 - 1.0,
        false => x / x.ln() * (1.0 + 1.0 / x.ln()),
    }
}

/// At most so many primes are up to `x`.
fn at_most(x: f64) -> f64 {
    match x < 2.0 {
        true => 0.0,
        false => x / x.ln() * (1.0 + 1.2762 / x.ln()),
    }
}

/// At most so many primes are in the range.
pub fn most_primes(range: Range) -> f64 {
    let before = range.first().saturating_sub(1) as f64;
    // The bounds are bounds of whole counts; a little is added for what an `f64` rounds off.
    let between = at_most(range.last() as f64) - at_least(before).max(0.0);
    (between * (1.0 + 1e-9) + 1.0).min(range.len() as f64)
}

/// A number that the `nth` prime from `first` on is not greater than; the greatest there is when it may be.
pub fn bound_of(nth: u64, first: u64) -> u64 {
    let wanted = nth as f64 + at_most(first as f64);
    let (mut low, mut high) = (first, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        match at_least(middle as f64) * (1.0 - 1e-9) >= wanted {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

/// About how many bytes the primes of a range take, a line each: rather too few, for it is what a disk
/// must have. In each decade primes are at least as dense as at its end, 1 / ln x.
pub fn bytes(range: Range) -> u64 {
    let (mut sum, mut low, mut digits) = (0.0, 1_u128, 1.0);
    while low <= u128::from(range.last()) {
        let first = low.max(u128::from(range.first()));
        let last = (low * 10 - 1).min(u128::from(range.last()));
        if first <= last {
            let density = 1.0 / (last as f64).ln().max(1.0);
            sum += (last - first + 1) as f64 * density * (digits + 1.0);
        }
        (low, digits) = (low * 10, digits + 1.0);
    }
    sum as u64
}

#[cfg(test)]
mod tests {
    use primes::METHODS;

    use super::*;

    fn count(first: u64, last: u64) -> u64 {
        let range = Range::new(first, last).expect("numbers");
        (METHODS[0].prepare)(last).count(range).0
    }

    #[test]
    fn the_bounds_hold_where_they_can_be_counted() {
        for x in (1..3000).chain([10_000, 30_000]) {
            let exact = count(1, x) as f64;
            assert!(
                at_least(x as f64) <= exact && exact <= at_most(x as f64).max(0.0),
                "{x}"
            );
        }
    }

    #[test]
    fn the_nth_prime_is_within_its_bound() {
        for (first, nth) in [(1, 1), (1, 10), (1, 2000), (500, 1), (10_000, 500)] {
            let bound = bound_of(nth, first);
            assert!(count(first, bound) >= nth, "{nth} from {first}: {bound}");
        }
        assert_eq!(bound_of(425_656_284_035_217_743, 1), u64::MAX);
        // Ten percent more is searched at the most, and only where nobody ends the search.
        assert!(bound_of(78_498, 1) < 1_100_000);
    }

    #[test]
    fn a_file_needs_at_least_what_is_foretold() {
        let range = Range::new(1, 1_000_000).expect("numbers");
        let foretold = bytes(range);
        assert!((450_000..=538_467).contains(&foretold), "{foretold}");
        let all = bytes(Range::new(0, u64::MAX).expect("numbers"));
        // 4.25e17 primes of 19 or 20 digits.
        assert!((7.9e18..9.0e18).contains(&(all as f64)), "{all}");
    }

    #[test]
    fn no_range_has_more_primes_than_its_bound() {
        for (first, last) in [(1, 1), (1, 2), (2, 3), (90, 100), (1, 1000), (1000, 2000)] {
            let range = Range::new(first, last).expect("numbers");
            assert!(
                most_primes(range) >= count(first, last) as f64,
                "{first} to {last}"
            );
        }
    }
}
