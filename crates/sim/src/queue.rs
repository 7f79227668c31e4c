//! What will happen, the earliest first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use timing::Tick;

/// What will happen, by time; of what happens at the same time, what was put in first comes out first.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    heap: BinaryHeap<Entry<T>>,
    count: u64,
}

impl<T> Queue<T> {
    /// Nothing will happen.
    pub fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            count: 0,
        }
    }

    /// That will happen at that time.
    pub fn push(&mut self, at: Tick, item: T) {
        self.count += 1;
        self.heap.push(Entry {
            key: (at, self.count),
            item,
        });
    }

    /// What happens next, and when.
    pub fn pop(&mut self) -> Option<(Tick, T)> {
        self.heap.pop().map(|entry| (entry.key.0, entry.item))
    }
}

/// Something, with its time and its place among all that was ever put in.
#[derive(Debug)]
struct Entry<T> {
    key: (Tick, u64),
    item: T,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    /// The earliest is the greatest: the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_at_the_same_time_keeps_its_order() {
        let mut queue = Queue::new();
        for (at, item) in [(2, 'c'), (1, 'a'), (2, 'd'), (1, 'b')] {
            queue.push(Tick::from_nanos(at), item);
        }
        let items: String = std::iter::from_fn(|| queue.pop())
            .map(|(_, item)| item)
            .collect();
        assert_eq!(items, "abcd");
    }
}
