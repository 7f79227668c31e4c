//! What happens when: the next instant first, and of one instant what was caused first.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, VecDeque},
};

use machine::TimerId;
use timing::Tick;

use super::connection::Key;

/// Something that happens at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// This client begins.
    Begin(u32),
    /// This client's next request is due.
    Due(u32),
    /// A client's wish to connect has come to the listener.
    Knock(Key),
    /// The client knows that its connection stands.
    Stands(Key),
    /// The connection can be accepted.
    Queued(Key),
    /// The client knows that it is refused.
    Refused(Key),
    /// The client gives up an attempt to connect.
    GivenUp(Key),
    /// So many bytes have come to the end of this side.
    Came(Side, Key, u32),
    /// The other end sends no more to this side.
    Ended(Side, Key),
    /// A timer of this side's machine.
    Timer(Side, Key, TimerId),
    /// The worker of this processor is done, or its time slice is over.
    Slice(u32),
}

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// Events to come. What is entered for the present instant comes last of it, and does not pass through the heap.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    now: Tick,
    present: VecDeque<Event>,
    later: BinaryHeap<Reverse<Entry>>,
    entered: u64,
    passed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Tick,
    number: u64,
    event: Event,
}

impl Calendar {
    pub(super) const fn now(&self) -> Tick {
        self.now
    }

    /// How many events there have been.
    pub(super) const fn passed(&self) -> u64 {
        self.passed
    }

    /// Enters an event; an instant that is past is the present one.
    pub(super) fn enter(&mut self, at: Tick, event: Event) {
        if at <= self.now {
            self.present.push_back(event);
            return;
        }
        let number = self.entered;
        self.entered += 1;
        self.later.push(Reverse(Entry { at, number, event }));
    }

    /// The next event; time moves on to it.
    pub(super) fn next(&mut self) -> Option<Event> {
        // What stands in the heap for this instant was entered before it came.
        let is_due = |top: &Reverse<Entry>| top.0.at <= self.now;
        let event = match self.later.peek().is_some_and(is_due) {
            false if !self.present.is_empty() => self.present.pop_front()?,
            _ => {
                let Reverse(entry) = self.later.pop()?;
                self.now = entry.at;
                entry.event
            }
        };
        self.passed += 1;
        Some(event)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn of_one_instant_what_was_entered_first_comes_first() {
        let mut calendar = Calendar::default();
        for (nanos, client) in [(5, 1), (3, 2), (5, 3), (0, 4)] {
            calendar.enter(at(nanos), Event::Due(client));
        }
        let mut found = Vec::new();
        while let Some(event) = calendar.next() {
            if event == Event::Due(1) {
                calendar.enter(at(2), Event::Due(5));
            }
            found.push((event, calendar.now()));
        }
        let expected = [(4, 0), (2, 3), (1, 5), (3, 5), (5, 5)];
        assert_eq!(found, expected.map(|(c, nanos)| (Event::Due(c), at(nanos))));
        assert_eq!(calendar.passed(), 5);
    }

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 40, "{} bytes", size_of::<Entry>());
    }
}
