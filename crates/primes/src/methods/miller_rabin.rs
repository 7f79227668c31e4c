//! `miller-rabin`: a theorem tells primes, and no divisor is looked for beyond the smallest primes.
//!
//! Numbers that none of the odd primes up to 137 divides are raised to a power modulo themselves, with bases that are
//! known to let no composite number of 64 bits pass: the answer is exact, not probable. `strong/` says why, and from
//! where the bases come. A number costs less than a microsecond wherever it lies, where divisors up to the root of
//! 2^63 would take it seconds.
//!
//! Steps are powers: one for each base that a number is tested with.

use crate::divisibility::{Choice, SmallPrimes};
use crate::one_by_one::EachPrime;
use crate::strong::{primes32, primes64};
use crate::{Method, Range, Steps};

pub(super) const METHOD: Method = Method {
    name: "miller-rabin",
    about: "the powers of a few bases modulo the number: exact for 64 bits",
    is_brute_force: false,
    step: "powers",
    file: file!(),
    prepare: |_| {
        Box::new(MillerRabin {
            small: SmallPrimes::new(),
            choice: Choice::best(),
        })
    },
    // A power has as many squares as the number has bits, and most of the numbers that are raised are not prime.
    weight: |number| f64::from(64 - number.leading_zeros()) + 16.0,
    least_piece: |_| 1 << 11,
};

struct MillerRabin {
    small: SmallPrimes,
    choice: Choice,
}

impl EachPrime for MillerRabin {
    fn each(&self, piece: Range, mut found: impl FnMut(u64)) -> Steps {
        if (piece.first()..=piece.last()).contains(&2) {
            found(2);
        }
        let (mut passed, mut steps) = (Vec::new(), 0);
        let mut next = Some(piece.first() | 1);
        while let Some(first) = next.filter(|first| *first <= piece.last()) {
            let count = ((piece.last() - first) / 2 + 1).min(BLOCK);
            let last = first + 2 * (count - 1);
            passed.clear();
            // They are stopped by themselves.
            let small = (first..=last.min(SmallPrimes::LAST)).step_by(2);
            small
                .filter(|number| SmallPrimes::contains(*number))
                .for_each(&mut found);
            self.small.pass(self.choice, first, count, &mut passed);
            // 1 is divided by no prime.
            let begin = usize::from(passed.first() == Some(&1));
            let at = passed.partition_point(|number| number >> 32 == 0);
            steps += primes32(&passed[begin..at], &mut found);
            steps += primes64(&passed[at..], &mut found);
            next = first.checked_add(2 * count);
        }
        Steps(steps)
    }
}

/// Odd numbers that are looked at together.
const BLOCK: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: u64, last: u64) {
        let search = (METHOD.prepare)(last);
        let mut primes = Vec::new();
        search.find(Range::new(first, last).expect("numbers"), &mut primes);
        for number in first..=last {
            let expected = machine_prime::is_prime(number);
            assert_eq!(primes.binary_search(&number).is_ok(), expected, "{number}");
        }
        assert!(primes.is_sorted());
    }

    #[test]
    fn the_crate_machine_prime_says_the_same() {
        check(0, 70_000);
        for bits in 17..64 {
            check((1 << bits) - 300, (1 << bits) + 300);
        }
        check(u64::MAX - 600, u64::MAX);
        for bound in [
            55_245_642_489_451,
            7_999_252_175_582_851,
            585_226_005_592_931_977,
        ] {
            check(bound - 100, bound + 100);
        }
    }

    #[test]
    fn products_that_often_pass_a_single_base_are_not_taken_for_primes() {
        // n = (k + 1)(r k + 1) with both factors prime: most strong probable primes to base 2 are such.
        let search = (METHOD.prepare)(u64::MAX);
        for start in [
            1 << 10,
            1 << 15,
            1 << 16,
            1 << 20,
            1 << 24,
            1 << 28,
            1_500_000_000,
        ] {
            for k in (start..start + 3_000).step_by(2) {
                for r in 2..=5 {
                    let number = (k + 1) * (r * k + 1);
                    let range = Range::new(number, number).expect("a number");
                    assert_eq!(search.count(range).0, 0, "{number}");
                }
            }
        }
    }
}
