//! What was promised, looked for in what the nodes did.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{Bench, Event, pairs};
use crate::{Level, MemberId, Order, Partitions, View};

/// One view as one incarnation saw it.
#[derive(Debug)]
struct Stay<'a> {
    host: usize,
    view: &'a View,
    next: Option<&'a View>,
    delivered: Vec<(MemberId, u64)>,
}

/// Looks for everything that is promised whatever happens.
#[track_caller]
pub(super) fn judge(bench: &Bench, order: &Order, seed: u64) {
    let settings = &bench.settings;
    let is_uniform = order.is_total
        && settings.level == Level::Safe
        && settings.partitions == Partitions::Primary;
    let mut stays = Vec::new();
    for (host, it) in bench.hosts.iter().enumerate() {
        stays.extend(stays_of(host, &it.seen.events, order, seed));
    }
    for (at, one) in stays.iter().enumerate() {
        for other in &stays[at + 1..] {
            if one.view.id == other.view.id {
                judge_pair(one, other, order, is_uniform, seed);
            }
        }
    }
}

fn stays_of<'a>(host: usize, events: &'a [Event], order: &Order, seed: u64) -> Vec<Stay<'a>> {
    let mut stays: Vec<Stay<'a>> = Vec::new();
    let mut last: BTreeMap<MemberId, u64> = BTreeMap::new();
    let mut known: BTreeMap<u64, u64> = BTreeMap::new();
    let mut is_expelled = false;
    for event in events {
        match event {
            Event::View(view) => {
                if let Some(stay) = stays.last_mut().filter(|_| !is_expelled) {
                    stay.next = Some(view);
                }
                is_expelled = false;
                stays.push(Stay {
                    host,
                    view,
                    next: None,
                    delivered: Vec::new(),
                });
            }
            Event::Delivered {
                from,
                number,
                view,
                payload,
            } => {
                let stay = stays.last_mut().expect("a view before the first delivery");
                assert_eq!(*view, stay.view.id, "seed {seed}: in its view");
                assert!(stay.view.rank(*from).is_some(), "seed {seed}: a stranger");
                let before = last.insert(*from, *number);
                if order.is_fifo {
                    let is_next = before.is_none_or(|before| before + 1 == *number);
                    assert!(
                        is_next,
                        "seed {seed}: host {host} {from} {before:?} {number}"
                    );
                }
                if order.name == "causal" {
                    for (member, number) in pairs(payload) {
                        let is_seat = stay.view.rank(MemberId(member)).is_some();
                        let has = known.get(&member).copied().unwrap_or(0);
                        assert!(
                            !is_seat || has >= number,
                            "seed {seed}: host {host}: causal"
                        );
                    }
                }
                known.insert(from.0, *number);
                stay.delivered.push((*from, *number));
            }
            Event::Restored(state) => known = pairs(state).collect(),
            Event::Notice(crate::Notice::Expelled { .. }) | Event::Restarted => {
                is_expelled = true;
                last.clear();
            }
            Event::Notice(_) => {}
        }
    }
    for stay in &stays {
        let set: BTreeSet<_> = stay.delivered.iter().collect();
        assert_eq!(set.len(), stay.delivered.len(), "seed {seed}: twice");
    }
    stays
}

#[track_caller]
fn judge_pair(one: &Stay<'_>, other: &Stay<'_>, order: &Order, is_uniform: bool, seed: u64) {
    assert_eq!(one.view, other.view, "seed {seed}");
    let hosts = (one.host, other.host);
    let go_on =
        one.next.is_some() && one.next.map(|next| next.id) == other.next.map(|next| next.id);
    if is_uniform || (order.is_total && go_on) {
        let pairs = one.delivered.iter().zip(&other.delivered);
        let differs = pairs.enumerate().find(|(_, (one, other))| one != other);
        let view = one.view.id;
        assert_eq!(differs, None, "seed {seed}: hosts {hosts:?} in {view}");
    }
    if go_on {
        let set = |stay: &Stay<'_>| stay.delivered.iter().copied().collect::<BTreeSet<_>>();
        let (view, (one, other)) = (one.view.id, (set(one), set(other)));
        let differs: Vec<_> = one.symmetric_difference(&other).take(4).collect();
        assert!(
            differs.is_empty(),
            "seed {seed}: hosts {hosts:?} in {view}: {differs:?}"
        );
    }
}

/// All that are up are in one view, and have the same in it; every message that one of them sent was delivered.
#[track_caller]
pub(super) fn judge_quiet(bench: &Bench, order: &Order, seed: u64) {
    let up = bench.up();
    let views: Vec<_> = up.iter().map(|at| bench.hosts[*at].node.view()).collect();
    for (at, view) in up.iter().zip(&views) {
        let ids = views.iter().map(|view| view.map(|view| view.id));
        let ids: Vec<_> = ids.collect();
        assert_eq!(
            *view, views[0],
            "seed {seed}: host {at} among {up:?}: {ids:?}"
        );
        assert_eq!(view.map(View::size), Some(up.len()), "seed {seed}: {ids:?}");
    }
    let mut delivered = Vec::new();
    for at in &up {
        let events = &bench.hosts[*at].seen.events;
        let stays = stays_of(*at, events, order, seed);
        let mut set: Vec<_> = stays.last().expect("a view").delivered.clone();
        if !order.is_total {
            set.sort();
        }
        delivered.push(set);
    }
    for (at, other) in up.iter().zip(&delivered) {
        assert!(
            delivered[0] == *other,
            "seed {seed}: host {at} in the last view"
        );
    }
}
