//! Causes before effects (Kahn 1962), where that can be; and the cycles that make it impossible.

use std::collections::{HashMap, HashSet};

use trace::EventId;

use crate::edges::Edges;

/// Events each of which comes before the next, and the last before the first: what cannot have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The events, in this order.
    pub events: Vec<EventId>,
}

/// All events in an order in which causes come first.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub sequence: Vec<EventId>,
    /// The cycles that were found, at most [`CYCLES`].
    pub cycles: Vec<Cycle>,
    /// Receipts, each with its send, that were taken out of the order to break cycles.
    pub dropped: HashSet<(EventId, EventId)>,
}

/// How many cycles are named. No more are looked for, nor in more steps than four times the events: **what remains is
/// broken up without asking who is to blame**, so that a log that is all cycles costs no more than another.
const CYCLES: usize = 100;

struct Sorter<'a> {
    previous: &'a [Option<EventId>],
    next: &'a [Option<EventId>],
    sources: &'a Edges,
    receivers: &'a Edges,
    /// Of each event, how many of its causes are not in the sequence.
    waits: Vec<u32>,
    is_done: Vec<bool>,
    sorted: Sorted,
}

impl Sorted {
    /// Of events, by what is before and after each at its host, its sends and its receipts.
    pub fn of(
        previous: &[Option<EventId>],
        next: &[Option<EventId>],
        sources: &Edges,
        receivers: &Edges,
    ) -> Self {
        let count = u32::try_from(previous.len()).expect("fewer than 2^32 events");
        let ids = (0..count).map(EventId);
        let causes = |id: EventId| {
            let before = u32::from(previous[id.0 as usize].is_some());
            before + u32::try_from(sources.of(id).len()).expect("fewer than 2^32 sends")
        };
        let waits: Vec<u32> = ids.clone().map(causes).collect();
        let mut sorter = Sorter {
            previous,
            next,
            sources,
            receivers,
            is_done: vec![false; waits.len()],
            waits,
            sorted: Self::default(),
        };
        for id in ids {
            if sorter.waits[id.0 as usize] == 0 {
                sorter.take(id);
            }
        }
        sorter.run();
        sorter.sorted
    }
}

