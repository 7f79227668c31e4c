//! Numbers that no small prime divides: what is worth a costlier look.

use super::{Divisors, Kernel};

/// The odd primes up to [`SmallPrimes::LAST`].
#[derive(Debug)]
pub(crate) struct SmallPrimes {
    table32: Divisors<u32, 16>,
    table64: Divisors<u64, 8>,
}

impl SmallPrimes {
    /// The greatest.
    pub(crate) const LAST: u64 = 137;

    pub(crate) fn new() -> Self {
        Self {
            table32: Divisors::new32(PRIMES.into_iter().map(u32::from), 2),
            table64: Divisors::new64(PRIMES.into_iter().map(u64::from), 4),
        }
    }

    /// Whether a number up to [`SmallPrimes::LAST`] is an odd prime.
    pub(crate) fn contains(number: u64) -> bool {
        PRIMES.iter().any(|prime| u64::from(*prime) == number)
    }

    /// As [`SmallPrimes::pass`].
    ///
    /// # Safety
    /// The processor has the kernel's instructions.
    #[inline(always)]
    pub(super) unsafe fn pass_by<K: Kernel>(&self, first: u64, count: u64, passed: &mut Vec<u64>) {
        let start = passed.len();
        // One place more than can be needed: every number is written, and kept only if it passes.
        passed.resize(start + count as usize + 1, 0);
        let places = &mut passed[start..];
        let mut kept = 0;
        for index in 0..count {
            let number = first + 2 * index;
            // SAFETY: the caller vouches for the instructions.
            let hits = unsafe { self.hits::<K>(number) };
            places[kept] = number;
            kept += usize::from(hits == 0);
        }
        passed.truncate(start + kept);
    }

    /// # Safety
    /// The processor has the kernel's instructions.
    #[inline(always)]
    unsafe fn hits<K: Kernel>(&self, number: u64) -> u64 {
        let mut hits = 0;
        if number >> 32 == 0 {
            for (inverses, limits) in self.table32.inverses.iter().zip(&self.table32.limits) {
                // SAFETY: the caller vouches for the instructions.
                hits |= unsafe { K::divides16(number as u32, inverses, limits) };
            }
        } else {
            for (inverses, limits) in self.table64.inverses.iter().zip(&self.table64.limits) {
                // SAFETY: as above.
                hits |= unsafe { K::divides8(number, inverses, limits) };
            }
        }
        hits
    }
}

/// As many as fill two vectors of 16. With them 23 % of the odd numbers pass; the next 16 primes would stop but a
/// tenth of those.
const PRIMES: [u8; 32] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::divisibility::Choice;

    #[test]
    fn what_passes_has_no_small_divisor_and_what_does_not_has_one() {
        let small = SmallPrimes::new();
        for first in [
            1,
            60_001,
            (1 << 32) - 3_001,
            (1 << 63) + 1,
            u64::MAX - 3_000,
        ] {
            let odd = (first..=first + 2_998).step_by(2);
            let expected: Vec<u64> = odd
                .filter(|n| PRIMES.iter().all(|p| n % u64::from(*p) != 0))
                .collect();
            for choice in Choice::all() {
                let mut passed = vec![0];
                small.pass(choice, first, 1_500, &mut passed);
                assert_eq!(passed[1..], expected, "{choice:?}");
            }
        }
    }
}
