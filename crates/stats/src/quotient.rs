//! The `f64` nearest to a quotient of two big integers.
//!
//! Every figure of this crate that promises "rounded once" is rounded here: sums, means and
//! variances are kept as whole numbers until this last step.

use num_bigint::BigUint;

/// Whole numbers of this file count units of 2^-1075, one binary place below the smallest
/// subnormal. The place makes a double's biased exponent the position of its lowest bit.
pub(crate) const UNIT_PLACES: usize = 1075;

/// `numerator / denominator` rounded to the nearest `f64`, ties to the even one. The numerator
/// counts units of 2^-[`UNIT_PLACES`], the denominator is a plain number.
///
/// Right for subnormals too; what lies at or beyond 2^1024 - 2^970, half a step above `f64::MAX`,
/// is infinity (IEEE 754-2019, section 4.3.1).
///
/// # Panics
///
/// When `denominator` is zero.
pub(crate) fn nearest_quotient(numerator: &BigUint, denominator: &BigUint) -> f64 {
    // A quotient has as many bits as its operands differ in, or one more. The step is the
    // position of the lowest bit kept: 53 bits are, fewer below 2^-1022.
    let bits = numerator.bits().saturating_sub(denominator.bits());
    let mut step = bits.saturating_sub(53).max(1);
    let (floor, divisor) = loop {
        let divisor = denominator << step;
        let floor = numerator / &divisor;
        if floor.bits() <= 53 {
            break (floor, divisor);
        }
        step += 1;
    };
    let twice_rest = (numerator - &floor * &divisor) << 1;
    let floor = u64::try_from(floor).expect("at most 53 bits were kept");
    let up = twice_rest > divisor || (twice_rest == divisor && floor % 2 == 1);

    // The implicit leading bit of `floor` adds one to the exponent field; a subnormal has none
    // and lands in field zero; a carry out of rounding moves to the next field, up to infinity.
    let field = (step - 1).min(0x7ff);
    f64::from_bits(((field << 52) + floor + u64::from(up)).min(INFINITY_BITS))
}

/// The bits of `f64::INFINITY`, which the bits of every finite positive double stay below.
const INFINITY_BITS: u64 = 0x7ff << 52;

#[cfg(test)]
pub(crate) mod tests {
    use num_bigint::BigInt;
    use proptest::prelude::*;

    use super::*;

    /// The double in units of 2^-1075; infinity is where the next double would be, 2^1024.
    pub(crate) fn units(value: f64) -> BigInt {
        let bits = value.abs().to_bits();
        let (field, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
        let magnitude = match field {
            0 => BigInt::from(fraction) << 1,
            _ => BigInt::from(fraction | (1 << 52)) << field,
        };
        if value < 0.0 { -magnitude } else { magnitude }
    }

    /// Asserts that no double lies nearer to `numerator / denominator` than `value` does, and
    /// that `value` is even if its neighbour lies as near.
    #[track_caller]
    pub(crate) fn assert_nearest(value: f64, numerator: &BigInt, denominator: u64) {
        let distance = |double: f64| {
            let difference = numerator - units(double) * denominator;
            difference.magnitude().clone()
        };
        let own = distance(value);
        for neighbour in [value.next_down(), value.next_up()] {
            let other = distance(neighbour);
            assert!(own <= other, "{neighbour:e} is nearer than {value:e}");
            let even = value.to_bits().is_multiple_of(2);
            assert!(own < other || even, "the tie went to the odd {value:e}");
        }
    }

    #[track_caller]
    fn check(numerator: BigUint, denominator: u64, expected: f64) {
        assert_eq!(
            nearest_quotient(&numerator, &denominator.into()).to_bits(),
            expected.to_bits()
        );
    }

    fn power(exponent: usize) -> BigUint {
        BigUint::from(1_u8) << exponent
    }

    #[test]
    fn zero_is_positive_zero() {
        check(BigUint::ZERO, 7, 0.0);
    }

    #[test]
    fn a_third_is_a_third() {
        check(power(UNIT_PLACES), 3, 1.0 / 3.0);
    }

    #[test]
    fn ties_go_to_the_even_neighbour() {
        let place = UNIT_PLACES - 53;
        check(power(UNIT_PLACES) + power(place), 1, 1.0);
        check(
            power(UNIT_PLACES) + (power(place) * 3_u8),
            1,
            1.0 + 2.0 * f64::EPSILON,
        );
    }

    #[test]
    fn half_the_smallest_subnormal_is_zero_and_a_little_more_is_not() {
        check(power(1), 2, 0.0);
        check(power(1) * 3_u8, 5, 5e-324);
    }

    #[test]
    fn rounding_carries_a_subnormal_into_the_normals() {
        check(power(54) - 1_u8, 2, f64::MIN_POSITIVE);
    }

    #[test]
    fn half_a_step_above_the_largest_double_is_infinity() {
        let edge = power(1024 + UNIT_PLACES) - power(970 + UNIT_PLACES);
        check(edge.clone() - 1_u8, 1, f64::MAX);
        check(edge, 1, f64::INFINITY);
        check(power(6000), 1, f64::INFINITY);
    }

    proptest! {
        #[test]
        fn no_double_is_nearer(high: u128, low: u64, shift in 0_usize..2000, denominator in 1_u64..) {
            let numerator = ((BigUint::from(high) << 64) + low) << shift;
            let value = nearest_quotient(&numerator, &denominator.into());
            if value.is_finite() {
                assert_nearest(value, &numerator.into(), denominator);
            } else {
                assert!(numerator >= (power(2099) - power(2045)) * denominator);
            }
        }
    }
}
