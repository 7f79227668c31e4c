//! Which kernel: the best that the processor has, found out when the program runs.

use super::numbers32::{self, search32};
use super::numbers64::{self, search64};
use super::portable::Portable;
use super::{Divisors, Kernel, SmallPrimes};
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512};
use crate::Range;
use crate::root::root;

/// A set of instructions that this processor has; there is no other way to get one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice(Instructions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Choice {
    /// All that this processor has, the best last.
    pub(crate) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have none to add")]
        let mut all = vec![Self(Instructions::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                all.push(Self(Instructions::Avx2));
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                all.push(Self(Instructions::Avx512));
            }
        }
        all
    }

    /// The best.
    pub(crate) fn best() -> Self {
        *Self::all()
            .last()
            .expect("the portable one is always there")
    }
}

/// The tables for all numbers up to some greatest.
#[derive(Debug)]
pub(crate) struct Tables {
    small: Divisors<u32, 16>,
    large: Option<Divisors<u64, 8>>,
}

impl Tables {
    pub(crate) fn new(greatest: u64) -> Self {
        let small = root(greatest.min(u32::MAX.into())).max(129) as u32;
        Self {
            small: Divisors::new32((3..=small).step_by(2), numbers32::GROUP),
            large: (greatest > u32::MAX.into())
                .then(|| Divisors::new64((3..=numbers64::TABLE_END).step_by(2), numbers64::GROUP)),
        }
    }

    /// Tells of the odd primes of a piece, ascending, and returns how many divisors were tried.
    pub(crate) fn search(&self, choice: Choice, piece: Range, found: impl FnMut(u64)) -> u64 {
        match choice.0 {
            // SAFETY: it needs no instructions beyond those that every program here uses.
            Instructions::Portable => unsafe { self.search_by::<Portable>(piece, found) },
            // SAFETY: there is such a choice only where the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { self.search_avx2(piece, found) },
            // SAFETY: there is such a choice only where the processor has AVX-512 F and DQ.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { self.search_avx512(piece, found) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn search_avx2(&self, piece: Range, found: impl FnMut(u64)) -> u64 {
        // SAFETY: this function has AVX2.
        unsafe { self.search_by::<Avx2>(piece, found) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn search_avx512(&self, piece: Range, found: impl FnMut(u64)) -> u64 {
        // SAFETY: this function has AVX-512 F and DQ.
        unsafe { self.search_by::<Avx512>(piece, found) }
    }

    /// # Safety
    /// The processor has the kernel's instructions.
    #[inline(always)]
    unsafe fn search_by<K: Kernel>(&self, piece: Range, mut found: impl FnMut(u64)) -> u64 {
        // SAFETY: the caller vouches for the instructions.
        let small = unsafe { search32::<K>(&self.small, piece, &mut found) };
        let large = match &self.large {
            // SAFETY: as above.
            Some(table) => unsafe { search64::<K>(table, piece, &mut found) },
            None => 0,
        };
        small + large
    }
}

impl SmallPrimes {
    /// Appends those odd numbers from `first` on, `count` of them, that no small prime divides. A small prime divides
    /// itself.
    pub(crate) fn pass(&self, choice: Choice, first: u64, count: u64, passed: &mut Vec<u64>) {
        match choice.0 {
            // SAFETY: it needs no instructions beyond those that every program here uses.
            Instructions::Portable => unsafe { self.pass_by::<Portable>(first, count, passed) },
            // SAFETY: there is such a choice only where the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { self.pass_avx2(first, count, passed) },
            // SAFETY: there is such a choice only where the processor has AVX-512 F and DQ.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { self.pass_avx512(first, count, passed) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn pass_avx2(&self, first: u64, count: u64, passed: &mut Vec<u64>) {
        // SAFETY: this function has AVX2.
        unsafe { self.pass_by::<Avx2>(first, count, passed) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq")]
    fn pass_avx512(&self, first: u64, count: u64, passed: &mut Vec<u64>) {
        // SAFETY: this function has AVX-512 F and DQ.
        unsafe { self.pass_by::<Avx512>(first, count, passed) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Which of 16 divisors of 32 bits and which of the first 8 as words of 64 bits divide, by a kernel.
    fn hits(choice: Choice, number: u64, divisors: &[u32; 16]) -> (u64, u64) {
        let narrow = Divisors::new32(divisors.iter().copied(), 1);
        let wide = Divisors::new64(divisors[..8].iter().map(|divisor| u64::from(*divisor)), 1);
        let (inverses, limits) = (&narrow.inverses[0], &narrow.limits[0]);
        let (wide_inverses, wide_limits) = (&wide.inverses[0], &wide.limits[0]);
        // SAFETY: there is a choice only where the processor has its instructions.
        unsafe {
            match choice.0 {
                Instructions::Portable => (
                    Portable::divides16(number as u32, inverses, limits),
                    Portable::divides8(number, wide_inverses, wide_limits),
                ),
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 => (
                    Avx2::divides16(number as u32, inverses, limits),
                    Avx2::divides8(number, wide_inverses, wide_limits),
                ),
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 => (
                    Avx512::divides16(number as u32, inverses, limits),
                    Avx512::divides8(number, wide_inverses, wide_limits),
                ),
            }
        }
    }

    #[track_caller]
    fn check(number: u64, divisors: &[u32; 16]) {
        let expected = |number: u64, count: usize| {
            let divides = |lane: usize| number.is_multiple_of(divisors[lane].into());
            (0..count).fold(0, |bits, lane| bits | u64::from(divides(lane)) << lane)
        };
        let expected = (
            expected(number & u64::from(u32::MAX), 16),
            expected(number, 8),
        );
        for choice in Choice::all() {
            assert_eq!(
                hits(choice, number, divisors),
                expected,
                "{choice:?} {number}"
            );
        }
    }

    #[test]
    fn kernels_say_what_division_says_for_all_numbers_of_16_bits() {
        let divisors = [
            3,
            5,
            7,
            9,
            11,
            13,
            15,
            17,
            19,
            21,
            251,
            255,
            257,
            32_767,
            65_535,
            u32::MAX,
        ];
        for number in 0..1 << 16 {
            check(number, &divisors);
        }
    }

    proptest! {
        #[test]
        fn kernels_say_what_division_says_for_any_number(
            number: u64,
            divisors: [u32; 16],
            quotient: u32,
            lane in 0_usize..16,
        ) {
            let divisors = divisors.map(|divisor| divisor | 1);
            check(number, &divisors);
            check(u64::from(quotient) * u64::from(divisors[lane]), &divisors);
            // Multiples of small divisors, which random numbers of 32 bits are none of.
            let small = divisors.map(|divisor| (divisor % 1_000) | 1);
            check(number, &small);
            check(u64::from(quotient), &small);
        }
    }
}
