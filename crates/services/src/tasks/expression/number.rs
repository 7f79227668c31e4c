//! One number of the text: Python's literals, without the imaginary ones.
//!
//! The rules are those of `tok_get` in CPython's `Parser/tokenizer.c`: one underscore may stand
//! between two digits or after a base prefix; an int with leading zeros must be zero, a float may
//! have them; a number is not followed directly by a letter.

use num_bigint::BigInt;
use num_traits::Num;

use super::arithmetic;
use super::{Bounds, DIGIT_COUNT_MAX, ExpressionError, Value};

/// Reads the number that starts at `start_bytes` with a digit, or with a point and a digit.
/// Returns its value and where it ends, in bytes from the start of `text`.
///
/// A float too large is infinite and one too small is zero, as in Python.
///
/// # Errors
///
/// [`ExpressionError::InvalidNumber`], [`ExpressionError::TooManyDigits`] for a decimal int of
/// more than [`DIGIT_COUNT_MAX`] digits, [`ExpressionError::IntTooLarge`] beyond
/// [`Bounds::int_bits_max`].
pub(super) fn read(
    text: &str,
    start_bytes: usize,
    bounds: &Bounds,
) -> Result<(Value, usize), ExpressionError> {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at_bytes: start_bytes,
        digits: String::new(),
    };
    let value = scanner
        .scan()
        .and_then(|kind| scanner.verify_end().map(|()| kind))
        .map_err(|problem| ExpressionError::InvalidNumber {
            at_bytes: start_bytes,
            text: text[start_bytes..scanner.at_bytes].to_owned(),
            problem,
        })
        .and_then(|kind| value_of(kind, &scanner.digits, bounds))?;
    Ok((value, scanner.at_bytes))
}

fn value_of(kind: Kind, digits: &str, bounds: &Bounds) -> Result<Value, ExpressionError> {
    match kind {
        Kind::Float => {
            let value = digits.parse().expect("the scanner let a float through");
            Ok(Value::Float(value))
        }
        Kind::Int { base } => {
            if base == 10 && digits.len() as u64 > DIGIT_COUNT_MAX {
                return Err(ExpressionError::TooManyDigits {
                    digit_count_max: DIGIT_COUNT_MAX,
                });
            }
            let value = BigInt::from_str_radix(digits, base)
                .expect("the scanner let only digits of the base through");
            arithmetic::ensure_bounded(value, bounds).map(Value::Int)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int { base: u32 },
    Float,
}

/// Walks over one number and keeps its characters without prefix and underscores.
struct Scanner<'a> {
    bytes: &'a [u8],
    at_bytes: usize,
    digits: String,
}

impl Scanner<'_> {
    fn scan(&mut self) -> Result<Kind, &'static str> {
        if self.peek() == Some(b'0') {
            let based = match self.bytes.get(self.at_bytes + 1) {
                Some(b'x' | b'X') => Some((16, "invalid hexadecimal literal")),
                Some(b'o' | b'O') => Some((8, "invalid octal literal")),
                Some(b'b' | b'B') => Some((2, "invalid binary literal")),
                _ => None,
            };
            if let Some((base, problem)) = based {
                self.at_bytes += 2;
                if self.peek() == Some(b'_') {
                    self.at_bytes += 1;
                }
                self.digits(base, problem)?;
                return Ok(Kind::Int { base });
            }
        }
        let mut kind = Kind::Int { base: 10 };
        if self.peek() != Some(b'.') {
            self.digits(10, INVALID_DECIMAL)?;
        }
        if self.peek() == Some(b'.') {
            kind = Kind::Float;
            self.keep();
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                self.digits(10, INVALID_DECIMAL)?;
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            kind = Kind::Float;
            self.keep();
            if let Some(b'+' | b'-') = self.peek() {
                self.keep();
            }
            self.digits(10, INVALID_DECIMAL)?;
        }
        let leading_zero = self.digits.starts_with('0');
        if kind != Kind::Float && leading_zero && self.digits.bytes().any(|byte| byte != b'0') {
            return Err("leading zeros in decimal integer literals are not permitted");
        }
        Ok(kind)
    }

    /// At least one digit, then any number of digits with single underscores between them.
    fn digits(&mut self, base: u32, problem: &'static str) -> Result<(), &'static str> {
        loop {
            let start_bytes = self.at_bytes;
            while self
                .peek()
                .is_some_and(|byte| (byte as char).is_digit(base))
            {
                self.keep();
            }
            if self.at_bytes == start_bytes {
                return Err(problem);
            }
            if self.peek() != Some(b'_') {
                return Ok(());
            }
            self.at_bytes += 1;
        }
    }

    /// `verify_end_of_number`, without its exception for keywords: those are refused anyway.
    fn verify_end(&self) -> Result<(), &'static str> {
        match self.peek() {
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => {
                Err("a number is not followed directly by a letter or a digit of another base")
            }
            _ => Ok(()),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at_bytes).copied()
    }

    /// Keeps the present byte, which is ASCII, and goes to the next.
    fn keep(&mut self) {
        self.digits.push(self.bytes[self.at_bytes] as char);
        self.at_bytes += 1;
    }
}

