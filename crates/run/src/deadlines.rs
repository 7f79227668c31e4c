//! When a loop has to do something of its own accord, for any number of things that it attends to.
//!
//! An entry is never moved and never taken back. Each thing keeps the instant of its earliest entry
//! ([`Tick::MAX`]: it has none), adds one only when it is due before that, and is asked again when an entry
//! has come up. So a limit on idleness, which moves with every byte, costs a comparison a request, and
//! touches the heap once in as long as the limit. An entry that its thing does not know any more, because
//! an earlier one was added or the thing has gone, is stale: it is passed over when it comes up, and
//! [`Deadlines::sweep`] bounds how many there are.

use std::{cmp::Reverse, collections::BinaryHeap};

use timing::Tick;

/// Instants with the names of what they are about, the earliest first: a binary heap. Adding and taking
/// are O(log n), looking is O(1).
#[derive(Debug)]
pub struct Deadlines<N> {
    heap: BinaryHeap<Reverse<(Tick, N)>>,
    /// With more entries than this they are looked through.
    bound: usize,
}

impl<N: Copy + Ord> Deadlines<N> {
    /// Without an entry, and without memory.
    pub const fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            bound: BOUND,
        }
    }

    /// Sees to it that `name` comes up at `due` or earlier; `entered` is its earliest entry so far, and
    /// what is due at [`Tick::MAX`] never is.
    pub fn enter(&mut self, name: N, due: Tick, entered: &mut Tick) {
        if due < *entered {
            *entered = due;
            self.heap.push(Reverse((due, name)));
        }
    }

    /// The earliest entry, which may be stale.
    pub fn next_at(&self) -> Option<Tick> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one entry that is due at `now`, which may be stale: it is not when `at` is what its thing
    /// keeps, which then has none.
    pub fn pop_due(&mut self, now: Tick) -> Option<(Tick, N)> {
        let &Reverse(entry) = self.heap.peek().filter(|Reverse((at, _))| *at <= now)?;
        self.heap.pop();
        Some(entry)
    }

    /// Throws out what is stale, once there are more entries than twice those that were of use the last
    /// time, and 4096. To be called in each turn of a loop: then there are never more than that and what one
    /// turn adds. It costs O(1) for each entry that was added since, and else a comparison.
    pub fn sweep(&mut self, mut is_of_use: impl FnMut(Tick, N) -> bool) {
        if self.heap.len() <= self.bound {
            return;
        }
        self.heap.retain(|&Reverse((at, name))| is_of_use(at, name));
        self.bound = 2 * self.heap.len() + BOUND;
    }
}

impl<N: Copy + Ord> Default for Deadlines<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Below this it is not worth the looking.
const BOUND: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn the_earliest_comes_first_and_not_before_its_time() {
        let mut deadlines = Deadlines::new();
        deadlines.enter('a', at(20), &mut { Tick::MAX });
        deadlines.enter('b', at(10), &mut { Tick::MAX });
        assert_eq!(deadlines.next_at(), Some(at(10)));
        assert_eq!(deadlines.pop_due(at(9)), None);
        assert_eq!(deadlines.pop_due(at(20)), Some((at(10), 'b')));
        assert_eq!(deadlines.pop_due(at(20)), Some((at(20), 'a')));
        assert_eq!(deadlines.pop_due(at(20)), None);
    }

    #[test]
    fn a_deadline_that_moves_away_adds_nothing() {
        let (mut deadlines, mut entered) = (Deadlines::new(), Tick::MAX);
        for nanos in 100..100_000 {
            deadlines.enter('a', at(nanos), &mut entered);
        }
        assert_eq!((deadlines.heap.len(), entered), (1, at(100)));
        deadlines.enter('a', at(50), &mut entered);
        assert_eq!((deadlines.heap.len(), entered), (2, at(50)));
        assert_eq!(deadlines.pop_due(at(70)), Some((at(50), 'a')));
        assert_eq!(deadlines.pop_due(at(70)), None);
    }

    #[test]
    fn what_is_never_due_is_not_entered() {
        let (mut deadlines, mut entered) = (Deadlines::new(), Tick::MAX);
        deadlines.enter('a', Tick::MAX, &mut entered);
        assert_eq!((deadlines.next_at(), entered), (None, Tick::MAX));
    }

    #[test]
    fn what_is_stale_is_swept_out_when_there_is_much() {
        let mut deadlines = Deadlines::new();
        for nanos in 0..=BOUND as u64 {
            deadlines.enter('a', at(nanos), &mut { Tick::MAX });
        }
        deadlines.sweep(|entry, _| entry == at(7));
        assert_eq!((deadlines.heap.len(), deadlines.bound), (1, BOUND + 2));
        deadlines.sweep(|_, _| unreachable!("there are few"));
        assert_eq!(deadlines.next_at(), Some(at(7)));
    }

    #[test]
    fn things_that_come_and_go_leave_a_bounded_number_of_entries() {
        let mut deadlines = Deadlines::new();
        for index in 0..100_000 {
            deadlines.enter(index, at(1_000_000), &mut { Tick::MAX });
            deadlines.sweep(|_, name| name > index);
            assert!(deadlines.heap.len() <= BOUND);
        }
    }

    /// Regression: entries were thrown out only when a connection went, so one that stayed and had a
    /// timer for each request left an entry until the limit on idleness, 24 bytes a request.
    #[test]
    fn a_thing_with_a_timer_for_each_request_leaves_a_bounded_number_of_entries() {
        let (mut deadlines, mut entered) = (Deadlines::new(), Tick::MAX);
        for now in 0..100_000 {
            for due in [now + 1_000_000, now + 1] {
                deadlines.enter('a', at(due), &mut entered);
            }
            assert_eq!(deadlines.pop_due(at(now + 1)), Some((at(now + 1), 'a')));
            entered = Tick::MAX;
            deadlines.sweep(|at, _| at == entered);
            assert!(deadlines.heap.len() <= BOUND);
        }
    }
}
