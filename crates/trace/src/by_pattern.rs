//! Logs that a regular expression takes apart, as ShiViz does it.
//!
//! ```text
//!   a file as ShiViz takes it:   line 1  the parser, for whole lines; empty: the usual one
//!                                line 2  what stands between executions; may be empty
//!                                line 3  the log
//! ```
//!
//! A file without these two lines is a log from its first line. Then, unless told otherwise, lines such as
//! `=== name ===` stand between executions.

use std::collections::HashMap;
use std::ops::Range;

use crate::assembly::{Assembly, Draft};
use crate::clock_text::vector;
use crate::decoded::TEXT_BYTES_MAX;
use crate::escape::{Trailer, kind_named, unescape_name};
use crate::form::Text;
use crate::left_out::{LeftOut, Lines};
use crate::pattern::Pattern;
use crate::{Event, EventKind, FlawKind, Log, Options, Place, ReadError, Stamps, View};

/// Event first, then host and clock: what ShiViz takes unless told otherwise.
pub(crate) const EVENT_FIRST: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";
/// Host and clock first: what GoVector writes.
pub(crate) const CLOCK_FIRST: &str = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)";
/// A time in front of them: what GoVector writes for TSViz.
pub(crate) const TIME_FIRST: &str = r"(?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)";
/// What stands between executions.
pub(crate) const DELIMITER: &str = "^=== (?<trace>.*) ===$";

/// A text, and how it is taken apart.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    text: &'a Text<'a>,
    parser: Pattern,
    /// Where the executions lie, and their names.
    pub executions: Vec<(String, Range<usize>)>,
    /// Whether the text says itself how it is to be read.
    pub has_header: bool,
}

impl<'a> Reading<'a> {
    /// Finds out how a text is to be read, `usual` being its parser where neither it nor the options say.
    ///
    /// # Errors
    /// Where an expression is none, or lacks a group.
    pub fn of(text: &'a Text<'a>, options: &Options, usual: &str) -> Result<Self, ReadError> {
        let header = Header::of(&text.decoded.text);
        let whole_lines = |pattern: &str| format!("^{pattern}$");
        let parser = match (&options.parser, &header) {
            (Some(parser), _) => parser.clone(),
            (None, Some(header)) if !header.parser.trim().is_empty() => whole_lines(header.parser),
            _ => usual.to_owned(),
        };
        let delimiter = match (&options.delimiter, &header) {
            (Some(delimiter), _) => Some(delimiter.clone()),
            (None, Some(header)) => {
                let delimiter = header.delimiter.trim();
                (!delimiter.is_empty()).then(|| whole_lines(delimiter))
            }
            (None, None) => Some(DELIMITER.to_owned()),
        };
        let parser = Pattern::new(&parser, "parser")?;
        for group in ["host", "clock", "event"] {
            if !parser.has_group(group) {
                let pattern = parser.source;
                return Err(ReadError::GroupMissing { pattern, group });
            }
        }
        let delimiter = delimiter.map(|pattern| Pattern::new(&pattern, "delimiter"));
        let start = header.as_ref().map_or(0, |header| header.log_at);
        Ok(Self {
            executions: executions(&text.decoded.text, start, delimiter.transpose()?.as_ref()),
            text,
            parser,
            has_header: header.is_some(),
        })
    }

