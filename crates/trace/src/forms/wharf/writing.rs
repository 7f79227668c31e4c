//! The same form written: by a program line by line, and a log as a whole.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{LOG, VERSION};
use crate::escape::kind_name;
use crate::{Account, Event, EventKind};

/// Writes a member's log, a line an event.
#[derive(Debug)]
pub struct Journal {
    host: String,
    promises: Vec<String>,
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
            promises: Vec::new(),
            count: 0,
            line: String::new(),
        }
    }

    /// The same, whose head says what was promised to its member: names of conditions.
    pub fn promising<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.promises = names.into_iter().map(str::to_owned).collect();
        self
    }

    /// The head, with the line feed that ends it.
    pub fn head(&self) -> String {
        head(Some(&self.host), &self.promises)
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
    #[serde(skip_serializing_if = "Option::is_none")]
    torn: Option<u64>,
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
            torn: None,
        }
    }
}

fn write_line<V: Serialize, M: Serialize>(line: &LineOut<'_, V, M>, out: &mut String) {
    out.push_str(&serde_json::to_string(line).expect("strings and numbers are JSON"));
    out.push('\n');
}

fn head(host: Option<&str>, promises: &[String]) -> String {
    #[derive(Serialize)]
    struct HeadOut<'a> {
        log: &'static str,
        version: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        host: Option<&'a str>,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        promises: &'a [String],
    }
    let head = HeadOut {
        log: LOG,
        version: VERSION,
        host,
        promises,
    };
    let mut line = serde_json::to_string(&head).expect("strings and numbers are JSON");
    line.push('\n');
    line
}

/// Several executions cannot stand in one file of this form: they are written one after another, as one.
pub(super) fn write(accounts: &[Account<'_>]) -> String {
    // What only some of its texts promise is not promised by one that is made of all.
    let mut promised = accounts.iter().flat_map(|one| &one.log.promises);
    let names = promised.next().map_or(&[][..], |one| &one.names);
    let mut out = match promised.all(|other| other.names == names) {
        true => head(None, names),
        false => head(None, &[]),
    };
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
                torn: log.tear_told_by(id).map(|tear| tear.bytes),
                ..LineOut::new((host, *count), peer, &entry, vector)
            };
            write_line(&line, &mut out);
        }
    }
    out
}
