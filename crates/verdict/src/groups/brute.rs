//! The conditions against their definitions, pair by pair, on random histories; and on right ones with one thing made wrong.

use std::collections::HashSet;

use history::Verdict;
use proptest::prelude::*;
use proptest::sample::Index;
use trace::{EventKind, HostId, Log, MessageId, View};

use super::GroupCondition;
use crate::fixture::{Truth, event};
use crate::{GROUP_CONDITIONS, GroupJudgement};

const HOSTS: [&str; 4] = ["a", "b", "c", "d"];

fn judged(log: &Log, condition: &str) -> GroupJudgement {
    let condition = GroupCondition::named(condition).expect("a condition");
    let mut judgements = GroupJudgement::all(log, &[condition]);
    judgements.pop().expect("it is about something")
}

/// What a host delivered, each message where it was first.
fn delivered(log: &Log, host: u32) -> Vec<MessageId> {
    let mut seen = HashSet::new();
    let own = log.events.iter().filter(|event| event.host == HostId(host));
    let own = own.filter(|event| event.kind == EventKind::Deliver);
    own.filter_map(|event| event.message)
        .filter(|message| seen.insert(*message))
        .collect()
}

fn has(log: &Log, host: u32, kind: EventKind) -> bool {
    let mut own = log.events.iter().filter(|event| event.host == HostId(host));
    own.any(|event| event.kind == kind)
}

fn hosts(log: &Log) -> std::ops::Range<u32> {
    0..log.hosts.len() as u32
}

/// Whether whoever delivers a message delivered before it all that was sent before it in some sense.
fn is_in_order(log: &Log, is_before: impl Fn(usize, usize) -> bool) -> bool {
    let send = |message: MessageId| {
        let is_it =
            |event: &trace::Event| event.kind == EventKind::Send && event.message == Some(message);
        log.events.iter().position(is_it).expect("it was sent")
    };
    let messages = || (0..log.messages.len() as u32).map(MessageId);
    hosts(log).all(|host| {
        let own = delivered(log, host);
        let place = |message| own.iter().position(|one| *one == message);
        let is_own = |message| log.events[send(message)].host == HostId(host);
        let delivers_own = own.iter().any(|message| is_own(*message));
        own.iter().enumerate().all(|(at, later)| {
            messages()
                .filter(|earlier| earlier != later && is_before(send(*earlier), send(*later)))
                .all(|earlier| match place(earlier) {
                    Some(before) => before < at,
                    None => is_own(earlier) && !delivers_own,
                })
        })
    })
}

fn is_fifo(log: &Log) -> bool {
    is_in_order(log, |a, b| {
        a < b && log.events[a].host == log.events[b].host
    })
}

fn is_causal(log: &Log) -> bool {
    let truth = Truth::of(log);
    let id = |at: usize| trace::EventId(at as u32);
    is_in_order(log, |a, b| truth.is_before(id(a), id(b)))
}

/// Whether some order of all messages is each host's.
fn is_total(log: &Log, hosts: &[u32]) -> bool {
    let count = log.messages.len();
    let mut before = vec![vec![false; count]; count];
    for host in hosts {
        let own = delivered(log, *host);
        for (at, earlier) in own.iter().enumerate() {
            for later in &own[at + 1..] {
                before[earlier.0 as usize][later.0 as usize] = true;
            }
        }
    }
    for through in 0..count {
        for a in 0..count {
            for b in 0..count {
                before[a][b] |= before[a][through] && before[through][b];
            }
        }
    }
    (0..count).all(|message| !before[message][message])
}

fn is_inverted(log: &Log, hosts: &[u32]) -> bool {
    hosts
        .iter()
        .any(|one| hosts.iter().any(|other| !is_total(log, &[*one, *other])))
}

/// Whether each host's sequence is a beginning of each longer one.
fn is_one_sequence(log: &Log) -> bool {
    let all: Vec<_> = hosts(log).map(|host| delivered(log, host)).collect();
    all.iter().all(|one| {
        all.iter()
            .all(|other| one.starts_with(other) || other.starts_with(one))
    })
}

