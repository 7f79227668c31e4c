//! Our own form: a JSON object a line, a file a member.
//!
//! ```text
//!   {"log":"wharf events","version":1,"host":"alice"}
//!   {"host":"alice","n":1,"kind":"send","message":"alice#0badcafe:1","text":"hello","lamport":1,"vector":{"alice":1}}
//! ```
//!
//! The first line is a head. Of an event, `n` counts the host's events from 1, so that a line that is missing is seen;
//! without it the order of the lines counts. `kind` is `local`, `send`, `receive` or `deliver`, and in a group `view`,
//! `leave` or `crash`; a view has its name in `view` and who is in it in `members`. `message`, `text`, `peer` (the other
//! end of the message) and each stamp (`lamport`, `vector`, `hybrid`, `wall_ns`) may be absent, and so may `host` where
//! the head has it, and the head. Names may be numbers. `hybrid` is the packed stamp's decimal number in quotes: it has
//! more digits than a number in JavaScript keeps. Keys that are not known are passed over.
//!
//! A host's name may end in `~` and what tells it from others of that name (`alice~0badcafe`); where it is the only one, it is
//! called by what stands before.
//!
//! A program writes line by line with a [`Journal`]; a line is whole or, if the program was killed, the last.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::assembly::{Assembly, Draft};
use crate::by_pattern::bounded;
use crate::decoded::quoted;
use crate::escape::{kind_name, kind_named};
use crate::form::Text;
use crate::{
    Account, Event, EventKind, FlawKind, Form, Log, Options, Place, ReadError, Stamps, View,
};

/// Our own form.
pub static FORM: Form = Form {
    name: "wharf",
    about: "this program's own: a JSON object a line, a file a member",
    recognises,
    read,
    write: Some(write),
};

/// Writes a member's log, a line an event.
#[derive(Debug)]
pub struct Journal {
    host: String,
    count: u64,
    line: String,
}

/// What a [`Journal`] writes of an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// What kind of thing happened.
    pub kind: EventKind,
    /// The message's name.
    pub message: Option<&'a str>,
    /// The name of the view that was installed.
    pub view: Option<&'a str>,
    /// The hosts that are in that view.
    pub members: &'a [&'a str],
    /// Words for people.
    pub text: &'a str,
    /// Lamport's clock.
    pub lamport: Option<u64>,
    /// The vector clock: members and counts, in any order; those that are 0 may be left out.
    pub vector: Option<&'a [(&'a str, u64)]>,
    /// The hybrid logical clock, packed.
    pub hybrid: Option<u64>,
    /// Wall-clock time, in nanoseconds since the Unix epoch.
    pub wall_ns: Option<i64>,
}

impl Journal {
    /// A journal without events yet.
    pub fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            count: 0,
            line: String::new(),
        }
    }

    /// The head, with the line feed that ends it.
    pub fn head(&self) -> String {
        head(Some(&self.host))
    }

    /// The next event's line, with the line feed that ends it.
    pub fn line(&mut self, entry: &Entry<'_>) -> &str {
        self.count += 1;
        self.line.clear();
        let vector = entry.vector.map(|vector| VectorOut(vector.iter().copied()));
        let members = entry
            .view
            .map(|_| MembersOut(entry.members.iter().copied()));
        let line = LineOut {
            members,
            ..LineOut::new((&self.host, self.count), None, entry, vector)
        };
        write_line(&line, &mut self.line);
        &self.line
    }

    /// How many events were written.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// A line, as it is written.
#[derive(Serialize)]
struct LineOut<'a, V: Serialize, M: Serialize> {
    host: &'a str,
    n: u64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<M>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lamport: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<V>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hybrid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_ns: Option<i64>,
}

struct VectorOut<I>(I);

impl<'a, I: Iterator<Item = (&'a str, u64)> + Clone> Serialize for VectorOut<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (host, count) in self.0.clone() {
            map.serialize_entry(host, &count)?;
        }
        map.end()
    }
}