impl Sorter<'_> {
    fn run(&mut self) {
        let count = self.waits.len();
        let (mut at, mut lowest, mut steps) = (0, 0, 0);
        loop {
            while let Some(&event) = self.sorted.sequence.get(at) {
                at += 1;
                self.release(event);
            }
            if at == count {
                return;
            }
            while self.is_done[lowest] {
                lowest += 1;
            }
            let stuck = EventId(u32::try_from(lowest).expect("fewer than 2^32 events"));
            if self.sorted.cycles.len() < CYCLES && steps < 4 * count {
                steps += self.cut_cycle(stuck);
            } else {
                // The lowest has the event before it at its host done: what it waits for are messages.
                let sources = self.sources;
                for source in sources.of(stuck) {
                    if !self.is_done[source.0 as usize] {
                        self.drop_source(stuck, *source);
                    }
                }
            }
        }
    }

    fn take(&mut self, event: EventId) {
        self.is_done[event.0 as usize] = true;
        self.sorted.sequence.push(event);
    }

    /// Its effects wait for it no longer.
    fn release(&mut self, event: EventId) {
        let (next, receivers) = (self.next, self.receivers);
        if let Some(effect) = next[event.0 as usize] {
            self.wait_less(effect);
        }
        for effect in receivers.of(event) {
            if !self.sorted.dropped.contains(&(*effect, event)) {
                self.wait_less(*effect);
            }
        }
    }

    fn wait_less(&mut self, event: EventId) {
        let waits = &mut self.waits[event.0 as usize];
        *waits -= 1;
        if *waits == 0 {
            self.take(event);
        }
    }

    /// Goes from effect to cause, through events that wait, until it comes to one where it was: there is one, for each
    /// waits for another. Takes the messages of the cycle out. Gives how many steps it took.
    fn cut_cycle(&mut self, from: EventId) -> usize {
        let mut walk = vec![from];
        let mut places = HashMap::from([(from, 0)]);
        let begin = loop {
            let cause = self.awaited(*walk.last().expect("it has one at least"));
            if let Some(place) = places.get(&cause) {
                break *place;
            }
            places.insert(cause, walk.len());
            walk.push(cause);
        };
        let cycle = &walk[begin..];
        for (at, effect) in cycle.iter().enumerate() {
            let cause = cycle[(at + 1) % cycle.len()];
            if self.sources.of(*effect).contains(&cause) {
                self.drop_source(*effect, cause);
            }
        }
        let events = cycle.iter().rev().copied().collect();
        self.sorted.cycles.push(Cycle { events });
        walk.len()
    }

    /// A cause that an event waits for: a send, as long as there is one.
    fn awaited(&self, event: EventId) -> EventId {
        let waits_for = |source: &&EventId| {
            !self.is_done[source.0 as usize] && !self.sorted.dropped.contains(&(event, **source))
        };
        let send = self.sources.of(event).iter().find(waits_for).copied();
        let before = || self.previous[event.0 as usize];
        send.or_else(before)
            .expect("an event that waits has a cause")
    }

    /// Takes the message between two events out of the order. They are not released yet: whoever waits for nothing any
    /// more is done, but released only when its turn comes.
    fn drop_source(&mut self, event: EventId, source: EventId) {
        if self.sorted.dropped.insert((event, source)) {
            self.wait_less(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Order;
    use crate::fixture::{any_nonsense, script};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[u32]]) {
        let log = script(text);
        let order = Order::of(&log);
        assert_eq!(order.sequence().len(), log.events.len());
        let cycles = order.cycles().iter();
        let cycles: Vec<Vec<u32>> = cycles
            .map(|cycle| cycle.events.iter().map(|event| event.0).collect())
            .collect();
        assert_eq!(cycles, expected);
    }

    #[test]
    fn a_receipt_before_its_send_at_one_host_is_a_cycle() {
        check("a receive m, a send m", &[&[1, 0]]);
    }

    #[test]
    fn two_messages_that_wait_for_each_other_are_a_cycle() {
        check(
            "a receive n, a send m, b receive m, b send n",
            &[&[1, 2, 3, 0]],
        );
    }

    #[test]
    fn what_is_aside_of_a_cycle_keeps_its_messages() {
        let text = "a receive n, a send m, b receive m, b send n, a send o, c receive o";
        let log = script(text);
        let order = Order::of(&log);
        assert_eq!(order.dropped_count(), 2);
        assert_eq!(order.sources(EventId(5)), [EventId(4)]);
        assert_eq!(order.sources(EventId(2)), []);
    }

    #[test]
    fn more_cycles_than_are_named_are_broken_all_the_same() {
        let cycle = |at: usize| format!("a{at} receive m{at}, a{at} send m{at}");
        let text = (0..CYCLES + 50).map(cycle).collect::<Vec<_>>().join(", ");
        let log = script(&text);
        let order = Order::of(&log);
        assert_eq!(order.sequence().len(), log.events.len());
        assert_eq!(order.cycles().len(), CYCLES);
        assert_eq!(order.dropped_count(), CYCLES + 50);
    }

    proptest! {
        #[test]
        fn any_nonsense_is_put_in_an_order(log in any_nonsense()) {
            let order = Order::of(&log);
            let mut place = vec![None; log.events.len()];
            for (at, event) in order.sequence().iter().enumerate() {
                prop_assert_eq!(place[event.0 as usize].replace(at), None);
            }
            for event in log.ids() {
                for cause in order.previous(event).iter().chain(order.sources(event)) {
                    prop_assert!(place[cause.0 as usize] < place[event.0 as usize]);
                }
            }
            // Whatever is wrong with it, it can be judged and told.
            for judgement in crate::Judgement::all(&log, &order) {
                prop_assert!(!judgement.text.is_empty());
            }
            prop_assert!(!order.findings(&log).is_empty());
        }

        #[test]
        fn a_cycle_is_one(log in any_nonsense()) {
            let order = Order::of(&log);
            for cycle in order.cycles() {
                for (at, event) in cycle.events.iter().enumerate() {
                    let next = cycle.events[(at + 1) % cycle.events.len()];
                    let is_later = order.previous(next) == Some(*event);
                    // Its messages are no longer in the order.
                    prop_assert!(is_later || !order.sources(next).contains(event));
                }
                prop_assert!(!cycle.events.is_empty());
            }
            prop_assert_eq!(order.cycles().is_empty(), order.dropped_count() == 0);
        }
    }
}
