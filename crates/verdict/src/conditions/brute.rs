//! The conditions against a comparison of all pairs, on random executions with one claim made wrong.

use causality::Relation;
use history::Verdict;
use proptest::prelude::*;
use proptest::sample::Index;
use trace::{EventId, EventKind, Flaw, FlawKind, HostId, Log, Place};

use crate::fixture::{Truth, any_log, grouped_by_host};
use crate::{Judgement, Order};

fn judged(log: &Log, condition: &str) -> Option<Judgement> {
    let judgements = Judgement::all(log, &Order::of(log));
    judgements
        .into_iter()
        .find(|judgement| judgement.condition == condition)
}

fn vector(log: &Log, event: EventId) -> Vec<u64> {
    let mut entries = vec![0; log.hosts.len()];
    for (host, count) in log.event(event).stamps.vector.iter().flatten() {
        entries[host.0 as usize] = *count;
    }
    entries
}

/// Whether vectors are within each other exactly where events come before each other.
fn vectors_are_right(log: &Log) -> bool {
    let truth = Truth::of(log);
    let stamped: Vec<EventId> = log
        .ids()
        .filter(|event| log.event(*event).stamps.vector.is_some())
        .collect();
    stamped.iter().all(|a| {
        stamped.iter().filter(|b| a != *b).all(|b| {
            let (of_a, of_b) = (vector(log, *a), vector(log, *b));
            let is_within = of_a.iter().zip(&of_b).all(|(one, other)| one <= other);
            is_within == truth.is_before(*a, *b)
        })
    }) && own_counts_rise(log)
}

/// Whether no two events of a host that follow each other have the same own count.
fn own_counts_rise(log: &Log) -> bool {
    let own = |event: EventId| {
        let host = log.event(event).host.0 as usize;
        let is_stamped = log.event(event).stamps.vector.is_some();
        is_stamped.then(|| vector(log, event)[host])
    };
    (0..log.hosts.len()).all(|host| {
        let events = log
            .ids()
            .filter(|id| log.event(*id).host.0 as usize == host);
        let owns: Vec<Option<u64>> = events.map(own).collect();
        owns.windows(2)
            .all(|pair| pair[0].is_none() || pair[0] != pair[1])
    })
}

/// Whether stamps are less wherever events come before each other.
fn numbers_are_right(log: &Log, stamp: impl Fn(EventId) -> Option<u64>) -> bool {
    let truth = Truth::of(log);
    log.ids().all(|a| {
        log.ids()
            .filter(|b| truth.relation(a, *b) == Relation::Before)
            .all(|b| {
                stamp(a)
                    .zip(stamp(b))
                    .is_none_or(|(of_a, of_b)| of_a < of_b)
            })
    })
}

fn set_entry(log: &mut Log, event: usize, host: usize, count: u64) {
    let stamps = &mut log.events[event].stamps;
    let mut entries = stamps.vector.take().unwrap_or_default().into_vec();
    entries.retain(|(other, _)| other.0 as usize != host);
    if count > 0 {
        entries.push((HostId(host as u32), count));
    }
    entries.sort_unstable();
    stamps.vector = Some(entries.into());
}

