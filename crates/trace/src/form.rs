//! A form: a way of writing logs down, and what is handed to its reader.

use std::collections::HashMap;

use crate::decoded::Decoded;
use crate::forms::{FORMS, shiviz};
use crate::{Account, FLAWS_MAX, Flaw, FlawKind, Log, Place};

/// A way of writing logs down. Each is a file in `forms`, and a line of [`FORMS`].
#[derive(Debug)]
pub struct Form {
    /// Its name, as the command line knows it.
    pub name: &'static str,
    /// One line: what it looks like and where it comes from.
    pub about: &'static str,
    /// Whether a text that begins so is of this form. **At most one form recognises a text.**
    pub recognises: fn(beginning: &str) -> bool,
    /// Reads texts of this form, which are decoded already. One log an execution.
    pub(crate) read: fn(&[Text<'_>], &Options) -> Result<Vec<Log>, ReadError>,
    /// Writes executions into one text, where this form is written too.
    pub write: Option<fn(&[Account<'_>]) -> String>,
}

/// A text that is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What to call it: a file's name.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a [u8],
}

/// What a reader is told beside the texts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The form, where it is not to be recognised.
    pub form: Option<&'static Form>,
    /// A regular expression in JavaScript's syntax for one event, with the groups `host`, `clock` and `event`, as ShiViz
    /// takes it. Further named groups become fields; `kind`, `message` and `timestamp` are understood.
    pub parser: Option<String>,
    /// A regular expression for what stands between executions; its group `trace` names the one that follows.
    pub delimiter: Option<String>,
}

/// A source, made readable.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub name: &'a str,
    pub decoded: Decoded<'a>,
    /// How many bytes stand behind its last line feed.
    pub unended_bytes: u64,
    /// Which of the sources, from 0.
    pub source: u32,
}

/// Why texts are no log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no text at all.
    #[error("no log was given; name the files to be read")]
    Nothing,
    /// A text has nothing in it.
    #[error("`{name}` is empty; give a file that its program has written to")]
    Empty {
        /// The text's name.
        name: String,
    },
    /// No form begins like that.
    #[error(
        "`{name}` is a log of no form that is known ({known}); say how an event looks with --parser, a regular \
         expression with the groups host, clock and event, such as '(?<host>\\S+) (?<clock>{{.*}}) (?<event>.*)'"
    )]
    Unrecognised {
        /// The text's name.
        name: String,
        /// The forms that there are.
        known: String,
    },
    /// The texts are of several forms.
    #[error("these are logs of different forms: {list}; give those of one form at a time")]
    Mixed {
        /// Each text's name and form.
        list: String,
    },
    /// A regular expression that this program cannot take.
    #[error("the {role} `{pattern}` holds {construct}, which only JavaScript has; {advice}")]
    JavaScriptOnly {
        /// Parser or delimiter.
        role: &'static str,
        /// The expression.
        pattern: String,
        /// What of it.
        construct: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A regular expression that is none.
    #[error("the {role} `{pattern}` is no regular expression: {why}")]
    Pattern {
        /// Parser or delimiter.
        role: &'static str,
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// A parser without a group that it must have.
    #[error(
        "the parser `{pattern}` has no group `{group}`; write (?<{group}>…) around the part that is it"
    )]
    GroupMissing {
        /// The parser.
        pattern: String,
        /// The group's name.
        group: &'static str,
    },
    /// A text in which no event was found.
    #[error("no event was found in `{name}`, read as {form}; {advice}")]
    NoEvents {
        /// The text's name.
        name: String,
        /// The form's name.
        form: &'static str,
        /// What to do.
        advice: String,
    },
    /// Our own form, of a later version than this program's.
    #[error(
        "`{name}` is of version {version} of its form; this program reads version {known}, a newer one reads both"
    )]
    Version {
        /// The text's name.
        name: String,
        /// Its version.
        version: u64,
        /// The version that is read.
        known: u64,
    },
}

/// The form of a text, going by how it begins: the first few KiB are enough.
pub fn recognise(text: &[u8]) -> Option<&'static Form> {
    // What is read is decoded first. That halves lines of nothing but `\r\n`, and takes off a mark of three bytes; and a
    // character that is cut at the end here must lie beyond what is looked at.
    let beginning = &text[..text.len().min(2 * RECOGNISED_BYTES + 8)];
    recognise_decoded(beginning_of(&Decoded::of(beginning).text))
}

