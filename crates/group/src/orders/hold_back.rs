//! The packets that wait for their turn, those of each rank behind each other.

use std::collections::VecDeque;

use super::PacketId;

/// The packets that wait, with what the order has to know of each. Those of a rank come and go in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct HoldBack<T> {
    ranks: Box<[VecDeque<(u64, T)>]>,
    count: usize,
}

impl<T> HoldBack<T> {
    /// For so many ranks, empty.
    pub fn new(size: usize) -> Self {
        Self {
            ranks: (0..size).map(|_| VecDeque::new()).collect(),
            count: 0,
        }
    }

    /// A packet waits.
    pub fn push(&mut self, packet: PacketId, about: T) {
        self.ranks[packet.from].push_back((packet.sequence, about));
        self.count += 1;
    }

    /// The first that waits of that rank.
    pub fn front(&self, rank: usize) -> Option<(u64, &T)> {
        let (sequence, about) = self.ranks[rank].front()?;
        Some((*sequence, about))
    }

    /// Takes the first of that rank out.
    pub fn pop(&mut self, rank: usize) -> Option<(PacketId, T)> {
        let (sequence, about) = self.ranks[rank].pop_front()?;
        self.count -= 1;
        let packet = PacketId {
            from: rank,
            sequence,
        };
        Some((packet, about))
    }

    /// The ranks.
    pub fn ranks(&self) -> std::ops::Range<usize> {
        0..self.ranks.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_a_rank_leave_as_they_came() {
        let mut held = HoldBack::new(2);
        for (from, sequence, about) in [(1, 1, 'a'), (0, 1, 'b'), (1, 3, 'c')] {
            held.push(PacketId { from, sequence }, about);
        }
        assert_eq!(held.front(1), Some((1, &'a')));
        held.pop(1);
        assert_eq!(held.front(1), Some((3, &'c')));
        held.pop(1);
        assert_eq!(held.pop(1), None);
        assert!(!held.is_empty());
        held.pop(0);
        assert!(held.is_empty());
    }
}