fn expect(is_right: bool) -> Verdict {
    if is_right {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn right_clocks_pass(log in any_log()) {
        for log in [grouped_by_host(&log), log] {
            let judgements = Judgement::all(&log, &Order::of(&log));
            for judgement in &judgements {
                prop_assert_eq!(judgement.verdict, Verdict::Valid, "{:?}", judgement);
            }
            prop_assert!(judgements.len() >= 5);
        }
    }

    #[test]
    fn a_wrong_entry_is_found_unless_it_does_no_harm(
        mut log in any_log(), event: Index, host: Index, count in 0..12_u64,
    ) {
        let hosts = log.hosts.len();
        let event = event.index(log.events.len());
        // Without names of messages there would be nothing to judge by.
        prop_assume!(log.events.iter().any(|event| event.message.is_some()));
        set_entry(&mut log, event, host.index(hosts), count);
        let judgement = judged(&log, "vector").expect("it has vectors");
        prop_assert_eq!(judgement.verdict, expect(vectors_are_right(&log)), "{:?}", judgement);
        prop_assert_eq!(judgement.pair.is_some(), judgement.verdict == Verdict::Invalid);
    }

    #[test]
    fn vectors_on_some_events_only_are_judged_too(
        mut log in any_log(), kept in prop::collection::vec(any::<bool>(), 40), event: Index, host: Index, count in 0..9_u64,
        is_spoilt: bool,
    ) {
        prop_assume!(log.events.iter().any(|event| event.message.is_some()));
        for (event, is_kept) in log.events.iter_mut().zip(kept) {
            event.stamps.vector = event.stamps.vector.take().filter(|_| is_kept);
            event.stamps.lamport = event.stamps.lamport.filter(|_| is_kept);
        }
        let (event, hosts) = (event.index(log.events.len()), log.hosts.len());
        if is_spoilt {
            set_entry(&mut log, event, host.index(hosts), count);
            log.events[event].stamps.lamport = Some(count);
        }
        let verdict = |name| judged(&log, name).map_or(Verdict::Valid, |judgement| judgement.verdict);
        prop_assert_eq!(verdict("vector"), expect(vectors_are_right(&log)));
        let lamport = |event| log.event(event).stamps.lamport;
        prop_assert_eq!(verdict("lamport"), expect(numbers_are_right(&log, lamport)));
    }

    #[test]
    fn a_wrong_lamport_stamp_is_found_unless_it_does_no_harm(
        mut log in any_log(), event: Index, stamp in 0..20_u64,
    ) {
        let event = event.index(log.events.len());
        prop_assume!(log.events.iter().any(|event| event.message.is_some()));
        log.events[event].stamps.lamport = Some(stamp);
        let is_right = numbers_are_right(&log, |event| log.event(event).stamps.lamport);
        let judgement = judged(&log, "lamport").expect("it has stamps");
        prop_assert_eq!(judgement.verdict, expect(is_right), "{:?}", judgement);
    }

    #[test]
    fn a_wrong_hybrid_stamp_is_found_unless_it_does_no_harm(
        mut log in any_log(), event: Index, by_ms in -6..6_i64, counter in 0..4_u64,
    ) {
        let event = event.index(log.events.len());
        // Of hosts that no message joins nothing is proven.
        prop_assume!(log.events.iter().any(|event| event.message.is_some()));
        let truth = Truth::of(&log);
        let stamps = &mut log.events[event].stamps;
        let physical_ms = (stamps.hybrid.expect("stamped") >> 16).saturating_add_signed(by_ms);
        stamps.hybrid = Some((physical_ms << 16) + counter);
        let wall_ms = |event: EventId| log.event(event).stamps.wall_ns.expect("stamped") as u64 / 1_000_000;
        let b = EventId(event as u32);
        let past = log.ids().filter(|a| *a == b || truth.is_before(*a, b));
        let is_near = past.map(wall_ms).max() >= Some(physical_ms) && physical_ms >= wall_ms(b);
        let is_less = numbers_are_right(&log, |event| log.event(event).stamps.hybrid);
        let judgement = judged(&log, "hybrid").expect("it has stamps");
        prop_assert_eq!(judgement.verdict, expect(is_near && is_less), "{:?}", judgement);
    }

    #[test]
    fn vectors_alone_give_the_order_that_messages_gave(log in any_log()) {
        let truth = Truth::of(&log);
        let mut bare = log.clone();
        for event in &mut bare.events {
            (event.kind, event.message) = (EventKind::Local, None);
        }
        let order = Order::of(&bare);
        for a in log.ids() {
            for b in log.ids() {
                prop_assert_eq!(order.relation(&bare, a, b), truth.relation(a, b));
            }
        }
        let judgement = judged(&bare, "vector-consistency").expect("it has vectors");
        prop_assert_eq!(judgement.verdict, Verdict::Valid);
        prop_assert!(judged(&bare, "vector").is_none());
    }

    #[test]
    fn what_lamport_stamps_match_was_a_message(
        log in any_log(), kept in prop::collection::vec(prop::bool::weighted(0.9), 40),
    ) {
        let mut bare = log.clone();
        for (event, is_kept) in bare.events.iter_mut().zip(kept) {
            event.message = None;
            event.stamps.lamport = event.stamps.lamport.filter(|_| is_kept);
            event.stamps.vector = None;
        }
        let (order, whole) = (Order::of(&bare), Order::of(&log));
        let (mut receipts, mut matched) = (0, 0);
        for event in log.ids() {
            receipts += usize::from(log.event(event).kind == EventKind::Receive);
            matched += order.sources(event).len();
            for source in order.sources(event) {
                prop_assert!(whole.sources(event).contains(source));
            }
        }
        // A host's own message may have come to itself, which is no doubt.
        prop_assert!(matched + order.doubts.unmatched.len() <= receipts);
        prop_assert!(order.doubts.too_early.is_empty() && order.doubts.unsent.is_empty());
        if let Some(judgement) = judged(&bare, "lamport") {
            let is_told = order.doubts.unmatched.is_empty();
            prop_assert_eq!(judgement.verdict == Verdict::Valid, is_told);
        }
    }

    #[test]
    fn what_is_missing_proves_nothing(
        mut log in any_log(), kept in prop::collection::vec(prop::bool::weighted(0.8), 40), is_bare: bool,
    ) {
        let truth = Truth::of(&log);
        let mut kept_ids = log.ids().collect::<Vec<_>>();
        kept_ids.retain(|event| kept[event.0 as usize]);
        log.events = kept_ids.iter().map(|event| log.event(*event).clone()).collect();
        log.flaws.push(Flaw {
            kind: FlawKind::Hole,
            place: Place::default(),
            text: "lines are missing".to_owned(),
        });
        if is_bare {
            for event in &mut log.events {
                (event.kind, event.message) = (EventKind::Local, None);
            }
        }
        let order = Order::of(&log);
        for judgement in Judgement::all(&log, &order) {
            prop_assert_ne!(judgement.verdict, Verdict::Invalid, "{:?}", judgement);
        }
        // Vectors know of events that are not there, so what is left is in the order that it had.
        for (a, one) in log.ids().zip(&kept_ids).filter(|_| is_bare) {
            for (b, other) in log.ids().zip(&kept_ids) {
                prop_assert_eq!(order.relation(&log, a, b), truth.relation(*one, *other));
            }
        }
    }
}