/// Histories in the order of time: sends, deliveries of what was sent, some ends; nothing is promised.
fn any_history() -> impl Strategy<Value = Log> {
    let step = (0..4_usize, 0..12_u8, any::<Index>());
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut log = Log::new();
        let mut sent = Vec::new();
        let mut ended = [false; 4];
        for (host, action, choice) in steps {
            let name = HOSTS[host];
            if ended[host] {
                continue;
            }
            match action {
                0..=2 => {
                    sent.push(format!("m{}", sent.len()));
                    event(
                        &mut log,
                        name,
                        EventKind::Send,
                        sent.last().map(String::as_str),
                    );
                }
                3 if choice.index(8) == 0 => {
                    event(&mut log, name, EventKind::Crash, None);
                    ended[host] = true;
                }
                4 if choice.index(8) == 0 => {
                    event(&mut log, name, EventKind::Leave, None);
                    ended[host] = true;
                }
                _ if sent.is_empty() => {}
                // Mostly what came last, so that some histories are in order.
                5..=8 => {
                    let known: Vec<&String> = sent.iter().rev().take(3).collect();
                    let message = known[choice.index(known.len())].clone();
                    event(&mut log, name, EventKind::Deliver, Some(&message));
                }
                _ => {
                    let own = log.host(name).0;
                    let next = delivered(&log, own).len().min(sent.len() - 1);
                    event(&mut log, name, EventKind::Deliver, Some(&sent[next]));
                }
            };
        }
        log
    })
}

/// A history of a group that keeps every promise: one sequence, which hosts follow at their own pace.
fn right_history() -> impl Strategy<Value = Log> {
    let step = (0..4_usize, 0..3_u8);
    prop::collection::vec(step, 12..60).prop_map(|steps| {
        let mut log = Log::new();
        for host in HOSTS {
            let members = HOSTS.map(|name| log.host(name)).to_vec();
            let id = event(&mut log, host, EventKind::View, None);
            let name = "1".to_owned();
            log.set_view(id, View { name, members });
        }
        let mut sequence: Vec<String> = Vec::new();
        let mut next = [0; 4];
        let mut step = |log: &mut Log, host: usize, sequence: &[String]| {
            if let Some(message) = sequence.get(next[host]) {
                event(log, HOSTS[host], EventKind::Deliver, Some(message));
                next[host] += 1;
            }
        };
        for (host, action) in steps {
            if action == 0 || sequence.is_empty() {
                sequence.push(format!("m{}", sequence.len()));
                event(
                    &mut log,
                    HOSTS[host],
                    EventKind::Send,
                    sequence.last().map(String::as_str),
                );
            } else {
                step(&mut log, host, &sequence);
            }
        }
        for host in 0..HOSTS.len() {
            for _ in 0..sequence.len() {
                step(&mut log, host, &sequence);
            }
        }
        log
    })
}

