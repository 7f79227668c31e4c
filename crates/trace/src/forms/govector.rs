//! GoVector's form: host and vector clock on a line, an event's words on the next.
//!
//! ```text
//!   alice {"alice":1}
//!   Initialization Complete
//!   alice {"alice":2, "bob":3}
//!   INFO got it
//! ```
//!
//! A program writes a file `NAME-Log.txt` for each of its hosts, and those are one execution: they are read together.
//! A program that adds to old files writes a line `=== Execution #… ===` in front of each run; the first runs of all
//! files belong together, then the second ones, and so on. GoVector's own tool puts the files into one behind a parser for
//! ShiViz; such a file is an execution by itself, and what is written here is one too. Each host's first event is
//! `Initialization Complete`, as GoVector has it, so all counts are one more than the events that the log has.

use crate::assembly::Assembly;
use crate::by_pattern::{CLOCK_FIRST, DELIMITER, Reading};
use crate::form::Text;
use crate::number::{Numbered, write_file};
use crate::{Account, Form, HostId, Log, Options, ReadError};

use super::shiviz::Beginning;

/// GoVector's form.
pub static FORM: Form = Form {
    name: "govector",
    about: "GoVector: host and vector clock, then words; a file a host, or all in one",
    recognises,
    read,
    write: Some(write),
};

fn recognises(beginning: &str) -> bool {
    Beginning::of(beginning) == Beginning::Clock
}

fn read(texts: &[Text<'_>], options: &Options) -> Result<Vec<Log>, ReadError> {
    read_together(texts, options, FORM.name, CLOCK_FIRST)
}

/// Reads files of one host each as one execution, and such as say how they are to be read by themselves.
pub(super) fn read_together(
    texts: &[Text<'_>],
    options: &Options,
    form: &'static str,
    usual: &str,
) -> Result<Vec<Log>, ReadError> {
    let mut together: Vec<Assembly> = Vec::new();
    let mut logs = Vec::new();
    for text in texts {
        let reading = Reading::of(text, options, usual)?;
        let mut lines = reading.lines();
        let (mut events, mut part) = (0, 0);
        for (execution, (name, _)) in reading.executions.iter().enumerate() {
            let mut alone = Assembly::default();
            let assembly = match reading.has_header {
                true => &mut alone,
                false => {
                    together.resize_with(together.len().max(part + 1), Assembly::default);
                    &mut together[part]
                }
            };
            let count = reading.take_in(execution, &mut lines, assembly);
            events += count;
            part += usize::from(count > 0);
            if count > 0 && assembly.log.name.is_empty() {
                assembly.log.name = name.trim().to_owned();
            }
            if alone.len() > 0 {
                logs.push(alone.finish());
            }
        }
        if events == 0 {
            return Err(reading.no_events(form));
        }
    }
    let together = together.into_iter().filter(|assembly| assembly.len() > 0);
    logs.extend(together.map(Assembly::finish));
    Ok(logs)
}

fn write(accounts: &[Account<'_>]) -> String {
    write_file(CLOCK_FIRST, DELIMITER, accounts, |numbered, out| {
        let mut is_begun = vec![false; numbered.log().hosts.len()];
        for &event in numbered.sequence() {
            let host = numbered.log().event(event).host;
            if !std::mem::replace(&mut is_begun[host.0 as usize], true) {
                write_first(numbered, host, out);
            }
            write_event(numbered, event, out);
        }
    })
}

fn write_first(numbered: &Numbered<'_>, host: HostId, out: &mut String) {
    let (word, json) = (numbered.word(host), numbered.json(host));
    // A name that is not written as it is must be known for ours when it is read.
    let is_plain = word == numbered.log().host_name(host);
    let field = if is_plain { "" } else { " kind=local" };
    out.push_str(&format!(
        "{word} {{{json}:1}}\nInitialization Complete{field}\n"
    ));
}

fn write_event(numbered: &Numbered<'_>, event: crate::EventId, out: &mut String) {
    numbered.write_clock(event, 1, out);
    out.push('\n');
    numbered.write_words(event, out);
    out.push('\n');
}