struct MembersOut<I>(I);

impl<'a, I: Iterator<Item = &'a str> + Clone> Serialize for MembersOut<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

impl<'a, V: Serialize, M: Serialize> LineOut<'a, V, M> {
    fn new(
        (host, n): (&'a str, u64),
        peer: Option<&'a str>,
        entry: &Entry<'a>,
        vector: Option<V>,
    ) -> Self {
        Self {
            host,
            n,
            kind: kind_name(entry.kind),
            message: entry.message,
            peer,
            view: entry.view,
            members: None,
            text: entry.text,
            lamport: entry.lamport,
            vector,
            hybrid: entry.hybrid.map(|hybrid| hybrid.to_string()),
            wall_ns: entry.wall_ns,
        }
    }
}

fn write_line<V: Serialize, M: Serialize>(line: &LineOut<'_, V, M>, out: &mut String) {
    out.push_str(&serde_json::to_string(line).expect("strings and numbers are JSON"));
    out.push('\n');
}

fn head(host: Option<&str>) -> String {
    #[derive(Serialize)]
    struct HeadOut<'a> {
        log: &'static str,
        version: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        host: Option<&'a str>,
    }
    let head = HeadOut {
        log: LOG,
        version: VERSION,
        host,
    };
    let mut line = serde_json::to_string(&head).expect("strings and numbers are JSON");
    line.push('\n');
    line
}

/// Several executions cannot stand in one file of this form: they are written one after another, as one.
fn write(accounts: &[Account<'_>]) -> String {
    let mut out = head(None);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for Account { log, sequence, .. } in accounts {
        for &id in *sequence {
            let Event {
                host,
                kind,
                message,
                text,
                stamps,
                ..
            } = log.event(id);
            let host = log.host_name(*host);
            let count = counts.entry(host).or_default();
            *count += 1;
            let view = log.view(id);
            let entry = Entry {
                kind: *kind,
                view: view.map(|view| view.name.as_str()),
                message: message.map(|id| log.messages[id.0 as usize].as_str()),
                text,
                lamport: stamps.lamport,
                hybrid: stamps.hybrid,
                wall_ns: stamps.wall_ns,
                ..Entry::default()
            };
            let members = view.map(|view| {
                let members = view.members.iter();
                MembersOut(members.map(|member| log.host_name(*member)))
            });
            let vector = stamps.vector.as_deref();
            let vector = vector.map(|vector| {
                VectorOut(
                    vector
                        .iter()
                        .map(|(host, count)| (log.host_name(*host), *count)),
                )
            });
            let peer = log.peer(id).map(|peer| log.host_name(peer));
            let line = LineOut {
                members,
                ..LineOut::new((host, *count), peer, &entry, vector)
            };
            write_line(&line, &mut out);
        }
    }
    out
}

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
            line.starts_with("{\"log\":\"wharf events\"")
                || line.starts_with("{\"host\":\"") && line.contains("\"kind\":")
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
                member = head.host.map(Label::into_text);
                if let Some(host) = &member {
                    assembly.log.host(host);
                }
            }
            Ok(event) => take_in(event, member.as_deref(), place, assembly),
            Err(why) => take_damaged(line, is_whole, &why, member.as_deref(), place, assembly),
        }
    }
    Ok(())
}

/// Tells of a line that is not one event, and reads what is whole of it.
fn take_damaged(
    line: &str,
    is_whole: bool,
    why: &serde_json::Error,
    member: Option<&str>,
    place: Place,
    assembly: &mut Assembly,
) {
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
    let view = name.map(|name| {
        let members = line.members.unwrap_or_default().into_iter();
        let members = members.map(|member| log.host(&member.into_text()));
        View {
            name: name.into_text(),
            members: members.collect(),
        }
    });
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
}

const LOG: &str = "wharf events";
const VERSION: u64 = 1;
/// So many events are looked for in a line: more is no accident, and each look may go through the whole line.
const SALVAGED_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, read};

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
}
