//! Wall clocks held against the order: not a promise that anybody made, but worth knowing.

use std::collections::BTreeMap;

use trace::{EventId, HostId, Log};

use super::Condition;
use crate::Order;
use crate::judgement::Outcome;

pub(super) const CONDITION: Condition = Condition {
    name: "wall",
    promise: "none: how far wall clocks contradict the order is told, and is never invalid",
    judge,
};

fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    let wall_ns = |event: EventId| log.event(event).stamps.wall_ns;
    log.ids().find_map(wall_ns)?;
    let (mut messages, mut early) = (0_u64, 0_u64);
    let mut skews: BTreeMap<(HostId, HostId), (u64, EventId, EventId)> = BTreeMap::new();
    let mut back: Option<(u64, EventId, EventId)> = None;
    for &event in order.sequence() {
        let Some(here) = wall_ns(event) else {
            continue;
        };
        for &send in order.sources(event) {
            let Some(there) = wall_ns(send) else {
                continue;
            };
            messages += 1;
            if there > here {
                early += 1;
                let skew = (there.abs_diff(here), send, event);
                let pair = (order.host(send), order.host(event));
                let most = skews.entry(pair).or_insert(skew);
                *most = skew.max(*most);
            }
        }
        let before = order
            .previous(event)
            .and_then(|id| Some((wall_ns(id)?, id)));
        if let Some((there, id)) = before.filter(|(there, _)| *there > here) {
            let jump = (there.abs_diff(here), id, event);
            back = back.max(Some(jump));
        }
    }
    let mut text = match skews.values().max() {
        None => format!("no message of {messages} came in before it was sent, by the wall clocks"),
        Some((skew_ns, send, receipt)) => format!(
            "{early} of {messages} messages came in before they were sent, by the wall clocks (pairs of hosts: {}), by {} \
             at most, from {} to {}: so far apart are those two clocks, or the send was noted down after it had left",
            skews.len(),
            milliseconds(*skew_ns),
            order.name(log, *send),
            order.name(log, *receipt),
        ),
    };
    let widest = skews
        .values()
        .max()
        .map(|(_, send, receipt)| (*send, *receipt));
    if let Some((jump_ns, before, after)) = back {
        text += &format!(
            "; the clock of {} went back by {} between {} and {}",
            log.host_name(order.host(after)),
            milliseconds(jump_ns),
            order.name(log, before),
            order.name(log, after),
        );
    }
    match widest.or(back.map(|(_, one, other)| (one, other))) {
        None => Some(Outcome::valid(text)),
        pair => Some(Outcome::note(text, pair)),
    }
}

fn milliseconds(ns: u64) -> String {
    format!("{}.{:03} ms", ns / 1_000_000, ns / 1_000 % 1_000)
}
