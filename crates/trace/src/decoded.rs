//! Bytes as text: whatever marks their order, ends their lines or is no UTF-8.

use std::borrow::Cow;

use crate::{Flaw, FlawKind, Place};

/// A text whose lines end in a line feed.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The line of the first byte that is no UTF-8, from 1.
    invalid: Option<u32>,
}

impl<'a> Decoded<'a> {
    /// Takes a byte order mark off, turns `\r\n` into `\n`, and what is no UTF-8 into U+FFFD.
    pub fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let invalid = std::str::from_utf8(bytes).err();
        let invalid = invalid.map(|error| line_at(bytes, error.valid_up_to()));
        let mut text = String::from_utf8_lossy(bytes);
        if text.contains("\r\n") {
            text = Cow::Owned(text.replace("\r\n", "\n"));
        }
        Self { text, invalid }
    }

    /// The flaw of a text that is not all UTF-8.
    pub fn flaw(&self, source: u32) -> Option<Flaw> {
        self.invalid.map(|line| Flaw {
            kind: FlawKind::Unreadable,
            place: Place { source, line },
            text: "There are bytes here that are no UTF-8; they were read as U+FFFD.".to_owned(),
        })
    }
}

/// The line that a byte stands in, from 1.
fn line_at(bytes: &[u8], at: usize) -> u32 {
    let feeds = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(feeds + 1).unwrap_or(u32::MAX)
}

/// The beginning of a text, short enough to be quoted in a sentence.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED_CHARS).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

/// At most so much of an event's words is kept.
pub(crate) const TEXT_BYTES_MAX: usize = 64 << 10;
const QUOTED_CHARS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_line_ends_vanish() {
        let decoded = Decoded::of(b"\xef\xbb\xbfone\r\ntwo\rthree\n");
        assert_eq!(decoded.text, "one\ntwo\rthree\n");
        assert_eq!(decoded.flaw(0), None);
    }

    #[test]
    fn other_bytes_are_told_with_their_line() {
        let decoded = Decoded::of(b"one\ntwo \xff\n");
        assert_eq!(decoded.text, "one\ntwo \u{fffd}\n");
        let flaw = decoded.flaw(3).expect("a flaw");
        assert_eq!(flaw.place, Place { source: 3, line: 2 });
    }
}
