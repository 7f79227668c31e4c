//! One request of `tasks`: where it ends when it is bare, and what its answer is.

use super::expression::{Bounds, evaluate};
use crate::{Dialect, ErrorStyle, python_text::swap_case, reverse::reversed};

/// An answer, and whether it is the last.
pub(super) struct TaskAnswer {
    pub(super) text: Vec<u8>,
    pub(super) is_farewell: bool,
}

/// Answers one whole request.
pub(super) fn answer(request: &[u8], dialect: &Dialect) -> TaskAnswer {
    let (choice, text) = split(request, dialect.separator);
    let is_farewell = choice == b"4";
    let text = match choice {
        b"1" => match std::str::from_utf8(text) {
            Ok(text) => swap_case(text).into_bytes(),
            Err(_) => error("the text is not valid UTF-8", dialect),
        },
        b"2" => evaluated(text).unwrap_or_else(|message| error(&message, dialect)),
        b"3" => reversed(text, dialect.unit),
        b"4" => FAREWELL.to_vec(),
        _ => INVALID_CHOICE.to_vec(),
    };
    TaskAnswer { text, is_farewell }
}

/// The answer of task 2, or what is wrong with the expression.
pub(super) fn evaluated(text: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(text).map_err(|_| "the text is not valid UTF-8".to_owned())?;
    match evaluate(text.trim(), &Bounds::default()) {
        Ok(value) => Ok(value.to_string().into_bytes()),
        Err(error) => Err(error.to_string()),
    }
}

/// Where the first of two bare requests ends: known when it is an expression or an exit, in which no
/// separator can stand, and a digit and a separator follow.
pub(super) fn whole_before_another(pending: &[u8], separator: u8) -> Option<usize> {
    let text = match pending {
        [b'2' | b'4', second, ..] if *second == separator => &pending[2..],
        _ => return None,
    };
    // A blank may stand inside an expression, so as a separator it tells nothing.
    if separator == b' ' {
        return None;
    }
    let next = text.iter().position(|&byte| byte == separator)?;
    let digit = next.checked_sub(1)?;
    matches!(text[digit], b'1'..=b'4').then_some(2 + digit)
}

fn split(request: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let request = request.trim_ascii_start();
    match request.iter().position(|&byte| byte == separator) {
        Some(at) => (request[..at].trim_ascii(), &request[at + 1..]),
        None => (request.trim_ascii(), b""),
    }
}

fn error(message: &str, dialect: &Dialect) -> Vec<u8> {
    match dialect.errors {
        ErrorStyle::Detailed => format!("Error processing task: {message}").into_bytes(),
        ErrorStyle::Terse => INVALID_EXPRESSION.to_vec(),
    }
}

const FAREWELL: &[u8] = b"Goodbye!";
const INVALID_CHOICE: &[u8] = b"Invalid choice.";
const INVALID_EXPRESSION: &[u8] = b"Invalid expression";
