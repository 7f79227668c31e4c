//! One operation on two floats, after `Objects/floatobject.c` of CPython 3.11.
//!
//! Sums, products and quotients may overflow to infinity; only powers report it. `pow` is the one
//! of the system's mathematical library, which is also the one Python calls.

use super::{Arithmetic, ExpressionError, Operator, Value};

/// `left operator right`.
///
/// # Errors
///
/// Division by zero, and what a power cannot express: see [`power`].
pub(super) fn apply(operator: Operator, left: f64, right: f64) -> Result<f64, ExpressionError> {
    let divides = matches!(
        operator,
        Operator::Divide | Operator::FloorDivide | Operator::Remainder
    );
    if divides && right == 0.0 {
        return Err(ExpressionError::DivisionByZero {
            operator,
            arithmetic: Arithmetic::Float,
        });
    }
    match operator {
        Operator::Add => Ok(left + right),
        Operator::Subtract => Ok(left - right),
        Operator::Multiply => Ok(left * right),
        Operator::Divide => Ok(left / right),
        Operator::FloorDivide => Ok(floor_divide(left, right)),
        Operator::Remainder => Ok(remainder(left, right)),
        Operator::Power => power(left, right),
    }
}

/// `_float_div_mod`: the quotient comes from the exact remainder, not from `floor(left / right)`,
/// which rounds first (`1 // 0.1` is 9.0).
fn floor_divide(left: f64, right: f64) -> f64 {
    let rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (right < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(left / right);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

/// `float_rem`: zero or not, the remainder has the sign of the divisor.
fn remainder(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        0.0_f64.copysign(right)
    } else if (right < 0.0) != (rest < 0.0) {
        rest + right
    } else {
        rest
    }
}

/// `float_pow`: the special cases come first, and `pow` sees only finite, positive bases.
///
/// # Errors
///
/// [`ExpressionError::ZeroToNegativePower`], [`ExpressionError::PowerOutOfRange`], and
/// [`ExpressionError::Complex`] for a negative base with a fractional exponent.
fn power(base: f64, exponent: f64) -> Result<f64, ExpressionError> {
    if exponent == 0.0 {
        return Ok(1.0);
    }
    if base.is_nan() {
        return Ok(base);
    }
    if exponent.is_nan() {
        return Ok(if base == 1.0 { 1.0 } else { exponent });
    }
    if exponent.is_infinite() {
        let size = base.abs();
        return Ok(if size == 1.0 {
            1.0
        } else if (exponent > 0.0) == (size > 1.0) {
            f64::INFINITY
        } else {
            0.0
        });
    }
    let odd = exponent.abs() % 2.0 == 1.0;
    let signed = |size: f64| if odd { size.copysign(base) } else { size };
    if base.is_infinite() {
        let size = if exponent > 0.0 { f64::INFINITY } else { 0.0 };
        return Ok(signed(size));
    }
    if base == 0.0 {
        if exponent < 0.0 {
            return Err(ExpressionError::ZeroToNegativePower);
        }
        return Ok(signed(0.0));
    }
    if base < 0.0 && exponent != exponent.floor() {
        return Err(ExpressionError::Complex {
            base: Value::Float(base).to_string(),
            exponent: Value::Float(exponent).to_string(),
        });
    }
    let size = base.abs().powf(exponent);
    if size.is_infinite() {
        return Err(ExpressionError::PowerOutOfRange);
    }
    Ok(signed(size))
}
