//! Arithmetic as Python does it: `2+3*5/2` is `9.5`, to the last digit and the last error message.
//!
//! The language is numbers, `+ - * / // % **`, signs, parentheses, blanks and tabs. Names, calls,
//! comparisons, text and everything else of Python are refused while reading: nothing is looked up
//! and nothing is executed. Line breaks and comments are refused too.
//!
//! ```text
//! "2 ** -1 * 3"  --number-->  values  --parser-->  2 1 neg ** 3 *  --arithmetic-->  1.5
//!                                                  (postfix steps)
//! ```
//!
//! The parser keeps its own stack of waiting operators instead of calling itself, so no text can
//! exhaust the machine's stack. All of it is read before any of it is computed, as in Python: a
//! syntax error at the end hides a division by zero at the beginning. Results and messages follow
//! CPython 3.11.

mod parser;

mod arithmetic;
mod float;
mod number;
mod ratio;

use std::fmt;

use num_bigint::BigInt;
use thiserror::Error;

use crate::python_text::float_text;

use self::parser::Step;

/// Computes `text` as Python's `eval` would, within `bounds`.
///
/// A value is returned only when Python could also print it: an int of more than
/// [`DIGIT_COUNT_MAX`] decimal digits is an error, though it may occur on the way.
///
/// # Errors
///
/// [`ExpressionError::Syntax`] and [`ExpressionError::InvalidNumber`] when the text is no
/// expression (the empty text is none), the arithmetic errors of Python, and one error for each
/// of the `bounds`.
pub fn evaluate(text: &str, bounds: &Bounds) -> Result<Value, ExpressionError> {
    if text.len() > bounds.text_bytes_max {
        return Err(ExpressionError::TextTooLong {
            found_bytes: text.len(),
            text_bytes_max: bounds.text_bytes_max,
        });
    }
    let mut values: Vec<Value> = Vec::new();
    for step in parser::postfix(text, bounds)? {
        let value = match step {
            Step::Push(value) => value,
            Step::Negate => -operand(&mut values),
            Step::Apply(operator) => {
                let right = operand(&mut values);
                let left = operand(&mut values);
                arithmetic::apply(operator, left, right, bounds)?
            }
        };
        values.push(value);
    }
    let value = operand(&mut values);
    assert!(values.is_empty(), "an expression has one value: {text:?}");
    arithmetic::ensure_printable(&value)?;
    Ok(value)
}

/// A number as Python knows it. Displayed as Python's `repr`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An `int` of any size.
    Int(BigInt),
    /// A `float`, possibly infinite or NaN.
    Float(f64),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(value) => fmt::Display::fmt(value, formatter),
            Value::Float(value) => formatter.pad(&float_text(*value)),
        }
    }
}

impl std::ops::Neg for Value {
    type Output = Value;

    fn neg(self) -> Value {
        match self {
            Value::Int(value) => Value::Int(-value),
            Value::Float(value) => Value::Float(-value),
        }
    }
}

/// How much work one expression may cause. Each bound is inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Length of the text, in bytes.
    pub text_bytes_max: usize,
    /// How many operators, signs and open parentheses may wait for their operand at one time.
    /// `1+1+1` needs 1, `-(2**3**4)` needs 4.
    pub depth_count_max: usize,
    /// How many operators and signs the text may hold.
    pub operation_count_max: usize,
    /// Size of each int, literal or result, in bits without the sign. Known to be exceeded before
    /// a product or a power is computed; at most twice as many bits are ever held.
    pub int_bits_max: u64,
}

impl Default for Bounds {
    /// Room for what a person or a test would send, and well under a second for what an attacker
    /// would.
    fn default() -> Bounds {
        Bounds {
            text_bytes_max: 4096,
            depth_count_max: 100,
            operation_count_max: 1000,
            int_bits_max: 65_536,
        }
    }
}

/// A sign of the language that joins two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, always a float.
    Divide,
    /// `//`, rounded towards minus infinity.
    FloorDivide,
    /// `%`, with the sign of the divisor.
    Remainder,
    /// `**`
    Power,
}

/// Which of the two arithmetics was at work: ints only, or floats as soon as one is a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Both operands were ints.
    Int,
    /// At least one operand was a float.
    Float,
}

