//! ShiViz's form (Beschastnikh et al. 2016): an event's words on a line, its host and vector clock on the next.
//!
//! ```text
//!   (?<event>.*)\n(?<host>\S*) (?<clock>{.*})
//!   ^=== (?<trace>.*) ===$
//!   === first run ===
//!   said hello kind=send message=alice#1
//!   alice {"alice":1}
//! ```
//!
//! The first two lines are for ShiViz: the parser and what stands between executions (an empty line where there is one
//! execution without a name). A log without them is read by the same parser. A log is a *program's* form as much as
//! ShiViz's: with a parser of its own, any log that has hosts and vector clocks is of this form.

use crate::by_pattern::{DELIMITER, EVENT_FIRST, read_each};
use crate::number::{Numbered, write_file};
use crate::{Account, Form};

/// ShiViz's form.
pub static FORM: Form = Form {
    name: "shiviz",
    about: "ShiViz: words, then host and vector clock; or whatever a parser in its first line says",
    recognises,
    read: |texts, options| read_each(texts, options, "shiviz", EVENT_FIRST),
    write: Some(write),
};

fn recognises(beginning: &str) -> bool {
    Beginning::of(beginning) == Beginning::Words
}

fn write(accounts: &[Account<'_>]) -> String {
    write_file(EVENT_FIRST, DELIMITER, accounts, |numbered, out| {
        for &event in numbered.sequence() {
            write_event(numbered, event, out);
        }
    })
}

fn write_event(numbered: &Numbered<'_>, event: crate::EventId, out: &mut String) {
    numbered.write_words(event, out);
    out.push('\n');
    numbered.write_clock(event, 0, out);
    out.push('\n');
}

/// How an event of a log with vector clocks begins, by the log's parser or else by its first lines: three forms tell
/// themselves apart by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// With its words.
    Words,
    /// With a host and its clock.
    Clock,
    /// With a time, a host and its clock.
    Time,
    /// There is no such log.
    Other,
}

impl Beginning {
    pub fn of(beginning: &str) -> Self {
        let parser = beginning.lines().next().unwrap_or_default();
        if let (Some(host_at), Some(event_at), true) = (
            parser.find("(?<host>"),
            parser.find("(?<event>"),
            parser.contains("(?<clock>"),
        ) {
            return match parser.starts_with("(?<timestamp>") {
                true => Self::Time,
                false if host_at < event_at => Self::Clock,
                false => Self::Words,
            };
        }
        let is_between = |line: &str| {
            line.starts_with("===") || line.starts_with("(?<trace>") || line.starts_with("^===")
        };
        let lines = beginning.lines().filter(|line| !line.trim().is_empty());
        for (at, line) in lines.filter(|line| !is_between(line)).enumerate() {
            let Some((head, _)) = line
                .trim_end()
                .split_once(" {\"")
                .filter(|_| line.contains('}'))
            else {
                continue;
            };
            let mut words = head.split(' ');
            let is_number =
                |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            return match (words.next(), words.next(), words.next()) {
                (Some(_), None, _) if at == 0 => Self::Clock,
                (Some(_), None, _) => Self::Words,
                (Some(time), Some(_), None) if is_number(time) && at == 0 => Self::Time,
                _ => continue,
            };
        }
        Self::Other
    }
}
