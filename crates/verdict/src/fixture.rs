//! Logs for tests: told in words, or random and right, or random and wrong; and a slow way to find the truth.

use std::collections::HashMap;

use causality::{Hybrid, Lamport, Relation, Vector};
use proptest::prelude::*;
use proptest::sample::Index;
use trace::{Event, EventId, EventKind, HostId, Log, Place, Stamps, View};

/// Appends an event without stamps.
pub(crate) fn event(log: &mut Log, host: &str, kind: EventKind, message: Option<&str>) -> EventId {
    let event = Event {
        host: log.host(host),
        kind,
        message: message.map(|message| log.message(message)),
        text: String::new(),
        stamps: Stamps::default(),
        place: Place::default(),
    };
    log.events.push(event);
    EventId(log.events.len() as u32 - 1)
}

/// A log from words, an event between commas: `host kind [message] [L7] [W100] [a:1] [b:2]`, where `>c` names the other end,
/// `L` is a Lamport stamp, `W` the wall clock and `H` the hybrid stamp in milliseconds, `7=a+b` a view and its members, and the
/// rest entries of the vector.
pub(crate) fn script(text: &str) -> Log {
    let mut log = Log::new();
    for words in text.split(',') {
        let mut words = words.split_whitespace();
        let host = words.next().expect("a host");
        let kind = match words.next().expect("a kind") {
            "local" => EventKind::Local,
            "send" => EventKind::Send,
            "receive" => EventKind::Receive,
            "deliver" => EventKind::Deliver,
            "view" => EventKind::View,
            "leave" => EventKind::Leave,
            "crash" => EventKind::Crash,
            "blocked" => EventKind::Blocked,
            other => panic!("no kind {other}"),
        };
        let (mut message, mut stamps, mut vector) = (None, Stamps::default(), Vec::new());
        let (mut peer, mut view) = (None, None);
        for word in words {
            if let Some((name, members)) = word.split_once('=') {
                view = Some(View {
                    name: name.to_owned(),
                    members: members
                        .split('+')
                        .filter(|name| !name.is_empty())
                        .map(|name| log.host(name))
                        .collect(),
                });
                continue;
            }
            let number = |word: &str| word[1..].parse::<u64>().expect("a number");
            match word.split_once(':') {
                Some((host, count)) => {
                    vector.push((log.host(host), count.parse().expect("a count")))
                }
                None if word.starts_with('>') => peer = Some(log.host(&word[1..])),
                None if word.starts_with('L') => stamps.lamport = Some(number(word)),
                None if word.starts_with('H') => stamps.hybrid = Some(number(word) << 16),
                None if word.starts_with('W') => {
                    stamps.wall_ns = Some(number(word) as i64 * 1_000_000)
                }
                None => message = Some(word),
            }
        }
        vector.sort_unstable();
        stamps.vector = (!vector.is_empty()).then(|| vector.into());
        let id = event(&mut log, host, kind, message);
        log.events[id.0 as usize].stamps = stamps;
        if let Some(peer) = peer {
            log.set_peer(id, peer);
        }
        if let Some(view) = view {
            log.set_view(id, view);
        }
    }
    log
}

/// Random executions of up to 5 hosts, in the order of time, with right stamps on every event.
pub(crate) fn any_log() -> impl Strategy<Value = Log> {
    let step = (0..5_usize, 0..5_u8, any::<Index>(), 0..3_u64);
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut log = Log::new();
        let mut sent = Vec::new();
        for (host, action, choice, _) in &steps {
            let host = ["a", "b", "c", "d", "e"][*host];
            match action {
                0 => event(&mut log, host, EventKind::Local, None),
                1 | 2 => {
                    sent.push(format!("m{}", sent.len()));
                    event(
                        &mut log,
                        host,
                        EventKind::Send,
                        sent.last().map(String::as_str),
                    )
                }
                _ if sent.is_empty() => event(&mut log, host, EventKind::Local, None),
                _ => {
                    let message = &sent[choice.index(sent.len())];
                    event(&mut log, host, EventKind::Receive, Some(message))
                }
            };
        }
        let pauses: Vec<u64> = steps.iter().map(|step| step.3).collect();
        stamp(&mut log, &pauses);
        log
    })
}

