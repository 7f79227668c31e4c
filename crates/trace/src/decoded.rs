//! Bytes as text: whatever marks their order, ends their lines or is no UTF-8. What begins with UTF-16's mark is read as that:
//! PowerShell's `>` writes it.

use std::borrow::Cow;

use crate::{Flaw, FlawKind, Place};

/// A text whose lines end in a line feed.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The line of the first byte that is no UTF-8, from 1.
    invalid: Option<u32>,
    /// The first line that was too long, and how long it was.
    long: Option<(u32, usize)>,
}

impl<'a> Decoded<'a> {
    /// Takes a byte order mark off, turns `\r\n` into `\n`, and what is no UTF-8 into U+FFFD.
    pub fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (mut text, invalid) = match utf16(bytes) {
            Some(text) => (Cow::Owned(text), None),
            None => {
                let invalid = std::str::from_utf8(bytes).err();
                let invalid = invalid.map(|error| line_at(bytes, error.valid_up_to()));
                (String::from_utf8_lossy(bytes), invalid)
            }
        };
        if text.contains("\r\n") {
            text = Cow::Owned(text.replace("\r\n", "\n"));
        }
        let long = first_long(&text);
        if long.is_some() {
            text = Cow::Owned(shortened(&text));
        }
        Self {
            text,
            invalid,
            long,
        }
    }

    /// The flaws of a text that is not all UTF-8, or has lines that nobody would read.
    pub fn flaws(&self, source: u32) -> impl Iterator<Item = Flaw> + use<> {
        let invalid = self.invalid.map(|line| {
            let text = "There are bytes here that are no UTF-8; they were read as U+FFFD.";
            (line, text.to_owned())
        });
        let long = self.long.map(|(line, bytes)| {
            let text = format!(
                "This line is {bytes} bytes long; of lines as long as that, the first {LINE_BYTES_MAX} were read."
            );
            (line, text)
        });
        let told = invalid.into_iter().chain(long);
        told.map(move |(line, text)| Flaw {
            kind: FlawKind::Altered,
            place: Place { source, line },
            text,
        })
    }
}

/// The text, where the bytes begin with UTF-16's mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units);
    Some(
        text.map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

/// The first line that is too long, from 1, and how long it is.
fn first_long(text: &str) -> Option<(u32, usize)> {
    let at = text
        .split('\n')
        .position(|line| line.len() > LINE_BYTES_MAX)?;
    let bytes = text.split('\n').nth(at).map_or(0, str::len);
    Some((u32::try_from(at + 1).unwrap_or(u32::MAX), bytes))
}

/// The text with every line cut off where it is too long.
fn shortened(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let words = line.strip_suffix('\n').unwrap_or(line);
        out.push_str(&words[..words.floor_char_boundary(LINE_BYTES_MAX)]);
        out.push_str(&line[words.len()..]);
    }
    out
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

/// At most so much of a line is read: expressions are matched against the whole of it.
const LINE_BYTES_MAX: usize = 1 << 20;
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
        assert_eq!(decoded.flaws(0).count(), 0);
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let units: Vec<u16> = "ä\r\n𝄞".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (mark, bytes) in [(b"\xff\xfe", little), (b"\xfe\xff", big)] {
            let decoded = Decoded::of(&[&mark[..], &bytes].concat()).text.into_owned();
            assert_eq!(decoded, "ä\n𝄞");
        }
        assert_eq!(Decoded::of(b"\xff\xfea").text, "");
    }

    #[test]
    fn other_bytes_are_told_with_their_line() {
        let decoded = Decoded::of(b"one\ntwo \xff\n");
        assert_eq!(decoded.text, "one\ntwo \u{fffd}\n");
        let flaw = decoded.flaws(3).next().expect("a flaw");
        assert_eq!(flaw.place, Place { source: 3, line: 2 });
    }

    #[test]
    fn lines_are_cut_off_where_they_are_too_long() {
        let text = format!("one\n{}\nthree", "ä".repeat(LINE_BYTES_MAX));
        let decoded = Decoded::of(text.as_bytes());
        let lengths: Vec<usize> = decoded.text.lines().map(str::len).collect();
        assert_eq!(lengths, [3, LINE_BYTES_MAX, 5]);
        let flaw = decoded.flaws(0).next().expect("a flaw");
        assert_eq!((flaw.kind, flaw.place.line), (FlawKind::Altered, 2));
        assert!(flaw.text.contains("2097152 bytes"), "{}", flaw.text);
    }
}