/// Why there is no value. The arithmetic errors read as CPython 3.11 words them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExpressionError {
    /// The text is longer than [`Bounds::text_bytes_max`]; it was not read.
    #[error("expression has {found_bytes} bytes, more than {text_bytes_max}")]
    TextTooLong {
        /// Length of the text, in bytes.
        found_bytes: usize,
        /// The bound, in bytes.
        text_bytes_max: usize,
    },
    /// Something is missing, superfluous or outside the language.
    #[error(
        "invalid syntax at byte {at_bytes}: expected {expected}, found {}",
        found_text(*.found)
    )]
    Syntax {
        /// Where, in bytes from the start.
        at_bytes: usize,
        /// What could have followed.
        expected: &'static str,
        /// What stood there instead; `None` at the end of the text.
        found: Option<char>,
    },
    /// What starts like a number is none.
    #[error("invalid number {text:?} at byte {at_bytes}: {problem}")]
    InvalidNumber {
        /// Where it starts, in bytes from the start of the text.
        at_bytes: usize,
        /// The number as far as it was read.
        text: String,
        /// Which rule it breaks.
        problem: &'static str,
    },
    /// More than [`Bounds::depth_count_max`] operators wait for their operand.
    #[error("expression is nested deeper than {depth_count_max} at byte {at_bytes}")]
    TooDeep {
        /// Where the bound was passed, in bytes from the start.
        at_bytes: usize,
        /// The bound.
        depth_count_max: usize,
    },
    /// More than [`Bounds::operation_count_max`] operators and signs.
    #[error("expression has more than {operation_count_max} operations at byte {at_bytes}")]
    TooManyOperations {
        /// Where the bound was passed, in bytes from the start.
        at_bytes: usize,
        /// The bound.
        operation_count_max: usize,
    },
    /// An int on the way passes [`Bounds::int_bits_max`].
    #[error("result would have more than {int_bits_max} bits")]
    IntTooLarge {
        /// The bound, in bits.
        int_bits_max: u64,
    },
    /// A decimal literal or the result has more than [`DIGIT_COUNT_MAX`] digits.
    #[error("exceeds the limit ({digit_count_max} digits) for integer string conversion")]
    TooManyDigits {
        /// The bound, in decimal digits.
        digit_count_max: u64,
    },
    /// The divisor is zero.
    #[error("{}", zero_division_text(*.operator, *.arithmetic))]
    DivisionByZero {
        /// `/`, `//` or `%`.
        operator: Operator,
        /// Which arithmetic, because Python words them differently.
        arithmetic: Arithmetic,
    },
    /// Zero to a power below zero.
    #[error("0.0 cannot be raised to a negative power")]
    ZeroToNegativePower,
    /// An int had to become a float and lies beyond the largest one.
    #[error("int too large to convert to float")]
    IntTooLargeForFloat,
    /// The quotient of two ints lies beyond the largest float.
    #[error("integer division result too large for a float")]
    QuotientTooLarge,
    /// A power of floats lies beyond the largest one. The number is the `ERANGE` of Linux.
    #[error("(34, 'Numerical result out of range')")]
    PowerOutOfRange,
    /// A negative number to a power that is not whole: Python answers with a complex number.
    #[error("complex results are not supported: {base} ** {exponent}")]
    Complex {
        /// The negative base, as Python writes it.
        base: String,
        /// The exponent, as Python writes it.
        exponent: String,
    },
}

/// The most decimal digits an int may be read from or written to: the default of
/// `sys.int_info.default_max_str_digits` since CPython 3.11.
pub const DIGIT_COUNT_MAX: u64 = 4300;

fn operand(values: &mut Vec<Value>) -> Value {
    values
        .pop()
        .expect("the parser puts every operand before its operator")
}

fn found_text(found: Option<char>) -> String {
    match found {
        Some(found) => format!("{found:?}"),
        None => "the end".to_owned(),
    }
}