/// Reads texts, which must all be of one form: the logs of several members, or of a program that wrote one file.
///
/// A text that is there twice, as when two patterns name one file, is read once. Gives one log an execution; where a form's files are one host's each, they are one execution together.
///
/// # Errors
/// Where there is nothing to be read. What is wrong with single lines is among the log's flaws instead.
pub fn read(sources: &[Source<'_>], options: &Options) -> Result<Vec<Log>, ReadError> {
    if sources.is_empty() {
        return Err(ReadError::Nothing);
    }
    let mut texts: Vec<Text<'_>> = Vec::with_capacity(sources.len());
    let mut known: HashMap<&[u8], &str> = HashMap::new();
    let mut flaws = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let decoded = Decoded::of(source.text);
        if decoded.text.trim().is_empty() {
            let name = source.name.to_owned();
            return Err(ReadError::Empty { name });
        }
        let index = u32::try_from(index).expect("fewer than 2^32 files");
        if let Some(first) = known.get(source.text) {
            flaws.push(twice(source.name, first, index));
            continue;
        }
        known.insert(source.text, source.name);
        flaws.extend(decoded.flaws(index));
        let unended = source.text.rsplit(|byte| *byte == b'\n').next();
        texts.push(Text {
            name: source.name,
            decoded,
            unended_bytes: unended.map_or(0, <[u8]>::len) as u64,
            source: index,
        });
    }
    let form = form_of(&texts, options)?;
    let mut logs = (form.read)(&texts, options)?;
    for flaw in flaws {
        let source = flaw.place.source;
        let whose = logs.iter().position(|log| has_part_of(log, source));
        if let Some(log) = logs.get_mut(whose.unwrap_or(0)) {
            if log.flaws.len() == FLAWS_MAX {
                log.flaws.pop();
                log.flaws_left_out += 1;
            }
            log.flaws.insert(0, flaw);
        }
    }
    Ok(logs)
}

fn twice(name: &str, first: &str, source: u32) -> Flaw {
    let what = match name == first {
        true => format!("`{name}` was given twice"),
        false => format!("`{name}` holds the same as `{first}`"),
    };
    Flaw {
        kind: FlawKind::LeftOut,
        place: Place { source, line: 1 },
        text: format!("{what}; it was read once."),
    }
}

fn has_part_of(log: &Log, source: u32) -> bool {
    log.events.iter().any(|event| event.place.source == source)
}

fn form_of(texts: &[Text<'_>], options: &Options) -> Result<&'static Form, ReadError> {
    if let Some(form) = options.form {
        return Ok(form);
    }
    if options.parser.is_some() {
        return Ok(&shiviz::FORM);
    }
    let mut forms = Vec::with_capacity(texts.len());
    for text in texts {
        let form = recognise_decoded(beginning_of(&text.decoded.text));
        forms.push(form.ok_or_else(|| {
            ReadError::Unrecognised {
                name: text.name.to_owned(),
                known: FORMS
                    .iter()
                    .map(|form| form.name)
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        })?);
    }
    let first = forms[0];
    if forms.iter().all(|form| form.name == first.name) {
        return Ok(first);
    }
    let list = texts.iter().zip(&forms);
    let list = list.map(|(text, form)| format!("`{}` is {}", text.name, form.name));
    Err(ReadError::Mixed {
        list: list.collect::<Vec<_>>().join(", "),
    })
}

fn recognise_decoded(beginning: &str) -> Option<&'static Form> {
    FORMS
        .iter()
        .find(|form| (form.recognises)(beginning))
        .copied()
}

fn beginning_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(RECOGNISED_BYTES)]
}

/// How much of a text tells its form: enough for a banner of some lines before the first event.
const RECOGNISED_BYTES: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read was looked at after its line ends were made plain, and what is recognised before: a banner of
    /// empty lines was too long for the one and not for the other. Both now look at the same.
    #[test]
    fn what_is_read_is_recognised() {
        let event = "Message sent from 0 (LAMPORT_TIME=1)\r\n";
        for lines in [0, 5_000, 10_000, RECOGNISED_BYTES - event.len()] {
            let text = format!("\u{feff}{}{event}", "\r\n".repeat(lines));
            let source = Source {
                name: "banner",
                text: text.as_bytes(),
            };
            assert!(
                read(&[source], &Options::default()).is_ok(),
                "{lines} lines"
            );
            assert!(recognise(text.as_bytes()).is_some(), "{lines} lines");
        }
    }

    #[test]
    fn no_text_is_no_log_in_any_form() {
        for form in [None].into_iter().chain(FORMS.iter().copied().map(Some)) {
            let options = Options {
                form,
                ..Options::default()
            };
            assert_eq!(read(&[], &options).err(), Some(ReadError::Nothing));
        }
    }
}
