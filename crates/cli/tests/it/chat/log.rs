//! The log that members' logs are together, and what it has to fulfil.

use causality::Relation;
use history::Verdict;
use trace::{EventId, EventKind, Log, Source};
use verdict::{Judgement, Order};

use super::talker::Talker;

/// The members' logs as one, in which nothing is wrong: no line is missing, no clock names somebody unknown.
#[track_caller]
pub fn merged(talkers: &[&Talker]) -> Log {
    let texts: Vec<Vec<u8>> = talkers.iter().map(|talker| talker.trace()).collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|text| Source {
            name: "trace.jsonl",
            text,
        })
        .collect();
    let mut logs = trace::read(&sources, &trace::Options::default()).expect("a log");
    assert_eq!(logs.len(), 1);
    let log = logs.remove(0);
    assert_eq!(log.flaws, []);
    assert_eq!(log.hosts.len(), talkers.len(), "{:?}", log.hosts);
    log
}

/// Every receipt has its sending, and each clock's claims are what follows from program order and messages:
/// Lamport's and the hybrid clock go up along them, and the vector counts the events of the past.
#[track_caller]
pub fn check_claims(log: &Log) -> Order {
    let order = Order::of(log);
    assert_eq!(order.sequence().len(), log.events.len(), "no cycle");
    for id in log.ids() {
        let event = log.event(id);
        let sources = order.sources(id);
        assert_eq!(
            sources.len(),
            usize::from(event.kind == EventKind::Receive),
            "{event:?}"
        );
        for cause in order.previous(id).iter().chain(sources) {
            let (before, after) = (&log.event(*cause).stamps, &event.stamps);
            assert!(before.lamport < after.lamport, "{event:?}");
            assert!(before.hybrid < after.hybrid, "{event:?}");
        }
        let claimed = event.stamps.vector.as_deref().expect("a vector");
        for (host, known) in order.vector(id).iter().enumerate() {
            let claim = claimed.iter().find(|(of, _)| of.0 as usize == host);
            let claim = claim.map_or(0, |(_, count)| *count);
            assert_eq!(claim, u64::from(*known), "{event:?} of {}", log.hosts[host]);
        }
    }
    let judged = Judgement::all(log, &order);
    assert!(judged.len() > 3, "there are stamps of three clocks");
    for judgement in judged {
        assert_eq!(judgement.verdict, Verdict::Valid, "{judgement:?}");
    }
    order
}

/// The sending of the message of that short name, `carol 4`.
#[track_caller]
pub fn sending(log: &Log, short: &str) -> EventId {
    let (name, sequence) = short.split_once(' ').expect("a short name");
    let is_it = |id: &EventId| {
        let event = log.event(*id);
        let message = event
            .message
            .map(|message| log.messages[message.0 as usize].as_str());
        let message = message.unwrap_or_default();
        event.kind == EventKind::Send
            && message.starts_with(&format!("{name}#"))
            && message.ends_with(&format!(":{sequence}"))
    };
    log.ids()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {short} was sent"))
}

/// The messages that a member showed (`--json`) and called concurrent with an earlier one are those, and only
/// those, of which the log says so.
#[track_caller]
pub fn check_concurrency(log: &Log, order: &Order, talker: &Talker) -> usize {
    let objects = talker.objects();
    let shown = objects.iter().filter(|object| object["what"] == "message");
    let mut before: Vec<&str> = Vec::new();
    let mut found = 0;
    for object in shown {
        let short = object["short"].as_str().expect("a name");
        let is_concurrent = |other: &&&str| {
            let pair = (sending(log, other), sending(log, short));
            order.relation(log, pair.0, pair.1) == Relation::Concurrent
        };
        let expected: Vec<&str> = before.iter().filter(is_concurrent).copied().collect();
        assert_eq!(
            object["concurrent"],
            serde_json::json!(expected),
            "of {short}"
        );
        found += expected.len();
        before.push(short);
    }
    found
}
