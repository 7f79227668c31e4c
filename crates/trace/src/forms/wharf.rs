//! Our own form: a JSON object a line, a file a member.
//!
//! ```text
//!   {"log":"wharf events","version":1,"host":"alice"}
//!   {"host":"alice","n":1,"kind":"send","message":"alice#0badcafe:1","text":"hello","lamport":1,"vector":{"alice":1}}
//! ```
//!
//! The first line is a head. Of an event, `n` counts the host's events from 1, so that a line that is missing is seen;
//! without it the order of the lines counts. `kind` is `local`, `send`, `receive` or `deliver`, and in a group `view`,
//! `blocked`, `leave` or `crash`; a view has its name in `view` and who is in it in `members`. `message`, `text`, `peer` (the other
//! end of the message) and each stamp (`lamport`, `vector`, `hybrid`, `wall_ns`) may be absent, and so may `host` where
//! the head has it, and the head. Names may be numbers. `hybrid` is the packed stamp's decimal number in quotes: it has
//! more digits than a number in JavaScript keeps. Keys that are not known are passed over.
//!
//! A host's name may end in `~` and what tells it from others of that name (`alice~0badcafe`); where it is the only one, it is
//! called by what stands before.
//!
//! A head may also say in `promises` what the group promised its members: names of conditions, for who judges the log.
//!
//! A program writes line by line with a [`Journal`]; a line is whole or, if the program was killed, the last. Where it is clear
//! whose log it is that ends so, that is noted ([`Tear`]). A log that is written again says it with `torn`, a number of bytes, at
//! the crash of that host.

mod writing;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::assembly::{Assembly, Draft};
use crate::by_pattern::bounded;
use crate::decoded::quoted;
use crate::escape::kind_named;
use crate::form::Text;
use crate::{
    Event, EventKind, FlawKind, Form, Log, Options, Place, Promised, ReadError, Stamps, Tear, View,
};

pub use writing::{Entry, Journal};

/// Our own form.
pub static FORM: Form = Form {
    name: "wharf",
    about: "this program's own: a JSON object a line, a file a member",
    recognises,
    read,
    write: Some(writing::write),
};

/// A line, as it is read: a head or an event.
#[derive(Deserialize)]
struct Line {
    log: Option<String>,
    version: Option<u64>,
    host: Option<Label>,
    n: Option<u64>,
    kind: Option<String>,
    message: Option<Label>,
    peer: Option<Label>,
    view: Option<Label>,
    members: Option<Vec<Label>>,
    #[serde(default)]
    text: String,
    lamport: Option<u64>,
    vector: Option<BTreeMap<String, u64>>,
    hybrid: Option<Packed>,
    wall_ns: Option<i64>,
    promises: Option<serde_json::Value>,
    torn: Option<u64>,
}

/// A name: in quotes, or a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Text(String),
    Number(serde_json::Number),
}

