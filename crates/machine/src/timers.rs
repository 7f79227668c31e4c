//! Timers of one machine or of many: which is due next.
//!
//! Setting a timer again replaces it. A replaced entry stays in the heap until it surfaces, so set
//! and pop cost O(log n), and the heap is rebuilt when more than half of it is stale, so that memory
//! stays within twice the number of timers that are set.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use timing::Tick;

/// A machine's own name for one of its timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u32);

/// The timers that are set, by key; `K` is [`TimerId`] for one machine, or a connection and a
/// [`TimerId`] for an event loop that holds many.
#[derive(Debug)]
pub struct Timers<K> {
    set: BTreeMap<K, Tick>,
    queue: BinaryHeap<Reverse<(Tick, K)>>,
}

impl<K: Copy + Ord> Timers<K> {
    /// No timer is set.
    pub fn new() -> Self {
        Self {
            set: BTreeMap::new(),
            queue: BinaryHeap::new(),
        }
    }

    /// Sets the timer `key` to `at`, in place of an earlier setting.
    pub fn set(&mut self, key: K, at: Tick) {
        self.set.insert(key, at);
        self.queue.push(Reverse((at, key)));
        if self.queue.len() > 2 * self.set.len() + 16 {
            self.queue = self
                .set
                .iter()
                .map(|(&key, &at)| Reverse((at, key)))
                .collect();
        }
    }

    /// Forgets the timer `key`; nothing happens when it is not set.
    pub fn cancel(&mut self, key: K) {
        self.set.remove(&key);
    }

    /// When the next timer is due.
    pub fn next_at(&mut self) -> Option<Tick> {
        self.drop_stale();
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one timer that is due at `now`, the earliest first.
    pub fn pop_due(&mut self, now: Tick) -> Option<K> {
        self.drop_stale();
        let &Reverse((at, key)) = self.queue.peek()?;
        if at > now {
            return None;
        }
        self.queue.pop();
        self.set.remove(&key);
        Some(key)
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    fn drop_stale(&mut self) {
        while let Some(Reverse((at, key))) = self.queue.peek() {
            if self.set.get(key) == Some(at) {
                return;
            }
            self.queue.pop();
        }
    }
}

impl<K: Copy + Ord> Default for Timers<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: TimerId = TimerId(1);
    const B: TimerId = TimerId(2);

    fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn timers_come_in_the_order_they_are_due() {
        let mut timers = Timers::new();
        timers.set(A, at(20));
        timers.set(B, at(10));
        assert_eq!(timers.next_at(), Some(at(10)));
        assert_eq!(timers.pop_due(at(9)), None);
        assert_eq!(timers.pop_due(at(30)), Some(B));
        assert_eq!(timers.pop_due(at(30)), Some(A));
        assert_eq!(timers.pop_due(at(30)), None);
    }

    #[test]
    fn setting_again_replaces() {
        let mut timers = Timers::new();
        timers.set(A, at(10));
        timers.set(A, at(50));
        assert_eq!(timers.pop_due(at(20)), None);
        assert_eq!(timers.pop_due(at(50)), Some(A));
        assert_eq!(timers.pop_due(at(90)), None);
    }

    #[test]
    fn a_cancelled_timer_never_comes() {
        let mut timers = Timers::new();
        timers.set(A, at(10));
        timers.cancel(A);
        assert!(timers.is_empty());
        assert_eq!(timers.next_at(), None);
    }

    #[test]
    fn a_timer_that_is_pushed_back_for_ever_takes_no_more_memory() {
        let mut timers = Timers::new();
        for nanos in 0..100_000 {
            timers.set(A, at(nanos));
        }
        assert!(timers.queue.len() < 64, "{} entries", timers.queue.len());
    }
}
