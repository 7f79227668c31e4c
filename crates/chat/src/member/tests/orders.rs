//! What the logs claim, held against what happened.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use trace::EventKind;

use super::*;

/// An event: whose, and which.
type Event = (usize, usize);

/// Of each event, all events before it, itself included.
fn pasts(logs: &[Vec<Happening>]) -> BTreeMap<Event, BTreeSet<Event>> {
    let all = || {
        let hosts = logs.iter().enumerate();
        hosts.flat_map(|(host, log)| (0..log.len()).map(move |at| (host, at)))
    };
    let happening = |(host, at): Event| &logs[host][at];
    let message = |event, kind| {
        let happening = happening(event);
        let message = happening.message.as_deref();
        message.filter(|_| happening.kind == kind)
    };
    let sends: BTreeMap<&str, Event> = all()
        .filter_map(|event| Some((message(event, EventKind::Send)?, event)))
        .collect();
    let mut pasts: BTreeMap<Event, BTreeSet<Event>> = BTreeMap::new();
    while pasts.len() < all().count() {
        for event in all() {
            let before = event.1.checked_sub(1).map(|at| (event.0, at));
            let source = message(event, EventKind::Receive).map(|message| sends[message]);
            let mut past = BTreeSet::from([event]);
            let mut causes = before.into_iter().chain(source);
            let is_done = |cause| pasts.get(&cause).map(|of| past.extend(of)).is_some();
            if causes.all(is_done) {
                pasts.insert(event, past);
            }
        }
    }
    pasts
}

/// The clock conditions of each pair: Lamport's and the hybrid clock's one way, the vector's both ways.
#[track_caller]
fn check_claims(logs: &[Vec<Happening>], hosts: &[String]) {
    for (&(host, at), past) in &pasts(logs) {
        let event = &logs[host][at];
        assert_eq!(event.index, at as u64 + 1);
        let claims: BTreeMap<&str, u64> = event
            .stamp
            .vector
            .iter()
            .map(|(host, count)| (host.as_str(), *count))
            .collect();
        for (other, name) in hosts.iter().enumerate() {
            let known = past.iter().filter(|(of, _)| *of == other).count() as u64;
            let claimed = claims.get(name.as_str()).copied().unwrap_or(0);
            assert_eq!(claimed, known, "{} at {at} of {name}", hosts[host]);
        }
        for cause in past.iter().filter(|cause| **cause != (host, at)) {
            let cause = &logs[cause.0][cause.1].stamp;
            assert!(cause.lamport < event.stamp.lamport);
            assert!(cause.hybrid < event.stamp.hybrid);
        }
    }
}

/// What the network does next.
#[derive(Clone, Debug)]
enum Step {
    Say(usize),
    /// Hands over one of the datagrams under way; it may come again.
    Deliver(prop::sample::Index, bool),
    Drop(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        2 => (0..3_usize).prop_map(Step::Say),
        5 => (which(), any::<bool>()).prop_map(|(which, again)| Step::Deliver(which, again)),
        1 => which().prop_map(Step::Drop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Loss, duplicates and reordering; and three wall clocks that differ by less than is believed.
    #[test]
    fn the_logs_claim_what_happened(steps in prop::collection::vec(step(), 0..60)) {
        let mut group = Group::of(&["alice", "bob", "carol"]);
        let mut under_way: Vec<(Vec<u8>, usize)> = Vec::new();
        let now = |at: usize, step: usize| Now {
            wall_ms: NOW.wall_ms + 150 * at as u64 + step as u64 / 4,
        };
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Say(who) => {
                    let said = group.give_at(now(who, at), who, Input::Say("x")).remove(0).1;
                    under_way.extend((0..3).map(|to| (said.clone(), to)));
                }
                Step::Deliver(which, again) if !under_way.is_empty() => {
                    let which = which.index(under_way.len());
                    let (datagram, to) = under_way[which].clone();
                    group.give_at(now(to, at), to, Input::Datagram(&datagram));
                    if !again {
                        under_way.swap_remove(which);
                    }
                }
                Step::Drop(which) if !under_way.is_empty() => {
                    under_way.swap_remove(which.index(under_way.len()));
                }
                _ => {}
            }
        }
        let hosts: Vec<String> = group.members.iter().map(Member::host).collect();
        check_claims(&group.logs, &hosts);
        for (member, shown) in group.members.iter().zip(&group.shown) {
            prop_assert_eq!(member.tally().refused().count(), 0);
            let mut seen = BTreeSet::new();
            for shown in shown {
                prop_assert!(seen.insert(&shown.message), "shown twice");
            }
        }
    }
}
