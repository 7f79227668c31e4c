//! Physical times, as far as a log has them, and hosts whose clocks disagree.
//!
//! A message cannot arrive before it was sent. Where the clocks say so, the receiver's clock is behind
//! the sender's, and all of its events are drawn later by the least shift that helps: for every
//! message, `time(receive) + shift(receiver) ≥ time(send) + shift(sender)`. The least such shifts are
//! longest paths between hosts. Clocks that drift or jump may allow none; then none is moved.

use std::collections::BTreeMap;

use trace::{EventId, Log};
use verdict::Order;

/// The times of a log's events.
pub(super) struct Clocks {
    /// Of each event, nanoseconds since the epoch as its host's clock said, where it is known.
    pub(super) told: Vec<Option<i64>>,
    /// Of each host, how much later its events are drawn, in nanoseconds.
    pub(super) shift: Vec<i64>,
}

impl Clocks {
    /// The clocks of a log; nothing when fewer than half of its events have a time.
    pub(super) fn of(log: &Log, order: &Order) -> Option<Self> {
        let told: Vec<Option<i64>> = log.ids().map(|event| time(log, event)).collect();
        let known = told.iter().flatten().count();
        if known == 0 || known * 2 < told.len() {
            return None;
        }
        let shift = shifts(log, order, &told);
        Some(Self { told, shift })
    }

    /// When an event is drawn, where its time is known.
    pub(super) fn drawn(&self, log: &Log, event: EventId) -> Option<i64> {
        let shift = self.shift[log.event(event).host.0 as usize];
        self.told[event.0 as usize].map(|time| time.saturating_add(shift))
    }

    /// By how much a message's receipt lies before its sending, as the two hosts' clocks have it.
    pub(super) fn backwards(&self, from: EventId, to: EventId) -> Option<i64> {
        let (sent, received) = (self.told[from.0 as usize]?, self.told[to.0 as usize]?);
        Some(sent.saturating_sub(received)).filter(|lack| *lack > 0)
    }
}

fn time(log: &Log, event: EventId) -> Option<i64> {
    let stamps = &log.event(event).stamps;
    let physical = |packed: u64| i64::try_from((packed >> 16).saturating_mul(1_000_000)).ok();
    stamps.wall_ns.or_else(|| stamps.hybrid.and_then(physical))
}

fn shifts(log: &Log, order: &Order, told: &[Option<i64>]) -> Vec<i64> {
    // Of each pair of hosts, the most by which a receipt lies before its sending (or the least by which after).
    let mut lacks: BTreeMap<(u32, u32), i64> = BTreeMap::new();
    for to in log.ids() {
        for from in order.sources(to) {
            let hosts = (log.event(*from).host.0, log.event(to).host.0);
            let times = told[from.0 as usize].zip(told[to.0 as usize]);
            if let Some((sent, received)) = times.filter(|_| hosts.0 != hosts.1) {
                let lack = sent.saturating_sub(received);
                let most = lacks.entry(hosts).or_insert(lack);
                *most = lack.max(*most);
            }
        }
    }
    let none = vec![0; log.hosts.len()];
    let mut shift: Vec<i64> = none.clone();
    for _ in 0..ROUNDS.min(log.hosts.len() + 1) {
        let before = shift.clone();
        for ((from, to), lack) in &lacks {
            let wanted = shift[*from as usize].saturating_add(*lack);
            let here = &mut shift[*to as usize];
            *here = wanted.max(*here);
        }
        if shift == before {
            return shift;
        }
    }
    none
}

/// Paths between hosts are seldom longer; a circle would go on for ever.
const ROUNDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample::Script;

    #[track_caller]
    fn check(script: &Script, expected: Option<&[i64]>) {
        let order = Order::of(&script.log);
        let clocks = Clocks::of(&script.log, &order);
        assert_eq!(clocks.map(|clocks| clocks.shift).as_deref(), expected);
    }

    #[test]
    fn a_clock_that_is_behind_is_moved_by_what_it_lacks() {
        let mut script = Script::new(&["a", "b", "c"]);
        script.send(0, "m", 1_000).receive(1, "m", 400);
        script.send(1, "n", 500).receive(2, "n", 450);
        check(&script, Some(&[0, 600, 650]));
    }

    #[test]
    fn clocks_that_contradict_themselves_are_left_alone() {
        let mut script = Script::new(&["a", "b"]);
        script.send(0, "m", 1_000).receive(1, "m", 400);
        script.send(1, "n", 500).receive(0, "n", 200);
        check(&script, Some(&[0, 0]));
    }

    #[test]
    fn few_times_are_no_times() {
        let mut script = Script::new(&["a"]);
        script.local(0, "x").local(0, "y").send(0, "m", 5);
        check(&script, None);
    }
}
