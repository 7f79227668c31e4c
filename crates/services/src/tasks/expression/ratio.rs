//! The float nearest to a fraction of two ints, ties to even.
//!
//! The method is the one of `long_true_divide` in CPython's `Objects/longobject.c`: shift so that
//! the integer quotient has two or three bits more than a float holds, remember in the last bit
//! whether anything was cut off, and round once.

use num_bigint::{BigInt, BigUint};
use num_traits::{Signed, ToPrimitive, Zero};

/// `numerator / denominator`, or `None` beyond the largest float. Too small for a float is zero,
/// and zero is negative when exactly one of the two is (`0 / -5` is `-0.0`).
///
/// # Panics
///
/// When the denominator is zero.
pub(super) fn nearest(numerator: &BigInt, denominator: &BigInt) -> Option<f64> {
    assert!(!denominator.is_zero(), "callers refuse division by zero");
    let sign = if numerator.is_negative() == denominator.is_negative() {
        1.0
    } else {
        -1.0
    };
    nearest_size(numerator.magnitude(), denominator.magnitude()).map(|size| sign * size)
}

fn nearest_size(numerator: &BigUint, denominator: &BigUint) -> Option<f64> {
    if numerator.is_zero() {
        return Some(0.0);
    }
    // The quotient lies between 2**(difference-1) and 2**(difference+1).
    let difference = signed_bits(numerator) - signed_bits(denominator);
    if difference > EXPONENT_MAX {
        return None;
    }
    if difference < EXPONENT_MIN - MANTISSA_BITS - 1 {
        return Some(0.0);
    }
    // Below EXPONENT_MIN the floats keep their spacing, so the shift stops there too.
    let shift = difference.max(EXPONENT_MIN) - MANTISSA_BITS - 2;
    let (scaled_numerator, scaled_denominator) = if shift < 0 {
        (numerator << shift.unsigned_abs(), denominator.clone())
    } else {
        (numerator.clone(), denominator << shift.unsigned_abs())
    };
    let quotient = &scaled_numerator / &scaled_denominator;
    let exact = &quotient * &scaled_denominator == scaled_numerator;
    let quotient = quotient
        .to_u64()
        .expect("the shift leaves at most MANTISSA_BITS + 3 bits");
    let quotient_bits = i64::from(u64::BITS - quotient.leading_zeros());
    let extra_bits = quotient_bits.max(EXPONENT_MIN - shift) - MANTISSA_BITS;
    let rounded = round_to_even(quotient | u64::from(!exact), extra_bits);
    let value = scale(rounded as f64, shift);
    value.is_finite().then_some(value)
}

/// `value` without its last `extra_bits` bits, of which there are at least two, rounded to the
/// nearest multiple and to the even one if there are two.
fn round_to_even(value: u64, extra_bits: i64) -> u64 {
    let half = 1_u64 << (extra_bits - 1);
    let rounded = if value & half != 0 && value & (3 * half - 1) != 0 {
        value + half
    } else {
        value
    };
    rounded & !(2 * half - 1)
}

/// `value * 2**exponent` in two steps, because the power alone may be no float. Nothing is lost:
/// the value has already been rounded to what the result can hold, or the result is infinite.
fn scale(value: f64, exponent: i64) -> f64 {
    let half = exponent / 2;
    value * power_of_two(half) * power_of_two(exponent - half)
}

/// `2**exponent` for exponents of normal floats.
fn power_of_two(exponent: i64) -> f64 {
    let biased = u64::try_from(exponent + EXPONENT_MAX - 1).expect("the exponent is halved");
    f64::from_bits(biased << (MANTISSA_BITS - 1))
}

fn signed_bits(value: &BigUint) -> i64 {
    i64::try_from(value.bits()).expect("no int fills the memory")
}

/// `DBL_MANT_DIG`, `DBL_MAX_EXP` and `DBL_MIN_EXP` of C: a float is `m * 2**e` with `m` below 1
/// and of 53 bits.
const MANTISSA_BITS: i64 = f64::MANTISSA_DIGITS as i64;
const EXPONENT_MAX: i64 = f64::MAX_EXP as i64;
const EXPONENT_MIN: i64 = f64::MIN_EXP as i64;

#[cfg(test)]
mod tests {
    use num_traits::Pow;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(numerator: BigInt, denominator: BigInt, expected: Option<f64>) {
        let found = nearest(&numerator, &denominator);
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits));
    }

    fn two_to(exponent: u64) -> BigInt {
        Pow::pow(BigInt::from(2), exponent)
    }

    #[test]
    fn small_fractions_are_machine_quotients() {
        check(2.into(), 3.into(), Some(2.0 / 3.0));
        check((-7).into(), 1.into(), Some(-7.0));
    }

    #[test]
    fn zero_takes_the_sign_of_the_fraction() {
        check(0.into(), 5.into(), Some(0.0));
        check(0.into(), (-5).into(), Some(-0.0));
    }

    #[test]
    fn ties_go_to_even() {
        check(two_to(53) + 1, 1.into(), Some(9_007_199_254_740_992.0));
        check(two_to(53) + 3, 1.into(), Some(9_007_199_254_740_996.0));
    }

    #[test]
    fn what_is_cut_off_breaks_the_tie() {
        let above_the_tie = (two_to(53) + 1) * two_to(2000) + 1;
        check(above_the_tie, two_to(2000), Some(9_007_199_254_740_994.0));
    }

    #[test]
    fn the_largest_float_is_reached_and_not_passed() {
        let largest: BigInt = two_to(1024) - two_to(971);
        let first_beyond: BigInt = two_to(1024) - two_to(970);
        check(largest, 1.into(), Some(f64::MAX));
        check(&first_beyond - 1, 1.into(), Some(f64::MAX));
        check(first_beyond, 1.into(), None);
        check(two_to(9000), 1.into(), None);
    }

    #[test]
    fn subnormal_results_are_rounded_once() {
        check(1.into(), two_to(1074), Some(5e-324));
        check(1.into(), two_to(1075), Some(0.0));
        check(3.into(), two_to(1076), Some(5e-324));
        check((-1).into(), two_to(9000), Some(-0.0));
    }

    proptest! {
        #[test]
        fn exact_operands_give_the_machine_quotient(
            numerator in -(1_i64 << 53)..(1 << 53),
            denominator in 1_i64..(1 << 53),
        ) {
            // Both are floats already, so the hardware rounds the same fraction.
            let expected = numerator as f64 / denominator as f64;
            prop_assert_eq!(nearest(&numerator.into(), &denominator.into()), Some(expected));
        }
    }
}
