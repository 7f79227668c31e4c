//! Where in a text something stands, and lines that are part of no event.

use std::ops::Range;

use crate::decoded::quoted;
use crate::{FlawKind, Log, Place};

/// Counts line feeds on the way through a text.
pub(crate) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    /// Before the first line.
    pub fn of_text(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The line of a byte, which must not stand before the last one asked for.
    pub fn of(&mut self, at: usize) -> u32 {
        let passed = &self.text.as_bytes()[self.at..at.max(self.at)];
        let feeds = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self
            .line
            .saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
        self.at = at.max(self.at);
        self.line
    }
}

/// Lines that the parser passes over.
#[derive(Default)]
pub(crate) struct LeftOut {
    /// Those that may have been events: something like a clock is in them.
    events: Passed,
    /// The others.
    words: Passed,
}

#[derive(Default)]
struct Passed {
    count: u64,
    first: Option<(u32, String)>,
}

impl LeftOut {
    /// Counts the lines of a part that no event was found in. Gives the last of them.
    pub fn look_at<'t>(
        &mut self,
        text: &'t str,
        part: Range<usize>,
        lines: &mut Lines<'_>,
    ) -> Option<&'t str> {
        let mut last = None;
        let mut at = part.start;
        for line in text[part].split_inclusive('\n') {
            if !line.trim().is_empty() {
                let passed = match has_clock(line) {
                    true => &mut self.events,
                    false => &mut self.words,
                };
                passed.count += 1;
                if passed.first.is_none() {
                    passed.first = Some((lines.of(at), quoted(line.trim())));
                }
                last = Some(line);
            }
            at += line.len();
        }
        last
    }

    /// A line that was counted is told of by somebody else.
    pub fn forget(&mut self, line: &str) {
        match has_clock(line) {
            true => self.events.count -= 1,
            false => self.words.count -= 1,
        }
    }

    pub fn tell(self, source: u32, log: &mut Log) {
        let told = [
            (FlawKind::Unreadable, self.events, "looks like an event"),
            (FlawKind::LeftOut, self.words, "holds no clock"),
        ];
        for (kind, passed, why) in told {
            let (Some((line, text)), 1..) = (passed.first, passed.count) else {
                continue;
            };
            let text = match passed.count {
                1 => format!("This line is part of no event ({why}) and was left out: `{text}`."),
                many => format!(
                    "{many} lines are part of no event and were left out; this is the first ({why}): `{text}`."
                ),
            };
            log.blame(kind, Place { source, line }, text);
        }
    }
}

/// Whether a clock, or the beginning of one, may be in a line.
fn has_clock(line: &str) -> bool {
    ["{\"", "{\\\"", "{'"]
        .iter()
        .any(|begin| line.contains(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_blank_are_no_loss() {
        let text = "one\n\n  \ntwo\nthree\n";
        let (mut lines, mut left_out) = (Lines::of_text(text), LeftOut::default());
        assert_eq!(left_out.look_at(text, 4..8, &mut lines), None);
        assert_eq!(
            left_out.look_at(text, 8..text.len(), &mut lines),
            Some("three\n")
        );
        let mut log = Log::new();
        left_out.tell(7, &mut log);
        assert_eq!(log.flaws[0].place, Place { source: 7, line: 4 });
        assert!(log.flaws[0].text.starts_with("2 lines"));
        assert_eq!(log.flaws[0].kind, FlawKind::LeftOut);
    }

    #[test]
    fn a_line_with_a_clock_may_have_been_an_event() {
        let text = "Starting...\na: {\"a\":1}\n";
        let (mut lines, mut left_out) = (Lines::of_text(text), LeftOut::default());
        left_out.look_at(text, 0..text.len(), &mut lines);
        let mut log = Log::new();
        left_out.tell(0, &mut log);
        let kinds: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(kinds, [FlawKind::Unreadable, FlawKind::LeftOut]);
    }
}