fn expect(is_right: bool) -> Verdict {
    if is_right {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

/// The places of a random host's deliveries in the log.
fn places(log: &Log, host: Index) -> Vec<usize> {
    let host = HostId(host.index(log.hosts.len()) as u32);
    let is_it = |event: &trace::Event| event.host == host && event.kind == EventKind::Deliver;
    let all = log.events.iter().enumerate();
    all.filter(|(_, event)| is_it(event))
        .map(|(at, _)| at)
        .collect()
}

/// The log without one event: views stay, for they come first.
fn without(mut log: Log, at: usize) -> Log {
    log.events.remove(at);
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn orders_are_what_their_definitions_say(log in any_history()) {
        let verdict = |condition| judged(&log, condition).verdict;
        prop_assert_eq!(verdict("fifo"), expect(is_fifo(&log)));
        prop_assert_eq!(verdict("causal"), expect(is_causal(&log)));
        let there: Vec<u32> = hosts(&log)
            .filter(|host| !has(&log, *host, EventKind::Crash) && has(&log, *host, EventKind::Deliver))
            .collect();
        let total = judged(&log, "total");
        prop_assert_eq!(total.verdict, expect(is_total(&log, &there)), "{:?}", total);
        if is_inverted(&log, &there) {
            prop_assert_eq!(total.messages.len(), 2);
            let [a, b] = total.messages[..] else { panic!("two messages") };
            let orders = total.hosts.iter().map(|host| {
                let own = delivered(&log, host.0);
                own.iter().position(|one| *one == a) < own.iter().position(|one| *one == b)
            });
            prop_assert_eq!(orders.collect::<HashSet<_>>().len(), 2);
        }
        let members: Vec<u32> = hosts(&log).filter(|host| has(&log, *host, EventKind::Deliver)).collect();
        let is_uniform = is_total(&log, &members) && is_one_sequence(&log);
        prop_assert_eq!(verdict("uniform-total"), expect(is_uniform));
    }

    #[test]
    fn agreements_are_what_their_definitions_say(log in any_history()) {
        let verdict = |condition| judged(&log, condition).verdict;
        let sets: Vec<(bool, HashSet<MessageId>)> = hosts(&log)
            .filter(|host| has(&log, *host, EventKind::Deliver))
            .map(|host| {
                let stayed = !has(&log, host, EventKind::Crash) && !has(&log, host, EventKind::Leave);
                (stayed, delivered(&log, host).into_iter().collect())
            })
            .collect();
        let stayed = || sets.iter().filter(|(stayed, _)| *stayed).map(|(_, set)| set);
        let agree = stayed().all(|one| stayed().all(|other| one == other));
        prop_assert_eq!(verdict("agreement"), expect(agree));
        let uniform = stayed().all(|one| sets.iter().all(|(_, other)| other.is_subset(one)));
        prop_assert_eq!(verdict("uniform-agreement"), expect(uniform));
        let deliveries = log.events.iter().filter(|event| event.kind == EventKind::Deliver).count();
        let once: usize = hosts(&log).map(|host| delivered(&log, host).len()).sum();
        prop_assert_eq!(verdict("integrity"), expect(deliveries == once));
    }

    #[test]
    fn a_right_history_keeps_every_promise(log in right_history()) {
        let all: Vec<&GroupCondition> = GROUP_CONDITIONS.iter().collect();
        let judgements = GroupJudgement::all(&log, &all);
        prop_assert_eq!(judgements.len(), all.len());
        for judgement in judgements {
            prop_assert_eq!(judgement.verdict, Verdict::Valid, "{:?}", judgement);
        }
    }

    #[test]
    fn two_deliveries_swapped_are_no_one_order(mut log in right_history(), host: Index, at: Index) {
        let places = places(&log, host);
        prop_assume!(places.len() > 1);
        let at = at.index(places.len() - 1);
        let (one, other) = (log.events[places[at]].message, log.events[places[at + 1]].message);
        (log.events[places[at]].message, log.events[places[at + 1]].message) = (other, one);
        for condition in ["total", "uniform-total"] {
            prop_assert_eq!(judged(&log, condition).verdict, Verdict::Invalid);
        }
        prop_assert_eq!(judged(&log, "agreement").verdict, Verdict::Valid);
    }

    #[test]
    fn a_delivery_dropped_is_no_agreement(log in right_history(), host: Index, at: Index) {
        let places = places(&log, host);
        let at = places[at.index(places.len())];
        let dropped = log.events[at].clone();
        let log = without(log, at);
        for condition in ["agreement", "uniform-agreement", "liveness"] {
            let judgement = judged(&log, condition);
            prop_assert_eq!(judgement.verdict, Verdict::Invalid);
            prop_assert_eq!(&judgement.messages, &[dropped.message.expect("named")]);
            prop_assert!(judgement.hosts.contains(&dropped.host));
        }
        prop_assert_eq!(judged(&log, "total").verdict, Verdict::Valid);
    }

    #[test]
    fn a_delivery_doubled_or_invented_is_no_integrity(log in right_history(), host: Index, at: Index) {
        let places = places(&log, host);
        let again = log.events[places[at.index(places.len())]].clone();
        let mut doubled = log.clone();
        doubled.events.push(again.clone());
        prop_assert_eq!(judged(&doubled, "integrity").verdict, Verdict::Invalid);
        prop_assert_eq!(judged(&doubled, "total").verdict, Verdict::Valid);
        let mut invented = log;
        let message = invented.message("nobody's");
        invented.events.push(trace::Event { message: Some(message), ..again });
        prop_assert_eq!(judged(&invented, "integrity").verdict, Verdict::Invalid);
    }
}
