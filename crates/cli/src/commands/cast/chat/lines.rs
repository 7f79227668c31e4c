//! Lines of standard input, as they come in pieces.

use std::collections::VecDeque;

/// Cuts pieces into lines. A line that is too long is kept as far as it takes to say so; the rest is dropped, so
/// an endless one does not fill the memory.
#[derive(Debug, Default)]
pub struct Lines {
    whole: VecDeque<Line>,
    /// What has no line end yet.
    begun: Vec<u8>,
    /// How many bytes of it were dropped.
    dropped: usize,
}

/// A line of standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A text; bytes that are no UTF-8 are replaced by U+FFFD.
    Text(String),
    /// So many bytes, which is more than a message may have.
    TooLong(usize),
}

impl Lines {
    /// A piece has come.
    pub fn push(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let (text, is_end) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            let room = LINE_BYTES_MAX - self.begun.len();
            let (kept, dropped) = text.split_at(text.len().min(room));
            self.begun.extend_from_slice(kept);
            self.dropped += dropped.len();
            if is_end {
                self.end();
            }
        }
    }

    /// No more will come: what has no line end is a line.
    pub fn finish(&mut self) {
        if !self.begun.is_empty() {
            self.end();
        }
    }

    /// The next line; empty ones are passed over.
    pub fn next(&mut self) -> Option<Line> {
        self.whole.pop_front()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    fn end(&mut self) {
        let (begun, dropped) = (std::mem::take(&mut self.begun), self.dropped);
        self.dropped = 0;
        let text = begun.strip_suffix(b"\r").unwrap_or(&begun);
        if dropped > 0 {
            self.whole.push_back(Line::TooLong(begun.len() + dropped));
        } else if !text.trim_ascii().is_empty() {
            let text = String::from_utf8_lossy(text).into_owned();
            self.whole.push_back(Line::Text(text));
        }
    }
}

/// Longer than a message may be, so that the member says of those in between what is wrong with them.
const LINE_BYTES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&[u8]], expected: &[Line]) {
        let mut lines = Lines::default();
        pieces.iter().for_each(|piece| lines.push(piece));
        lines.finish();
        let all: Vec<Line> = std::iter::from_fn(|| lines.next()).collect();
        assert_eq!(all, expected);
        assert!(lines.is_empty());
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        check(
            &[b"a\nb", b"c\r\n", b"\n \nd"],
            &[text("a"), text("bc"), text("d")],
        );
        check(&[b"a\xffb\n"], &[text("a\u{fffd}b")]);
        check(&[], &[]);
    }

    #[test]
    fn an_endless_line_is_told_and_not_kept() {
        let long = vec![b'x'; 3000];
        check(
            &[&long, &long, b"\nnext"],
            &[Line::TooLong(6000), text("next")],
        );
    }
}
