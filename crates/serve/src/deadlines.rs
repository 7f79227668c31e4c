//! The deadlines of all connections of an event loop.
//!
//! The limit on idleness moves with every byte, so an entry is not moved with it: a connection has an
//! entry no later than its deadline, and when that comes up too early it is entered anew. A request
//! costs nothing here, an entry O(log n). Entries of connections that have gone stay until they come up,
//! and are thrown out when they are more than half.

use std::{cmp::Reverse, collections::BinaryHeap};

use timing::Tick;

use crate::slab::Key;

/// See the file's description.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    entries: BinaryHeap<Reverse<(Tick, Key)>>,
    /// Entries that are known to mean nothing any more.
    stale: usize,
}

impl Deadlines {
    /// Enters `at` for a connection whose entry so far is at `entered`, if that is later.
    pub(crate) fn enter(&mut self, key: Key, at: Tick, entered: &mut Tick) {
        if at < *entered {
            if *entered != Tick::MAX {
                self.stale += 1;
            }
            *entered = at;
            self.entries.push(Reverse((at, key)));
        }
    }

    /// A connection with an entry at `entered` has gone.
    pub(crate) fn leave(&mut self, entered: Tick, is_valid: impl Fn(Tick, Key) -> bool) {
        if entered != Tick::MAX {
            self.stale += 1;
            self.throw_out(is_valid);
        }
    }

    /// Throws out what means nothing any more when it is more than half. To be called after
    /// [`Deadlines::enter`] too: a connection with a timer for each request leaves an entry behind each
    /// time, which would stay until the limit on idleness.
    pub(crate) fn throw_out(&mut self, is_valid: impl Fn(Tick, Key) -> bool) {
        if self.stale > FEW && self.stale * 2 > self.entries.len() {
            self.entries.retain(|&Reverse((at, key))| is_valid(at, key));
            self.stale = 0;
        }
    }

    /// When the earliest entry is due.
    pub(crate) fn next_at(&self) -> Option<Tick> {
        self.entries.peek().map(|&Reverse((at, _))| at)
    }

    /// Takes one entry that is due: whose, and for when it was entered.
    pub(crate) fn pop_due(&mut self, now: Tick) -> Option<(Tick, Key)> {
        let &Reverse((at, key)) = self.entries.peek()?;
        if at > now {
            return None;
        }
        self.entries.pop();
        Some((at, key))
    }

    /// The entry that came up meant nothing any more.
    pub(crate) fn was_stale(&mut self) {
        self.stale = self.stale.saturating_sub(1);
    }
}

/// Not worth the throwing out.
const FEW: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(index: u32) -> Key {
        Key {
            index,
            generation: 0,
        }
    }

    const fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn a_later_deadline_leaves_the_entry_where_it_is() {
        let mut deadlines = Deadlines::default();
        let mut entered = Tick::MAX;
        deadlines.enter(key(1), at(10), &mut entered);
        deadlines.enter(key(1), at(20), &mut entered);
        assert_eq!(entered, at(10));
        deadlines.enter(key(1), at(5), &mut entered);
        assert_eq!(deadlines.next_at(), Some(at(5)));
        assert_eq!(deadlines.pop_due(at(7)), Some((at(5), key(1))));
        assert_eq!(deadlines.pop_due(at(7)), None);
    }

    #[test]
    fn connections_that_come_and_go_leave_a_bounded_number_of_entries() {
        let mut deadlines = Deadlines::default();
        for index in 0..100_000 {
            let mut entered = Tick::MAX;
            deadlines.enter(key(index), at(1_000_000), &mut entered);
            deadlines.leave(entered, |_, key| key.index > index);
        }
        assert!(deadlines.entries.len() <= 2 * FEW + 2);
    }

    /// Regression: entries were thrown out only when a connection went, so one that stayed and had a
    /// timer for each request left an entry until the limit on idleness, 24 bytes a request.
    #[test]
    fn a_connection_with_a_timer_for_each_request_leaves_a_bounded_number_of_entries() {
        let mut deadlines = Deadlines::default();
        let mut entered = Tick::MAX;
        for now in 0..100_000 {
            for due in [now + 1_000_000, now + 1] {
                deadlines.enter(key(0), at(due), &mut entered);
                let last = entered;
                deadlines.throw_out(|at, _| at == last);
            }
            assert_eq!(deadlines.pop_due(at(now + 1)), Some((at(now + 1), key(0))));
            entered = Tick::MAX;
        }
        assert!(deadlines.entries.len() <= 2 * FEW + 2);
    }
}
