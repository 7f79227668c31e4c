//! All events of a log one after the other, causes before effects, in the order in which they are drawn.

use trace::{EventId, Log};
use verdict::Order;

use super::clocks::Clocks;

/// The events of a log in the order in which they are drawn.
pub(super) struct Sequence {
    /// All of them; those of a host in its program order.
    pub(super) events: Vec<EventId>,
    /// Of each event, when it is drawn in nanoseconds since the epoch; empty where the log has no times.
    pub(super) times: Vec<i64>,
    /// Of each event, on how long a chain of causes it stands: Lamport's clock, if every event ticks.
    pub(super) lamport: Vec<u32>,
    /// The clocks, where the log has times.
    pub(super) clocks: Option<Clocks>,
}

impl Sequence {
    /// By time where there is one, else by the length of the longest chain of causes.
    pub(super) fn of(log: &Log, order: &Order) -> Self {
        let mut events = order.sequence().to_vec();
        let lamport = lamport(order, &events);
        let clocks = Clocks::of(log, order);
        let times = match &clocks {
            Some(clocks) => times(log, order, &events, clocks),
            None => Vec::new(),
        };
        // The sorts are stable and neither key falls along a cause, so causes stay before effects.
        match times.is_empty() {
            true => events.sort_by_key(|event| lamport[event.0 as usize]),
            false => events.sort_by_key(|event| times[event.0 as usize]),
        }
        Self {
            events,
            times,
            lamport,
            clocks,
        }
    }
}

fn lamport(order: &Order, events: &[EventId]) -> Vec<u32> {
    let mut lamport = vec![0; events.len()];
    for event in events {
        let causes = order.previous(*event);
        let causes = causes.iter().chain(order.sources(*event));
        let latest = causes.map(|cause| lamport[cause.0 as usize]).max();
        lamport[event.0 as usize] = latest.unwrap_or(0) + 1;
    }
    lamport
}

/// The times at which events are drawn: never before a cause; of an event without a time, that of its
/// latest cause.
fn times(log: &Log, order: &Order, events: &[EventId], clocks: &Clocks) -> Vec<i64> {
    let drawn = |event: &EventId| clocks.drawn(log, *event);
    let first = events.iter().filter_map(drawn).min().unwrap_or(0);
    let mut times = vec![first; events.len()];
    for event in events {
        let mut time = drawn(event).unwrap_or(first);
        let causes = order.previous(*event);
        for cause in causes.iter().chain(order.sources(*event)) {
            time = times[cause.0 as usize].max(time);
        }
        times[event.0 as usize] = time;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space_time::sample::{self, Script};

    #[track_caller]
    fn check(log: &Log) {
        let order = Order::of(log);
        let sequence = Sequence::of(log, &order);
        let mut place = vec![usize::MAX; log.events.len()];
        for (at, event) in sequence.events.iter().enumerate() {
            place[event.0 as usize] = at;
        }
        for event in order.sequence() {
            let previous = order.previous(*event);
            for cause in previous.iter().chain(order.sources(*event)) {
                assert!(place[cause.0 as usize] < place[event.0 as usize]);
            }
        }
        assert_eq!(sequence.events.len(), log.events.len());
        assert!(!place.contains(&usize::MAX));
    }

    #[test]
    fn effects_come_after_causes_with_and_without_times() {
        check(&sample::small().log);
        check(&sample::chat(4, 200).log);
        check(&sample::untimed().log);
    }

    #[test]
    fn clocks_that_contradict_each_other_turn_no_message_round() {
        let mut script = Script::new(&["a", "b"]);
        script.send(0, "m", 9_000).receive(1, "m", 100);
        script.send(1, "n", 200).receive(0, "n", 300);
        check(&script.log);
    }

    #[test]
    fn a_circle_is_cut_and_every_event_is_still_there() {
        check(&sample::circle().log);
    }
}