impl Label {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The hybrid stamp: a number, in quotes or bare.
#[derive(Deserialize)]
#[serde(untagged)]
enum Packed {
    Number(u64),
    Text(String),
}

fn recognises(beginning: &str) -> bool {
    let line = beginning.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim();
    match serde_json::from_str::<Line>(line) {
        Ok(line) => line.log.as_deref() == Some(LOG) || line.host.is_some() && line.kind.is_some(),
        // A first line that is longer than what is looked at, or cut off, still begins like ours.
        Err(_) => {
            line.starts_with(HEAD)
                || line.starts_with("{\"host\":\"") && line.contains("\"kind\":")
                || line.len() >= RECOGNISED_LEAST && HEAD.starts_with(line)
        }
    }
}

fn read(texts: &[Text<'_>], _: &Options) -> Result<Vec<Log>, ReadError> {
    let mut assembly = Assembly::default();
    for text in texts {
        read_text(text, &mut assembly)?;
    }
    if assembly.log.hosts.is_empty() {
        return Err(ReadError::NoEvents {
            name: texts.first().map_or("", |text| text.name).to_owned(),
            form: FORM.name,
            advice: "its lines are no events of this form".to_owned(),
        });
    }
    let mut log = assembly.finish();
    log.call_by_short_names();
    Ok(vec![log])
}

fn read_text(text: &Text<'_>, assembly: &mut Assembly) -> Result<(), ReadError> {
    let mut member = None;
    let mut end = None;
    for (line, number) in text.decoded.text.split_inclusive('\n').zip(1..) {
        let place = Place {
            source: text.source,
            line: number,
        };
        let is_whole = line.ends_with('\n');
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match serde_json::from_str::<Line>(line) {
            Ok(head) if head.log.is_some() => {
                let version = head.version.unwrap_or(VERSION);
                if version > VERSION {
                    let name = text.name.to_owned();
                    return Err(ReadError::Version {
                        name,
                        version,
                        known: VERSION,
                    });
                }
                if let Some(promises) = head.promises {
                    take_promises(promises, place, &mut assembly.log);
                }
                member = head.host.map(Label::into_text);
                if let Some(host) = &member {
                    assembly.log.host(host);
                }
            }
            Ok(event) => take_in(event, member.as_deref(), place, assembly),
            Err(why) => {
                let damage = take_damaged(line, is_whole, &why, member.as_deref(), place, assembly);
                end = (damage == FlawKind::Truncated).then_some(place);
            }
        }
    }
    if let Some(place) = end {
        let member = member.and_then(|host| assembly.log.host_named(&host));
        assembly.tear(place, text.unended_bytes, member);
    }
    Ok(())
}

/// Takes down what a head says that was promised.
fn take_promises(promises: serde_json::Value, place: Place, log: &mut Log) {
    match serde_json::from_value::<Vec<String>>(promises) {
        Ok(names) if names.is_empty() => {}
        Ok(mut names) => {
            names.sort_unstable();
            names.dedup();
            log.promises.push(Promised { place, names });
        }
        Err(_) => {
            let text = "The `promises` of this head are no list of names; they were passed over.";
            log.blame(FlawKind::Part, place, text.to_owned());
        }
    }
}

/// Tells of a line that is not one event, and reads what is whole of it. Gives what sort of damage it is.
fn take_damaged(
    line: &str,
    is_whole: bool,
    why: &serde_json::Error,
    member: Option<&str>,
    place: Place,
    assembly: &mut Assembly,
) -> FlawKind {
    let quote = quoted(line);
    let whole = salvage(line);
    let (kind, text) = match (whole.len(), is_whole) {
        (0, false) => (
            FlawKind::Truncated,
            format!("The text ends in the middle of this line, which was left out: `{quote}`."),
        ),
        (0, true) => (
            FlawKind::Unreadable,
            format!("This line is no event and was left out ({why}): `{quote}`."),
        ),
        (count, _) => (
            FlawKind::TornLoss,
            format!(
                "Lines run into each other here; what is whole of it ({count}) was read: `{quote}`."
            ),
        ),
    };
    assembly.log.blame(kind, place, text);
    for event in whole {
        take_in(event, member, place, assembly);
    }
    kind
}

/// The events that are whole in a line of several: two writers of one file, or one that was killed in the middle of a line
/// and started again, leave such lines.
fn salvage(line: &str) -> Vec<Line> {
    let starts = line.match_indices("{\"host\":").map(|(at, _)| at);
    let first = |at: usize| {
        let mut values = serde_json::Deserializer::from_str(&line[at..]).into_iter::<Line>();
        values.next().and_then(Result::ok)
    };
    starts.take(SALVAGED_MAX).filter_map(first).collect()
}

fn take_in(line: Line, member: Option<&str>, place: Place, assembly: &mut Assembly) {
    let log = &mut assembly.log;
    let own = line.host.map(Label::into_text);
    let Some(host) = own.as_deref().or(member) else {
        let text =
            "This event has no `host`, and no head before it has one; it was left out.".to_owned();
        return log.blame(FlawKind::Unreadable, place, text);
    };
    let host = log.host(host);
    let named = line.kind.as_deref().and_then(kind_named);
    if named.is_none() {
        let kind = line
            .kind
            .as_deref()
            .map_or("nothing".to_owned(), |kind| format!("`{}`", quoted(kind)));
        let text = format!("The kind of this event is {kind}; it was taken for a local one.");
        log.blame(FlawKind::Part, place, text);
    }
    let peer = line.peer.map(|peer| log.host(&peer.into_text()));
    let name = line.view.filter(|_| named == Some(EventKind::View));
    let members = line.members.unwrap_or_default();
    let view = name.map(|name| view(name, members, place, log));
    let hybrid = line.hybrid.and_then(|packed| match packed {
        Packed::Number(number) => Some(number),
        Packed::Text(text) => text.parse().ok(),
    });
    let vector = line.vector.map(|entries| {
        let mut vector: Vec<_> = entries
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| (log.host(name), *count))
            .collect();
        vector.sort_unstable();
        vector.into_boxed_slice()
    });
    let event = Event {
        host,
        kind: named.unwrap_or_default(),
        message: line.message.map(|name| log.message(&name.into_text())),
        text: bounded(&line.text, place, log),
        stamps: Stamps {
            lamport: line.lamport,
            vector,
            hybrid,
            wall_ns: line.wall_ns,
        },
        place,
    };
    assembly.push(Draft {
        event,
        own: line.n.filter(|n| *n > 0),
        peer,
        view,
        fields: Vec::new(),
    });
    if let Some(bytes) = line.torn.filter(|_| named == Some(EventKind::Crash)) {
        let tear = Tear { host, place, bytes };
        assembly.log.torn.push(tear);
    }
}

/// A view; one without members is a flaw.
fn view(name: Label, members: Vec<Label>, place: Place, log: &mut Log) -> View {
    if members.is_empty() {
        let text = "This view has no `members`: who is in it is not known.".to_owned();
        log.blame(FlawKind::Part, place, text);
    }
    let members = members.into_iter();
    let members = members.map(|member| log.host(&member.into_text()));
    View {
        name: name.into_text(),
        members: members.collect(),
    }
}

const LOG: &str = "wharf events";
/// How a head begins.
const HEAD: &str = "{\"log\":\"wharf events\"";
/// So much of it is enough where there is no more: a program may be killed while it writes its first line.
const RECOGNISED_LEAST: usize = 9;
const VERSION: u64 = 1;
/// So many events are looked for in a line: more is no accident, and each look may go through the whole line.
const SALVAGED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Account, EventId, HostId, Source, read};

    #[test]
    fn a_journal_is_read_back() {
        let mut journal = Journal::new("alice");
        let mut text = journal.head();
        text.push_str(journal.line(&Entry {
            kind: EventKind::Send,
            message: Some("m"),
            text: "two\nlines",
            ..Entry::default()
        }));
        let vector = [("bob", 3), ("alice", 2)];
        text.push_str(journal.line(&Entry {
            lamport: Some(7),
            vector: Some(&vector),
            hybrid: Some(u64::MAX),
            wall_ns: Some(-5),
            ..Entry::default()
        }));
        assert_eq!(journal.count(), 2);
        let source = Source {
            name: "alice",
            text: text.as_bytes(),
        };
        let logs = read(&[source], &Options::default()).expect("a log");
        let [log] = &logs[..] else { panic!("one log") };
        let [send, local] = &log.events[..] else {
            panic!("two events")
        };
        assert_eq!(
            (send.kind, send.text.as_str()),
            (EventKind::Send, "two\nlines")
        );
        assert_eq!(local.stamps.hybrid, Some(u64::MAX));
        let bob = log.host_named("bob").expect("bob");
        assert_eq!(
            local.stamps.vector.as_deref(),
            Some(&[(local.host, 2), (bob, 3)][..])
        );
        // Of bob there is no log.
        assert_eq!(log.flaws.len(), 1, "{:?}", log.flaws);
        assert_eq!(log.flaws[0].kind, FlawKind::UnknownHost);
    }

    fn read_one(text: &str) -> Log {
        let source = Source {
            name: "log",
            text: text.as_bytes(),
        };
        let mut logs = read(&[source], &Options::default()).expect("a log");
        assert_eq!(logs.len(), 1);
        logs.remove(0)
    }

    #[test]
    fn a_view_is_read_back_with_its_members() {
        let mut journal = Journal::new("alice");
        let mut text = journal.head();
        text.push_str(journal.line(&Entry {
            kind: EventKind::View,
            view: Some("7"),
            members: &["alice", "bob"],
            ..Entry::default()
        }));
        text.push_str(journal.line(&Entry {
            kind: EventKind::Leave,
            ..Entry::default()
        }));
        let log = read_one(&text);
        let kinds: Vec<EventKind> = log.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::View, EventKind::Leave]);
        let view = log.view(crate::EventId(0)).expect("a view");
        let members: Vec<&str> = view.members.iter().map(|id| log.host_name(*id)).collect();
        assert_eq!(
            (view.name.as_str(), &members[..]),
            ("7", &["alice", "bob"][..])
        );
        assert_eq!(log.view(crate::EventId(1)), None);
        assert_eq!(log.flaws, []);
    }

    #[test]
    fn the_shortest_lines_that_a_program_writes_are_enough() {
        let text = r#"{"host":1,"kind":"view","view":1,"members":[1,"b"]}
{"host":1,"kind":"send","message":17}
{"kind":"deliver","message":"17","host":"b"}
{"host":1,"kind":"deliver","message":17}
"#;
        let log = read_one(text);
        assert_eq!(
            (&log.hosts[..], log.flaws.len()),
            (&["1".to_owned(), "b".to_owned()][..], 0)
        );
        assert_eq!(log.messages, ["17"]);
        assert_eq!(log.events.len(), 4);
    }

    #[test]
    fn a_view_without_members_is_a_flaw() {
        let log = read_one("{\"host\":\"a\",\"kind\":\"view\",\"view\":1}\n");
        let kinds: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(kinds, [FlawKind::Part]);
        let view = log.view(EventId(0)).expect("a view");
        assert_eq!((view.name.as_str(), view.members.len()), ("1", 0));
    }

    /// Two members, of which one was killed while it wrote its last line.
    const KILLED: &str = r#"{"log":"wharf events","version":1,"host":"a~1","promises":["total","fifo","total"]}
{"host":"a~1","n":1,"kind":"send","message":"m","text":"\u00e4"}
{"host":"a~1","n":2,"kind":"deliver","mess"#;

    #[test]
    fn a_log_that_ends_in_a_line_says_whose_it_is() {
        let mut log = read_one(KILLED);
        let kinds: Vec<FlawKind> = log.flaws.iter().map(|flaw| flaw.kind).collect();
        assert_eq!(kinds, [FlawKind::Truncated]);
        let place = Place { source: 0, line: 3 };
        let (host, bytes) = (HostId(0), 42);
        assert_eq!(log.torn, [Tear { host, place, bytes }]);
        assert!(!log.is_told_end(place));
        log.end_torn();
        log.end_torn();
        assert!(log.is_told_end(place) && !log.is_told_end(Place::default()));
        assert_eq!(
            (log.events.len(), log.events[1].kind),
            (2, EventKind::Crash)
        );
        assert_eq!(log.promises[0].names, ["fifo", "total"]);
        let ids: Vec<EventId> = log.ids().collect();
        let again = read_one(&writing::write(&[Account {
            log: &log,
            sequence: &ids,
            past: &|_| &[],
        }]));
        assert_eq!((again.flaws.len(), again.events.len()), (0, 2));
        assert_eq!((again.torn[0].host, again.torn[0].bytes), (host, bytes));
        assert_eq!(again.promises[0].names, log.promises[0].names);
    }

    /// Cut off anywhere, a log is one whole event after the other, and then at most one tear.
    #[test]
    fn a_log_may_be_cut_off_at_any_byte() {
        for cut in RECOGNISED_LEAST..KILLED.len() {
            let Some(text) = KILLED.get(..cut) else {
                continue;
            };
            let source = Source {
                name: "log",
                text: text.as_bytes(),
            };
            let whole = text.lines().filter(|line| line.ends_with('}')).count();
            match read(&[source], &Options::default()) {
                Ok(logs) => {
                    assert_eq!(logs[0].events.len(), whole.saturating_sub(1), "{text}");
                    let is_torn = !text.ends_with(['}', '\n']);
                    assert_eq!(logs[0].torn.len(), usize::from(is_torn), "{text}");
                }
                Err(error) => {
                    assert_eq!(whole, 0, "{text}: {error}");
                    assert!(matches!(error, ReadError::NoEvents { .. }), "{error}");
                }
            }
        }
    }

    #[test]
    fn whose_log_it_is_that_ends_so_may_be_unclear() {
        let two = r#"{"host":"a","kind":"local"}
{"host":"b","kind":"local"}
{"host":"a","ki"#;
        assert_eq!(read_one(two).torn, []);
        let left = two.replace("\"b\",\"kind\":\"local\"", "\"b\",\"kind\":\"leave\"");
        assert_eq!(read_one(&left).torn[0].host, HostId(0));
    }

    #[test]
    fn promises_that_are_no_list_of_names_are_no_promises() {
        for wrong in ["7", "[1]", "\"total\""] {
            let text = format!(
                "{{\"log\":\"wharf events\",\"promises\":{wrong}}}\n{{\"host\":\"a\",\"kind\":\"local\"}}\n"
            );
            let log = read_one(&text);
            assert_eq!((log.promises.len(), log.flaws[0].kind), (0, FlawKind::Part));
        }
        let empty = KILLED.replace("\"total\",\"fifo\",\"total\"", "");
        assert_eq!(read_one(&empty).promises, []);
    }
}
