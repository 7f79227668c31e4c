//! When a host has to do something of its own accord, for any number of connections.
//!
//! An entry is never taken back. What it is about keeps the instant of its earliest entry, adds one only
//! when it is due before that, and is asked again when an entry has come up: an answer that came in time
//! moves its connection's deadline without touching the heap.

use std::{cmp::Reverse, collections::BinaryHeap};

use timing::Tick;

use crate::token::Token;

/// Instants with what they are about, the earliest first. Adding and taking are O(log n).
#[derive(Debug)]
pub(crate) struct Deadlines {
    heap: BinaryHeap<Reverse<(Tick, Token)>>,
    /// With more entries than this they are looked through.
    bound: usize,
}

impl Deadlines {
    /// Sees to it that `token` comes up at `due` or earlier; `entered` is its earliest entry so far.
    pub(crate) fn enter(&mut self, token: Token, due: Option<Tick>, entered: &mut Option<Tick>) {
        let Some(due) = due else {
            return;
        };
        if entered.is_none_or(|entered| due < entered) {
            *entered = Some(due);
            self.heap.push(Reverse((due, token)));
        }
    }

    /// The earliest entry, which may be about something that is over.
    pub(crate) fn next_at(&self) -> Option<Tick> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one entry that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Tick) -> Option<(Tick, Token)> {
        let &Reverse(entry) = self.heap.peek().filter(|Reverse((at, _))| *at <= now)?;
        self.heap.pop();
        Some(entry)
    }

    /// When there are twice as many entries as were of use the last time, keeps those that are.
    pub(crate) fn sweep(&mut self, mut is_of_use: impl FnMut(Tick, Token) -> bool) {
        if self.heap.len() <= self.bound {
            return;
        }
        self.heap
            .retain(|Reverse((at, token))| is_of_use(*at, *token));
        self.bound = 2 * self.heap.len() + BOUND;
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            bound: BOUND,
        }
    }
}

/// Below this it is not worth the looking.
const BOUND: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const A: Token = Token::of_worker(1);
    const B: Token = Token::of_worker(2);

    fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn the_earliest_comes_first_and_not_before_its_time() {
        let mut deadlines = Deadlines::default();
        deadlines.enter(A, Some(at(20)), &mut None);
        deadlines.enter(B, Some(at(10)), &mut None);
        assert_eq!(deadlines.next_at(), Some(at(10)));
        assert_eq!(deadlines.pop_due(at(9)), None);
        assert_eq!(deadlines.pop_due(at(20)), Some((at(10), B)));
        assert_eq!(deadlines.pop_due(at(20)), Some((at(20), A)));
        assert_eq!(deadlines.pop_due(at(20)), None);
    }

    #[test]
    fn a_deadline_that_moves_away_adds_nothing() {
        let (mut deadlines, mut entered) = (Deadlines::default(), None);
        for nanos in 100..100_000 {
            deadlines.enter(A, Some(at(nanos)), &mut entered);
        }
        assert_eq!((deadlines.heap.len(), entered), (1, Some(at(100))));
        deadlines.enter(A, Some(at(50)), &mut entered);
        assert_eq!((deadlines.heap.len(), entered), (2, Some(at(50))));
    }

    #[test]
    fn what_is_over_is_swept_out() {
        let mut deadlines = Deadlines::default();
        for nanos in 0..=BOUND as u64 {
            deadlines.enter(A, Some(at(nanos)), &mut None);
        }
        deadlines.sweep(|entry, _| entry == at(7));
        assert_eq!((deadlines.heap.len(), deadlines.bound), (1, BOUND + 2));
        deadlines.sweep(|_, _| unreachable!("there are few"));
        assert_eq!(deadlines.next_at(), Some(at(7)));
    }
}