/// Gives every event the stamps that clocks would; events are in the order of time.
fn stamp(log: &mut Log, pauses_ms: &[u64]) {
    let hosts = log.hosts.len();
    let mut clocks: Vec<(Lamport, Hybrid, Vector)> = (0..hosts)
        .map(|own| (Lamport::new(), Hybrid::new(), Vector::new(hosts, own)))
        .collect();
    let mut sent: HashMap<_, (Lamport, Hybrid, Vector)> = HashMap::new();
    let mut real_ms = 5_000;
    for (event, pause_ms) in log.events.iter_mut().zip(pauses_ms) {
        real_ms += pause_ms;
        let now_ms = real_ms + 3 * u64::from(event.host.0);
        let (lamport, hybrid, vector) = &mut clocks[event.host.0 as usize];
        let message = event.message.filter(|_| event.kind == EventKind::Receive);
        match message.map(|message| sent[&message].clone()) {
            Some((l, h, v)) => {
                lamport.receive(l).expect("near");
                hybrid.receive(now_ms, h, 1_000).expect("near");
                vector.receive(&v).expect("one group");
            }
            None => {
                lamport.local().expect("not at the end");
                hybrid.local(now_ms).expect("not at the end");
                vector.local().expect("not at the end");
            }
        }
        if let Some(message) = event.message {
            let stamps = (*lamport, *hybrid, vector.clone());
            sent.entry(message).or_insert(stamps);
        }
        let entries = (0..).map(HostId).zip(vector.entries().iter().copied());
        event.stamps = Stamps {
            lamport: Some(lamport.value()),
            vector: Some(entries.filter(|entry| entry.1 > 0).collect()),
            hybrid: Some(hybrid.packed()),
            wall_ns: Some(now_ms as i64 * 1_000_000),
        };
    }
}

/// The same log, one host's events after the other's, as logs of several files are.
pub(crate) fn grouped_by_host(log: &Log) -> Log {
    let mut grouped = log.clone();
    grouped
        .events
        .sort_by_key(|event| std::cmp::Reverse(event.host));
    grouped
}

/// Events that have nothing to do with each other, and stamps neither.
pub(crate) fn any_nonsense() -> impl Strategy<Value = Log> {
    let vector = prop::option::of(prop::collection::btree_map(0..4_u32, 0..5_u64, 0..4));
    let stamps = (
        prop::option::of(0..6_u64),
        prop::option::of(0..6_u64),
        vector,
        any::<Option<i64>>(),
    );
    let event = (0..4_usize, 0..4_u8, prop::option::of(0..5_u8), stamps);
    let events = prop::collection::vec(event, 0..30);
    (events, any::<bool>(), any::<bool>()).prop_map(|(events, names_messages, has_vectors)| {
        let mut log = Log::new();
        for host in ["a", "b", "c", "d"] {
            log.host(host);
        }
        for (host, kind, message, (lamport, hybrid, vector, wall_ns)) in events {
            let kinds = [
                EventKind::Local,
                EventKind::Send,
                EventKind::Receive,
                EventKind::Deliver,
            ];
            let message = message
                .filter(|_| names_messages)
                .map(|message| format!("m{message}"));
            let host = ["a", "b", "c", "d"][host];
            let id = self::event(&mut log, host, kinds[kind as usize], message.as_deref());
            let vector = vector.filter(|_| has_vectors);
            let vector = vector.map(|map| {
                map.into_iter()
                    .map(|(host, count)| (HostId(host), count))
                    .collect()
            });
            log.events[id.0 as usize].stamps = Stamps {
                lamport,
                vector,
                hybrid,
                wall_ns,
            };
        }
        log
    })
}

/// Of each pair of events, the fewest messages on a path from one to the other.
pub(crate) struct Truth(Vec<Vec<Option<u32>>>);

impl Truth {
    /// By going over all paths, as Floyd and Warshall do.
    pub fn of(log: &Log) -> Self {
        let count = log.events.len();
        let mut paths = vec![vec![None; count]; count];
        for (b, after) in log.events.iter().enumerate() {
            for (a, before) in log.events.iter().enumerate() {
                let is_receipt = matches!(after.kind, EventKind::Receive | EventKind::Deliver);
                let is_message =
                    is_receipt && before.kind == EventKind::Send && after.message == before.message;
                if is_message && after.message.is_some() {
                    paths[a][b] = Some(1);
                }
                if a < b && before.host == after.host {
                    paths[a][b] = Some(0);
                }
            }
        }
        for through in 0..count {
            for a in 0..count {
                for b in 0..count {
                    let path = paths[a][through]
                        .zip(paths[through][b])
                        .map(|(one, other)| one + other);
                    paths[a][b] = [paths[a][b], path].into_iter().flatten().min();
                }
            }
        }
        Self(paths)
    }

    pub fn messages(&self, a: EventId, b: EventId) -> Option<u32> {
        self.0[a.0 as usize][b.0 as usize]
    }

    pub fn is_before(&self, a: EventId, b: EventId) -> bool {
        self.messages(a, b).is_some()
    }

    pub fn relation(&self, a: EventId, b: EventId) -> Relation {
        match (self.is_before(a, b), self.is_before(b, a)) {
            _ if a == b => Relation::Same,
            (true, _) => Relation::Before,
            (_, true) => Relation::After,
            _ => Relation::Concurrent,
        }
    }
}