/// `Objects/longobject.c` and `Objects/floatobject.c` of CPython 3.11.
fn zero_division_text(operator: Operator, arithmetic: Arithmetic) -> &'static str {
    match (arithmetic, operator) {
        (Arithmetic::Int, Operator::FloorDivide) => "integer division or modulo by zero",
        (Arithmetic::Int, Operator::Remainder) => "integer modulo by zero",
        (Arithmetic::Int, _) => "division by zero",
        (Arithmetic::Float, Operator::FloorDivide) => "float floor division by zero",
        (Arithmetic::Float, Operator::Remainder) => "float modulo",
        (Arithmetic::Float, _) => "float division by zero",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let value = evaluate(text, &Bounds::default()).unwrap();
        assert_eq!(value.to_string(), expected);
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        check_error_within(&Bounds::default(), text, expected);
    }

    #[track_caller]
    fn check_error_within(bounds: &Bounds, text: &str, expected: &str) {
        let error = evaluate(text, bounds).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn true_division_always_gives_a_float() {
        check("2+3*5/2", "9.5");
        check("7/1", "7.0");
        check("0/-5", "-0.0");
        check("10**400/10**399", "10.0");
    }

    #[test]
    fn floor_division_rounds_down() {
        check("7//2", "3");
        check("-7//2", "-4");
        check("7//-2", "-4");
        check("-7//-2", "3");
        check("-6//2", "-3");
        check("-7//2.0", "-4.0");
        check("1//0.1", "9.0");
    }

    #[test]
    fn remainders_take_the_sign_of_the_divisor() {
        check("-7%3", "2");
        check("7%-3", "-2");
        check("-6%3", "0");
        check("-7.5%3", "1.5");
        check("6%-3.0", "-0.0");
        check("-3%1e999", "inf");
    }

    #[test]
    fn powers_bind_tighter_than_the_sign_before_them() {
        check("-2**2", "-4");
        check("2**-1", "0.5");
        check("2**3**2", "512");
        check("2**-1**2", "0.5");
        check("-2**-2", "-0.25");
        check("(-2)**2", "4");
    }

    #[test]
    fn signs_bind_tighter_than_products() {
        check("2*-3", "-6");
        check("--+-2", "-2");
        check("1-+-1", "2");
        check("2**-1*4", "2.0");
    }

    #[test]
    fn ints_stay_ints_at_any_size() {
        check("2**3", "8");
        check("2**100", "1267650600228229401496703205376");
        check("0**0", "1");
        check("(-1)**10**30", "1");
        check("(-1)**(10**30+1)", "-1");
        check("0**10**30", "0");
    }

    #[test]
    fn blanks_and_tabs_separate() {
        check(" \t( 1\t+ 2 ) ", "3");
        check("1 //2", "0");
    }

    #[test]
    fn float_powers_follow_their_special_cases() {
        check("0.0**0", "1.0");
        check("(1e999-1e999)**0", "1.0");
        check("1**(1e999-1e999)", "1.0");
        check("(-1)**1e999", "1.0");
        check("0**-1e999", "inf");
        check("(-1e999)**-3", "-0.0");
        check("(-1e999)**0.5", "inf");
        check("(-0.0)**3", "-0.0");
        check("(-2.0)**3", "-8.0");
        check("1e-200**2", "0.0");
    }

    #[test]
    fn arithmetic_errors_have_python_words() {
        check_error("1/0", "division by zero");
        check_error("1//0", "integer division or modulo by zero");
        check_error("1%0", "integer modulo by zero");
        check_error("1/0.0", "float division by zero");
        check_error("1.0//0", "float floor division by zero");
        check_error("1%-0.0", "float modulo");
        check_error("0**-1", "0.0 cannot be raised to a negative power");
        check_error("10**400*1.0", "int too large to convert to float");
        check_error("10**400/3", "integer division result too large for a float");
        check_error("10.0**400", "(34, 'Numerical result out of range')");
    }

    #[test]
    fn complex_results_are_refused() {
        check_error(
            "(-8)**(1/2)",
            "complex results are not supported: -8.0 ** 0.5",
        );
    }

    #[test]
    fn syntax_errors_come_before_arithmetic_errors() {
        check_error(
            "1/0)",
            "invalid syntax at byte 3: expected an operator or the end, found ')'",
        );
    }

    #[test]
    fn truncated_expressions_say_what_is_missing() {
        let number = |at_bytes: usize| {
            format!(
                "invalid syntax at byte {at_bytes}: expected a number, a sign or '(', found the end"
            )
        };
        check_error("", &number(0));
        check_error("  ", &number(2));
        check_error("1+", &number(2));
        check_error("2**", &number(3));
        check_error(
            "((1)",
            "invalid syntax at byte 4: expected an operator or ')', found the end",
        );
        check_error(
            "012",
            "invalid number \"012\" at byte 0: \
             leading zeros in decimal integer literals are not permitted",
        );
    }

    #[test]
    fn nothing_but_arithmetic_is_a_language() {
        for text in [
            "x",
            "abs(1)",
            "__import__('os')",
            "'a'*3",
            "(1).real",
            "1<2",
            "1==1",
            "1 if 1 else 2",
            "not 1",
            "~1",
            "1|2",
            "1&2",
            "1^2",
            "1<<2",
            "1,2",
            "()",
            "[1]",
            "{}",
            "1;2",
            "lambda:1",
            "1 2",
            "1***2",
            "* 1",
            "1+1\n",
            "1#2",
            "1\0",
            "１",
            "1@2",
            "True",
            "1j",
            "a:=1",
            "...",
        ] {
            let error = evaluate(text, &Bounds::default()).unwrap_err();
            assert!(
                matches!(
                    error,
                    ExpressionError::Syntax { .. } | ExpressionError::InvalidNumber { .. }
                ),
                "{text:?}: {error}"
            );
        }
    }

    #[test]
    fn deep_texts_are_refused_without_recursion() {
        let bounds = Bounds {
            text_bytes_max: 1 << 20,
            ..Bounds::default()
        };
        for opening in ["(", "-", "2**", "+(", "1+("] {
            let text = opening.repeat(100_000) + "1";
            let error = evaluate(&text, &bounds).unwrap_err();
            assert!(
                matches!(
                    error,
                    ExpressionError::TooDeep {
                        depth_count_max: 100,
                        ..
                    }
                ),
                "{opening}: {error}"
            );
        }
    }

    #[test]
    fn the_depth_bound_is_inclusive() {
        let text = "(".repeat(100) + "1" + &")".repeat(100);
        check(&text, "1");
        check_error(
            &format!("({text})"),
            "expression is nested deeper than 100 at byte 100",
        );
    }

    #[test]
    fn long_texts_are_refused_unread() {
        check(&("1".to_owned() + &" ".repeat(4095)), "1");
        check_error(
            &" ".repeat(4097),
            "expression has 4097 bytes, more than 4096",
        );
    }

    #[test]
    fn operations_are_counted() {
        check(&("1".to_owned() + &"+1".repeat(1000)), "1001");
        check_error(
            &("1".to_owned() + &"+1".repeat(1001)),
            "expression has more than 1000 operations at byte 2001",
        );
    }

    #[test]
    fn huge_ints_are_refused_before_they_are_computed() {
        let message = "result would have more than 65536 bits";
        check_error("9**9**9", message);
        check_error("2**10**100", message);
        check_error("2**65536", message);
        check_error("2**40000*2**40000", message);
        check_error("2**65535+2**65535", message);
        check("2**65535//2**65535", "1");
        check("(2**65535+(2**65535-1))%10", "5");
    }

    #[test]
    fn results_python_could_not_print_are_refused() {
        let message = "exceeds the limit (4300 digits) for integer string conversion";
        check_error("10**4300", message);
        check_error("-10**4300", message);
        check_error("2**65535", message);
        check("10**4300-1", &"9".repeat(4300));
        check("10**5000//10**4999", "10");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-0-9.eE_+*/%() x]{0,40}|.{0,20}") {
            let _ = evaluate(&text, &Bounds::default());
        }

        #[test]
        fn small_ints_divide_like_python(left in -99_i64..100, right in 1_i64..100) {
            let floor = evaluate(&format!("{left}//{right}"), &Bounds::default());
            let rest = evaluate(&format!("{left}%{right}"), &Bounds::default());
            prop_assert_eq!(floor, Ok(Value::Int(left.div_euclid(right).into())));
            prop_assert_eq!(rest, Ok(Value::Int(left.rem_euclid(right).into())));
        }
    }
}