    /// The way through the text's lines, on which its executions are read one after another.
    pub fn lines(&self) -> Lines<'a> {
        Lines::of_text(&self.text.decoded.text)
    }

    /// Reads one of the executions into an assembly. Gives how many events it has.
    pub fn take_in(
        &self,
        execution: usize,
        lines: &mut Lines<'_>,
        assembly: &mut Assembly,
    ) -> usize {
        let all = &*self.text.decoded.text;
        let range = self.executions[execution].1.clone();
        let before = assembly.len();
        let groups = Groups::of(&self.parser, assembly);
        let mut left_out = LeftOut::default();
        let mut end = range.start;
        for found in self.parser.regex.captures_iter(&all[range.clone()]) {
            let whole = found.get(0).expect("the whole is always there");
            let at = range.start + whole.start();
            left_out.look_at(all, end..at, lines);
            end = range.start + whole.end();
            let place = Place {
                source: self.text.source,
                line: lines.of(at),
            };
            let draft = groups.draft(&found, place, assembly);
            assembly.push(draft);
        }
        let rest = left_out.look_at(all, end..range.end, lines);
        let rest = rest.filter(|rest| range.end == all.len() && is_cut_off(rest));
        if let Some(rest) = rest {
            let place = Place {
                source: self.text.source,
                line: lines.of(all.trim_end().len()),
            };
            let text = "The text ends in the middle of an event, which was left out.".to_owned();
            assembly.log.blame(FlawKind::Truncated, place, text);
            left_out.forget(rest);
        }
        left_out.tell(self.text.source, &mut assembly.log);
        assembly.len() - before
    }

    /// The error of a text without events.
    pub fn no_events(&self, form: &'static str) -> ReadError {
        ReadError::NoEvents {
            name: self.text.name.to_owned(),
            form,
            advice: format!(
                "the parser `{}` matches nowhere; give one that does",
                self.parser.source
            ),
        }
    }

    /// The text's name.
    pub fn name(&self) -> &str {
        self.text.name
    }
}

/// Reads each text by itself, and each execution of it: one log each.
pub(crate) fn read_each(
    texts: &[Text<'_>],
    options: &Options,
    form: &'static str,
    usual: &str,
) -> Result<Vec<Log>, ReadError> {
    let mut logs = Vec::new();
    for text in texts {
        let reading = Reading::of(text, options, usual)?;
        let (first, mut lines) = (logs.len(), reading.lines());
        for (execution, (name, _)) in reading.executions.iter().enumerate() {
            let mut assembly = Assembly::default();
            assembly.log.name = match (texts.len(), name.as_str()) {
                (1, name) => name.to_owned(),
                (_, "") => reading.name().to_owned(),
                (_, name) => format!("{}: {name}", reading.name()),
            };
            if reading.take_in(execution, &mut lines, &mut assembly) > 0 {
                logs.push(assembly.finish());
            }
        }
        if logs.len() == first {
            return Err(reading.no_events(form));
        }
    }
    Ok(logs)
}

/// The two lines in front of a log.
struct Header<'a> {
    parser: &'a str,
    delimiter: &'a str,
    log_at: usize,
}

impl<'a> Header<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (parser, rest) = text.split_once('\n')?;
        let (delimiter, log) = rest.split_once('\n').unwrap_or((rest, ""));
        let is_header = parser.contains("(?<clock>")
            || parser.trim().is_empty() && delimiter.contains("(?<trace>");
        is_header.then(|| Self {
            parser,
            delimiter,
            log_at: text.len() - log.len(),
        })
    }
}

fn executions<'t>(
    text: &'t str,
    start: usize,
    delimiter: Option<&Pattern>,
) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut add = |name: &'t str, range: Range<usize>| {
        if text[range.clone()].trim().is_empty() {
            return;
        }
        let count = counts.entry(name).or_default();
        *count += 1;
        let name = match count {
            1 => name.to_owned(),
            _ => format!("{name} ({count})"),
        };
        found.push((name, range));
    };
    // ShiViz takes white space off both ends, which matters where a parser would begin with it.
    let log = &text[start..];
    let end = start + log.trim_end().len();
    let mut from = end - log.trim().len();
    let mut name: &'t str = "";
    let matches = delimiter.map(|delimiter| delimiter.regex.captures_iter(&text[from..end]));
    let base = from;
    for captures in matches.into_iter().flatten() {
        let whole = captures.get(0).expect("the whole is always there");
        add(name, from..base + whole.start());
        from = base + whole.end();
        name = captures.name("trace").map_or("", |name| name.as_str());
    }
    add(name, from..text.len().max(from));
    found
}

/// The parser's groups, found once instead of at each event.
struct Groups {
    host: usize,
    clock: usize,
    event: usize,
    /// Further groups: their places, and their names' places in the log.
    others: Vec<(usize, Other)>,
}

