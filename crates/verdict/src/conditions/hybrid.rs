//! What hybrid logical clocks promise (Kulkarni et al. 2014, section 3).

use causality::Hybrid;
use history::Verdict;
use trace::{Event, Log};

use super::{Condition, order_of_numbers};
use crate::Order;
use crate::judgement::Outcome;

pub(super) const CONDITION: Condition = Condition {
    name: "hybrid",
    promise: "a -> b: the stamp of a is less than that of b; and its milliseconds are those of the latest wall clock in \
              the past",
    judge,
};

/// Of each host, and so of all, stamps are unique if they follow the order: a host's events have one.
fn judge(log: &Log, order: &Order) -> Option<Outcome> {
    let count = match order_of_numbers::check(log, order, stamp, words)? {
        Ok(count) => count,
        Err(outcome) => return Some(outcome),
    };
    let outcome = behind(log, order).or_else(|| ahead(log, order));
    Some(outcome.unwrap_or_else(|| {
        Outcome::valid(format!(
            "stamps that follow the order and the wall clocks: {count}"
        ))
    }))
}

/// A stamp behind its own event's wall clock: the clock did not look at it.
fn behind(log: &Log, order: &Order) -> Option<Outcome> {
    let mut events = order.sequence().iter();
    let found = events.find_map(|&event| {
        let (stamp, wall_ms) = (stamp(log.event(event))?, wall_ms(log.event(event))?);
        let behind_ms = wall_ms.checked_sub(stamp.physical_ms())?;
        (behind_ms > 0).then_some((event, behind_ms))
    });
    let (event, behind_ms) = found?;
    let name = order.name(log, event);
    let text =
        format!("the stamp of {name} is {behind_ms} ms behind the wall clock at the event itself");
    Some(Outcome::invalid(text, (event, event)))
}

/// A stamp ahead of every wall clock that it can have heard of. An event without a wall clock, or one missing from the
/// log, may have been the one; then nothing can be told. A full counter goes on by a millisecond, but only once in
/// 65,536 events.
fn ahead(log: &Log, order: &Order) -> Option<Outcome> {
    let carries = log.events.len() as u64 >> 16;
    let mut latest: Vec<Option<u64>> = vec![None; log.events.len()];
    let (mut first, mut is_told) = (None, true);
    for &event in order.sequence() {
        let mut most = wall_ms(log.event(event));
        for cause in order.causes(event) {
            let known = latest[cause.0 as usize];
            most = most.zip(known).map(|(most, known)| most.max(known));
        }
        latest[event.0 as usize] = most;
        let Some(stamp) = stamp(log.event(event)) else {
            continue;
        };
        is_told &= most.is_some();
        let ahead_ms = most.map_or(0, |most| stamp.physical_ms().saturating_sub(most));
        if ahead_ms > carries {
            first.get_or_insert((event, ahead_ms));
        }
    }
    if let Some((event, ahead_ms)) = first {
        let name = order.name(log, event);
        let text =
            format!("the stamp of {name} is {ahead_ms} ms ahead of every wall clock in its past");
        let Some(why) = order.incomplete(log) else {
            return Some(Outcome::invalid(text, (event, event)));
        };
        let text = format!("{text}; but events may be missing: {why}");
        return Some(Outcome::new(Verdict::Unknown, text, Some((event, event))));
    }
    let any_wall = || {
        log.events
            .iter()
            .any(|event| event.stamps.wall_ns.is_some())
    };
    let text = match (is_told, any_wall()) {
        (true, _) => return None,
        (false, true) => {
            "the stamps follow the order; not every event has a wall clock to hold them against"
        }
        (false, false) => {
            "the stamps follow the order; the log has no wall clocks to hold them against"
        }
    };
    Some(Outcome::valid(text))
}

fn stamp(event: &Event) -> Option<Hybrid> {
    event.stamps.hybrid.map(Hybrid::unpack)
}

/// Times before 1970 are none that a hybrid clock could follow.
fn wall_ms(event: &Event) -> Option<u64> {
    let wall_ns = event.stamps.wall_ns?;
    u64::try_from(wall_ns)
        .ok()
        .map(|wall_ns| wall_ns / 1_000_000)
}

fn words(stamp: Hybrid) -> String {
    format!("{} ms + {}", stamp.physical_ms(), stamp.counter())
}
