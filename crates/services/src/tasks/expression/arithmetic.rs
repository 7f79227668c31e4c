//! One operation on two values: ints here, everything with a float in the float module.
//!
//! Python decides by the operands: two ints give an int, except that `/` and a negative power give
//! a float; as soon as one is a float, the other becomes one (`Objects/longobject.c`).

use num_bigint::BigInt;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::{Arithmetic, Bounds, DIGIT_COUNT_MAX, ExpressionError, Operator, Value};
use super::{float, ratio};

/// `left operator right`, no larger than the bounds allow.
///
/// # Errors
///
/// Those of Python, and [`ExpressionError::IntTooLarge`].
pub(super) fn apply(
    operator: Operator,
    left: Value,
    right: Value,
    bounds: &Bounds,
) -> Result<Value, ExpressionError> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => apply_to_ints(operator, left, right, bounds),
        (left, right) => {
            float::apply(operator, to_float(&left)?, to_float(&right)?).map(Value::Float)
        }
    }
}

/// The value back, if it has at most [`Bounds::int_bits_max`] bits.
///
/// # Errors
///
/// [`ExpressionError::IntTooLarge`].
pub(super) fn ensure_bounded(value: BigInt, bounds: &Bounds) -> Result<BigInt, ExpressionError> {
    if value.bits() > bounds.int_bits_max {
        return Err(too_large(bounds));
    }
    Ok(value)
}

/// Refuses what Python could compute but not write.
///
/// # Errors
///
/// [`ExpressionError::TooManyDigits`] for an int of more than [`DIGIT_COUNT_MAX`] digits.
pub(super) fn ensure_printable(value: &Value) -> Result<(), ExpressionError> {
    let Value::Int(value) = value else {
        return Ok(());
    };
    // Three bits are less than one digit, so this spares small values the large power below.
    if value.bits() <= 3 * DIGIT_COUNT_MAX {
        return Ok(());
    }
    if *value.magnitude() >= Pow::pow(num_bigint::BigUint::from(10u8), DIGIT_COUNT_MAX) {
        return Err(ExpressionError::TooManyDigits {
            digit_count_max: DIGIT_COUNT_MAX,
        });
    }
    Ok(())
}

fn apply_to_ints(
    operator: Operator,
    left: BigInt,
    right: BigInt,
    bounds: &Bounds,
) -> Result<Value, ExpressionError> {
    let divides = matches!(
        operator,
        Operator::Divide | Operator::FloorDivide | Operator::Remainder
    );
    if divides && right.is_zero() {
        return Err(ExpressionError::DivisionByZero {
            operator,
            arithmetic: Arithmetic::Int,
        });
    }
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => {
            // A product has at least this many bits, and at most one more.
            if (left.bits() + right.bits()).saturating_sub(1) > bounds.int_bits_max {
                return Err(too_large(bounds));
            }
            left * right
        }
        Operator::Divide => {
            let quotient = ratio::nearest(&left, &right);
            return quotient
                .map(Value::Float)
                .ok_or(ExpressionError::QuotientTooLarge);
        }
        Operator::FloorDivide => floor_divide(&left, &right),
        Operator::Remainder => remainder(&left, &right),
        Operator::Power if right.is_negative() => {
            let (base, exponent) = (int_to_float(&left)?, int_to_float(&right)?);
            return float::apply(operator, base, exponent).map(Value::Float);
        }
        Operator::Power => power(&left, &right, bounds)?,
    };
    ensure_bounded(result, bounds).map(Value::Int)
}

/// The quotient rounded towards minus infinity; the library's `/` rounds towards zero.
fn floor_divide(left: &BigInt, right: &BigInt) -> BigInt {
    let truncated = left / right;
    let rest = left - &truncated * right;
    if !rest.is_zero() && rest.is_negative() != right.is_negative() {
        truncated - 1
    } else {
        truncated
    }
}

/// What the floor division leaves: zero or of the divisor's sign.
fn remainder(left: &BigInt, right: &BigInt) -> BigInt {
    let rest = left % right;
    if !rest.is_zero() && rest.is_negative() != right.is_negative() {
        rest + right
    } else {
        rest
    }
}

/// `base` to a power of zero or more. `0**0` is 1.
fn power(base: &BigInt, exponent: &BigInt, bounds: &Bounds) -> Result<BigInt, ExpressionError> {
    if exponent.is_zero() || base.is_zero() || base.magnitude().is_one() {
        return Ok(
            if exponent.is_zero() || !exponent.bit(0) && !base.is_zero() {
                BigInt::one()
            } else {
                base.clone()
            },
        );
    }
    // A number of n bits is at least 2**(n-1), so its power has more than (n-1)*exponent bits; it
    // has at most n*exponent, which for n >= 2 is no more than twice as many.
    exponent
        .to_u64()
        .filter(|exponent| {
            exponent
                .checked_mul(base.bits() - 1)
                .is_some_and(|bits| bits < bounds.int_bits_max)
        })
        .map(|exponent| Pow::pow(base, exponent))
        .ok_or_else(|| too_large(bounds))
}

fn to_float(value: &Value) -> Result<f64, ExpressionError> {
    match value {
        Value::Int(value) => int_to_float(value),
        Value::Float(value) => Ok(*value),
    }
}

fn int_to_float(value: &BigInt) -> Result<f64, ExpressionError> {
    ratio::nearest(value, &BigInt::one()).ok_or(ExpressionError::IntTooLargeForFloat)
}

fn too_large(bounds: &Bounds) -> ExpressionError {
    ExpressionError::IntTooLarge {
        int_bits_max: bounds.int_bits_max,
    }
}
