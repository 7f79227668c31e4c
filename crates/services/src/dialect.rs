//! How one course's programs differ from another's on the wire: data of a service, not code.

use std::{str::FromStr, time::Duration};

use machine::Exchange;
use wire::Terminator;

/// The choices that both halves of a service follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Sent by the server as soon as the connection stands; empty for none.
    pub greeting: String,
    /// How messages end.
    pub terminator: Terminator,
    /// How many requests a connection carries.
    pub exchange: Exchange,
    /// Between the number of a task and its text.
    pub separator: u8,
    /// How errors are worded.
    pub errors: ErrorStyle,
    /// What is reversed.
    pub unit: Unit,
    /// How long a slow service waits before it answers.
    pub task: Duration,
    /// How long nothing must come for a request without a terminator to be whole. Zero: a read is a
    /// request, as in the original programs.
    pub quiet: Duration,
    /// The longest request, its ending not counted.
    pub request_bytes: usize,
}

impl Dialect {
    /// What the classic lab programs do: bare messages, sessions.
    ///
    /// The quiet time is longer than 40 ms, for which Linux may delay an acknowledgement
    /// (`TCP_DELACK_MIN`) and for which Nagle's algorithm (RFC 896) may therefore hold back the second
    /// half of a request that was written in two.
    pub const SEED: Self = Self {
        greeting: String::new(),
        terminator: Terminator::Auto,
        exchange: Exchange::Session,
        separator: b':',
        errors: ErrorStyle::Detailed,
        unit: Unit::CodePoints,
        task: Duration::from_secs(3),
        quiet: Duration::from_millis(50),
        request_bytes: 1024 * 1024,
    };
}

/// How errors are worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorStyle {
    /// `Error processing task: division by zero`.
    Detailed,
    /// `Invalid expression`.
    Terse,
}

impl FromStr for ErrorStyle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "detailed" => Ok(Self::Detailed),
            "terse" => Ok(Self::Terse),
            other => Err(format!(
                "unknown style `{other}`: expected detailed or terse"
            )),
        }
    }
}

/// What a text is made of, for reversing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, whatever they mean.
    Bytes,
    /// Unicode code points, as in Python's `[::-1]`.
    CodePoints,
    /// Extended grapheme clusters (UAX 29): what a reader takes for a character.
    Graphemes,
}

impl FromStr for Unit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "bytes" => Ok(Self::Bytes),
            "code-points" => Ok(Self::CodePoints),
            "graphemes" => Ok(Self::Graphemes),
            other => Err(format!(
                "unknown unit `{other}`: expected bytes, code-points or graphemes"
            )),
        }
    }
}