#[derive(Clone, Copy)]
enum Other {
    Kind,
    Message,
    Timestamp,
    Field(u32),
}

impl Groups {
    fn of(parser: &Pattern, assembly: &mut Assembly) -> Self {
        let mut groups = Self {
            host: 0,
            clock: 0,
            event: 0,
            others: Vec::new(),
        };
        for (at, name) in parser.regex.capture_names().enumerate() {
            match name {
                None => {}
                Some("host") => groups.host = at,
                Some("clock") => groups.clock = at,
                Some("event") => groups.event = at,
                Some("kind") => groups.others.push((at, Other::Kind)),
                Some("message") => groups.others.push((at, Other::Message)),
                Some("timestamp") => groups.others.push((at, Other::Timestamp)),
                Some(name) => groups
                    .others
                    .push((at, Other::Field(assembly.field_name(name)))),
            }
        }
        groups
    }

    fn draft(&self, found: &regex::Captures<'_>, place: Place, assembly: &mut Assembly) -> Draft {
        let group = |at: usize| found.get(at).map_or("", |group| group.as_str());
        let (host, words) = (group(self.host), group(self.event));
        let ours = Trailer::split(words);
        let is_ours = ours.is_some();
        let log = &mut assembly.log;
        let host = match is_ours {
            true => log.host(&unescape_name(host)),
            false => log.host(host),
        };
        let (vector, own) = vector(group(self.clock), host, is_ours, place, log);
        let mut event = Event {
            host,
            kind: EventKind::Local,
            message: None,
            text: String::new(),
            stamps: Stamps {
                vector,
                ..Stamps::default()
            },
            place,
        };
        let mut fields = Vec::new();
        let mut view = None;
        match ours {
            Some((text, trailer)) => {
                event.text = bounded(&text, place, log);
                event.kind = trailer.kind;
                event.message = trailer.message.map(|name| log.message(&name));
                event.stamps.lamport = trailer.lamport;
                event.stamps.hybrid = trailer.hybrid;
                event.stamps.wall_ns = trailer.wall_ns;
                view = trailer.view.map(|(name, members)| {
                    let members = members.iter().map(|member| log.host(member)).collect();
                    View { name, members }
                });
            }
            None => event.text = bounded(words, place, log),
        }
        for (at, other) in &self.others {
            let Some(value) = found.get(*at).map(|group| group.as_str()) else {
                continue;
            };
            match other {
                Other::Kind => event.kind = kind_named(value).unwrap_or(event.kind),
                Other::Message => event.message = Some(log.message(value)),
                Other::Timestamp if is_ours => {}
                Other::Timestamp => event.stamps.wall_ns = value.parse().ok(),
                Other::Field(name) => fields.push((*name, value.to_owned())),
            }
        }
        Draft {
            event,
            own,
            peer: None,
            view,
            fields,
        }
    }
}

/// The words of an event, cut off where they are too long to be words.
pub(crate) fn bounded(words: &str, place: Place, log: &mut Log) -> String {
    if words.len() <= TEXT_BYTES_MAX {
        return words.to_owned();
    }
    let end = words.floor_char_boundary(TEXT_BYTES_MAX);
    let text = format!(
        "The event's words are {} bytes long; the first {end} were kept.",
        words.len()
    );
    log.blame(FlawKind::Altered, place, text);
    words[..end].to_owned()
}

/// Whether a line could have become a host and its clock.
fn is_cut_off(line: &str) -> bool {
    line.contains(" {") && !line.contains('}') && !line.ends_with('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Executions of one name were counted by the name that was given to them, so the third was called as the second.
    #[test]
    fn executions_of_one_name_are_told_apart() {
        let delimiter = Pattern::new(DELIMITER, "delimiter").expect("an expression");
        let text = "=== x ===\na\n=== x ===\nb\n=== y ===\nc\n=== x ===\nd\n";
        let found = executions(text, 0, Some(&delimiter));
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x", "x (2)", "y", "x (3)"]);
    }
}