const INVALID_DECIMAL: &str = "invalid decimal literal";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, expected_end_bytes: usize) {
        let (value, end_bytes) = read(text, 0, &Bounds::default()).unwrap();
        assert_eq!(value.to_string(), expected);
        assert_eq!(end_bytes, expected_end_bytes);
    }

    #[track_caller]
    fn check_refused(text: &str, expected_text: &str, expected_problem: &'static str) {
        assert_eq!(
            read(text, 0, &Bounds::default()),
            Err(ExpressionError::InvalidNumber {
                at_bytes: 0,
                text: expected_text.to_owned(),
                problem: expected_problem,
            })
        );
    }

    #[test]
    fn ints_end_where_their_digits_end() {
        check("0", "0", 1);
        check("00", "0", 2);
        check("120+3", "120", 3);
        check("1_000", "1000", 5);
    }

    #[test]
    fn floats_need_a_point_or_an_exponent() {
        check("1.", "1.0", 2);
        check(".5", "0.5", 2);
        check("1.e2", "100.0", 4);
        check("1_0.2_5e+0_1", "102.5", 12);
        check("012.5", "12.5", 5);
        check("1.5.2", "1.5", 3);
    }

    #[test]
    fn floats_out_of_range_are_infinite_or_zero() {
        check("1e999", "inf", 5);
        check("1e-999", "0.0", 6);
    }

    #[test]
    fn prefixes_choose_the_base() {
        check("0x_fF", "255", 5);
        check("0O17", "15", 4);
        check("0b1_01", "5", 6);
    }

    #[test]
    fn leading_zeros_are_refused_in_ints() {
        check_refused(
            "012",
            "012",
            "leading zeros in decimal integer literals are not permitted",
        );
    }

    #[test]
    fn truncated_numbers_are_refused() {
        check_refused("1e", "1e", INVALID_DECIMAL);
        check_refused("1e+", "1e+", INVALID_DECIMAL);
        check_refused("1_", "1_", INVALID_DECIMAL);
        check_refused("0x", "0x", "invalid hexadecimal literal");
        check_refused("0b_", "0b_", "invalid binary literal");
    }

    #[test]
    fn letters_directly_after_a_number_are_refused() {
        let problem = "a number is not followed directly by a letter or a digit of another base";
        check_refused("1j", "1", problem);
        check_refused("0o78", "0o7", problem);
        check_refused("1._5", "1.", problem);
        check_refused("2é", "2", problem);
    }

    #[test]
    fn literals_are_bounded_in_digits() {
        let bounds = Bounds {
            text_bytes_max: 5000,
            ..Bounds::default()
        };
        let fits = read(&"9".repeat(4300), 0, &bounds);
        assert!(fits.is_ok());
        assert_eq!(
            read(&"9".repeat(4301), 0, &bounds),
            Err(ExpressionError::TooManyDigits {
                digit_count_max: 4300
            })
        );
    }
}
