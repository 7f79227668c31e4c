//! Where the n-th prime is at the most.

/// A number that is not below the n-th prime (the first is 2); None for the zeroth, and where the n-th prime is above
/// 2^64 - 1.
///
/// For n ≥ 6, p(n) < n (ln n + ln ln n): Rosser and Schoenfeld, "Approximate formulas for some functions of prime
/// numbers", Illinois J. Math. 6 (1962), (3.13). For n ≥ 688,383, p(n) ≤ n (ln n + ln ln n - 1 + (ln ln n - 2) / ln n):
/// Dusart, "Estimates of some functions over primes without R.H.", arXiv:1002.0442 (2010), proposition 6.6.
pub fn nth_upper_bound(n: u64) -> Option<u64> {
    match n {
        0 => return None,
        1..=5 => return Some(11),
        _ if n > PRIMES_BELOW_2_64 => return None,
        _ => {}
    }
    let count = n as f64;
    let ln = count.ln();
    let ln_ln = ln.ln();
    let per_prime = if n < 688_383 {
        ln + ln_ln
    } else {
        ln + ln_ln - 1.0 + (ln_ln - 2.0) / ln
    };
    // The margin covers what f64 rounds, 2^-53 an operation; a cast saturates.
    Some((count * per_prime * (1.0 + 1e-14)) as u64 + u64::from(n < 1 << 53))
}

/// How many primes there are below 2^64: sequence A007053 of the OEIS, entry 64.
const PRIMES_BELOW_2_64: u64 = 425_656_284_035_217_743;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{METHODS, Range};

    #[test]
    fn each_of_the_first_primes_is_within_its_bound() {
        let last = 1_000_000;
        let method = METHODS
            .iter()
            .find(|method| method.name == "sieve")
            .expect("listed");
        let mut primes = Vec::new();
        (method.prepare)(last).find(Range::new(0, last).expect("numbers"), &mut primes);
        for (prime, n) in primes.into_iter().zip(1..) {
            let bound = nth_upper_bound(n).expect("a small prime");
            assert!(
                prime <= bound && bound <= prime * 3 / 2 + 9,
                "{n}: {prime} {bound}"
            );
        }
    }

    #[test]
    fn known_primes_are_within_their_bounds_and_near_them() {
        // Sequence A006988 of the OEIS: the 10^k-th prime; and the last prime below 2^64.
        let known = [
            (6, 15_485_863),
            (7, 179_424_673),
            (9, 22_801_763_489),
            (12, 29_996_224_275_833),
            (15, 37_124_508_045_065_437),
            (17, 4_185_296_581_467_695_669),
        ];
        let known = known.map(|(k, prime)| (10_u64.pow(k), prime));
        let last = (PRIMES_BELOW_2_64, 18_446_744_073_709_551_557);
        for (n, prime) in known.into_iter().chain([last]) {
            let bound = nth_upper_bound(n).expect("below 2^64");
            assert!(
                bound >= prime && bound as f64 <= prime as f64 * 1.01,
                "{n}: {bound}"
            );
        }
    }

    #[test]
    fn there_is_no_zeroth_prime_and_none_past_the_last_of_64_bits() {
        assert_eq!(nth_upper_bound(0), None);
        assert_eq!(nth_upper_bound(PRIMES_BELOW_2_64 + 1), None);
        assert_eq!(nth_upper_bound(u64::MAX), None);
    }
}
