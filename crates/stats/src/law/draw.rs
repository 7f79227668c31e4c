//! From random bits to gaps.

use rand_core::Rng;

use super::Law;

/// A number uniform in `[0, 1)`: a multiple of 2^-53 from the 53 high bits of one word, all that
/// a double can tell apart below 1.
pub fn unit_from<R: Rng + ?Sized>(random: &mut R) -> f64 {
    (random.next_u64() >> 11) as f64 * (f64::EPSILON / 2.0)
}

/// One gap of `law`, in seconds; takes one word from `random`, whatever the law.
pub fn gap_from<R: Rng + ?Sized>(law: &dyn Law, random: &mut R) -> f64 {
    law.gap(unit_from(random))
}

/// A gap in seconds as whole nanoseconds, the nearest. A law promises gaps that fit 63 bits of them.
pub fn nanos_of(gap: f64) -> u64 {
    (gap * 1e9).round() as u64
}

/// The nearest number within `[0, 1)`; 0 for one that is no number.
pub(super) fn within_unit(unit: f64) -> f64 {
    // Not `clamp`, which would let a NaN through.
    unit.max(0.0).min(1.0_f64.next_down())
}

#[cfg(test)]
mod tests {
    use rand_core::{Infallible, TryRng};

    use super::*;
    use crate::law::by_name;

    /// The same word for ever.
    struct Stuck(u64);

    impl TryRng for Stuck {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(self.0 as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(self.0)
        }

        fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
            dst.fill(self.0 as u8);
            Ok(())
        }
    }

    #[track_caller]
    fn check(word: u64, expected: f64) {
        assert_eq!(unit_from(&mut Stuck(word)), expected);
    }

    #[test]
    fn the_high_bits_make_the_unit() {
        check(0, 0.0);
        check(1 << 63, 0.5);
        check((1 << 11) - 1, 0.0);
        check(1 << 11, 2.0_f64.powi(-53));
    }

    #[test]
    fn a_gap_is_rounded_to_nanoseconds() {
        assert_eq!(
            [0.0, 0.5e-9, 1.4e-9, 2.5].map(nanos_of),
            [0, 1, 1, 2_500_000_000]
        );
    }

    #[test]
    fn the_unit_stays_below_one() {
        check(u64::MAX, 1.0_f64.next_down());
    }

    #[test]
    fn a_gap_is_that_of_its_unit() {
        let law = (by_name("uniform").unwrap().build)(3.0).unwrap();
        assert_eq!(gap_from(&*law, &mut Stuck(1 << 63)), 1.5);
    }
}
