//! Events numbered anew for a file: a clock that ticks once for each event that is written.
//!
//! ShiViz takes no log in which a host's own entries have a hole. So the clocks in an exported file are not those that
//! the log claims: they are counted from the true order, which who calls hands over, and only of what is written. An
//! execution of which some events are left out has smaller numbers and no holes.

use std::fmt::Write as _;

use crate::escape::{Trailer, escape_host};
use crate::{EventId, HostId, Log};

/// An execution that is to be written, with its order.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// The log.
    pub log: &'a Log,
    /// The events that are to be written, causes before effects. Some may be left out, none may be there twice.
    pub sequence: &'a [EventId],
    /// Of each host, how many of its events (of all, in program order) are in an event's past, itself included.
    pub past: &'a dyn Fn(EventId) -> &'a [u32],
}

/// The clocks of an account's file.
pub(crate) struct Numbered<'a> {
    account: Account<'a>,
    /// Of each event, its place in its host's program order, from 1.
    index: Vec<u32>,
    /// Of each host, how many of its first events are written: of none, of the first, of the first two, …
    written: Vec<Vec<u32>>,
    /// Each host's name as one word, and as JSON.
    names: Vec<(String, String)>,
    /// The hosts in the order of their words.
    sorted: Vec<usize>,
}

impl<'a> Numbered<'a> {
    pub fn of(account: Account<'a>) -> Self {
        let log = account.log;
        let mut is_written = vec![false; log.events.len()];
        for event in account.sequence {
            is_written[event.0 as usize] = true;
        }
        let mut written: Vec<Vec<u32>> = vec![vec![0]; log.hosts.len()];
        let mut index = Vec::with_capacity(log.events.len());
        for (event, is_written) in log.events.iter().zip(is_written) {
            let counts = &mut written[event.host.0 as usize];
            let last = counts[counts.len() - 1];
            index.push(u32::try_from(counts.len()).expect("fewer than 2^32 events"));
            counts.push(last + u32::from(is_written));
        }
        let names: Vec<(String, String)> = log
            .hosts
            .iter()
            .map(|name| {
                let word = escape_host(name);
                let json = serde_json::to_string(&word).expect("a string is JSON");
                (word, json)
            })
            .collect();
        let mut sorted: Vec<usize> = (0..names.len()).collect();
        sorted.sort_by(|one, other| names[*one].0.cmp(&names[*other].0));
        Self {
            account,
            index,
            written,
            names,
            sorted,
        }
    }

    /// The execution's log.
    pub fn log(&self) -> &'a Log {
        self.account.log
    }

    /// The events to be written.
    pub fn sequence(&self) -> &'a [EventId] {
        self.account.sequence
    }

    /// A host's name as one word.
    pub fn word(&self, host: HostId) -> &str {
        &self.names[host.0 as usize].0
    }

    /// A host's name as JSON.
    pub fn json(&self, host: HostId) -> &str {
        &self.names[host.0 as usize].1
    }

    /// An event's number among those of its host that are written, from 1.
    pub fn own(&self, event: EventId) -> u32 {
        let at = event.0 as usize;
        let host = self.account.log.events[at].host.0 as usize;
        self.written[host][self.index[at] as usize]
    }

    /// Calls with each host of which the event's past has written events, and how many; sorted by the hosts' words.
    pub fn each_entry(&self, event: EventId, mut take: impl FnMut(HostId, u32)) {
        let own = self.account.log.event(event).host.0 as usize;
        let past = (self.account.past)(event);
        for &host in &self.sorted {
            let counts = &self.written[host];
            let known = past.get(host).copied().unwrap_or(0) as usize;
            let count = match host == own {
                true => self.own(event),
                false => counts[known.min(counts.len() - 1)],
            };
            if count > 0 {
                take(
                    HostId(u32::try_from(host).expect("fewer than 2^32 hosts")),
                    count,
                );
            }
        }
    }

    /// Writes `host {"host":n, …}`, each count greater by `more`.
    pub fn write_clock(&self, event: EventId, more: u32, out: &mut String) {
        out.push_str(self.word(self.account.log.event(event).host));
        out.push(' ');
        let mut separator = '{';
        self.each_entry(event, |host, count| {
            out.push(separator);
            if separator == ',' {
                out.push(' ');
            }
            write!(out, "{}:{}", self.json(host), count + more).expect("a string takes all");
            separator = ',';
        });
        out.push('}');
    }

    /// Writes an event's words and fields, on one line.
    pub fn write_words(&self, event: EventId, out: &mut String) {
        let log = self.account.log;
        let view = log.view(event).map(|view| {
            let members = view.members.iter();
            let members = members.map(|member| log.host_name(*member).to_owned());
            (view.name.clone(), members.collect())
        });
        let event = log.event(event);
        let trailer = Trailer {
            kind: event.kind,
            message: event.message.map(|id| log.messages[id.0 as usize].clone()),
            lamport: event.stamps.lamport,
            hybrid: event.stamps.hybrid,
            wall_ns: event.stamps.wall_ns,
            view,
        };
        trailer.write(&event.text, out);
    }
}

/// Writes a file as ShiViz takes it: the parser, the delimiter where there are several executions or a named one, and
/// each execution by `body`.
pub(crate) fn write_file(
    parser: &str,
    delimiter: &str,
    accounts: &[Account<'_>],
    mut body: impl FnMut(&Numbered<'_>, &mut String),
) -> String {
    let events: usize = accounts.iter().map(|account| account.sequence.len()).sum();
    let mut out = String::with_capacity(events * EVENT_BYTES);
    let is_delimited =
        accounts.len() > 1 || accounts.iter().any(|account| !account.log.name.is_empty());
    out.push_str(parser);
    out.push('\n');
    out.push_str(if is_delimited { delimiter } else { "" });
    out.push('\n');
    let mut names: Vec<String> = Vec::new();
    for (at, account) in accounts.iter().enumerate() {
        if is_delimited {
            let name = unused_name(&account.log.name, at, &names);
            writeln!(out, "=== {name} ===").expect("a string takes all");
            names.push(name);
        }
        body(&Numbered::of(*account), &mut out);
    }
    out
}

/// An execution's name on one line, and unlike the others': ShiViz refuses a name that is there twice.
fn unused_name(name: &str, at: usize, taken: &[String]) -> String {
    let mut name: String = name
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    if name.trim().is_empty() {
        name = format!("execution {}", at + 1);
    }
    let mut unused = name.clone();
    let mut count = 1;
    while taken.contains(&unused) {
        count += 1;
        unused = format!("{name} ({count})");
    }
    unused
}

/// A guess at an event's share of a file, so that it need not move often while it grows.
const EVENT_BYTES: usize = 96;
