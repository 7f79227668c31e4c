//! The few words that all workers touch, each with single atomic operations.

use std::sync::atomic::{AtomicU64, Ordering};

use timing::Tick;

/// A view of the board's words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Board<'a>(&'a [AtomicU64]);

impl<'a> Board<'a> {
    pub(crate) const WORDS: usize = 7;

    pub(crate) fn new(words: &'a [AtomicU64]) -> Self {
        Self(words)
    }

    /// The next connection's number.
    pub(crate) fn next_connection(&self) -> u64 {
        self.0[CONNECTIONS].fetch_add(1, Ordering::Relaxed)
    }

    /// One more connection is open.
    pub(crate) fn opened(&self) {
        let open = self.0[OPEN].fetch_add(1, Ordering::Relaxed) + 1;
        self.0[OPEN_MAX].fetch_max(open, Ordering::Relaxed);
    }

    /// One connection less is open.
    pub(crate) fn closed(&self) {
        self.0[OPEN].fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn open(&self) -> u64 {
        self.0[OPEN].load(Ordering::Relaxed)
    }

    pub(crate) fn open_max(&self) -> u64 {
        self.0[OPEN_MAX].load(Ordering::Relaxed)
    }

    /// Slot `index` has been used: readers look at all slots up to the highest.
    pub(crate) fn used(&self, index: u32) {
        self.0[USED_SLOTS].fetch_max(u64::from(index) + 1, Ordering::Relaxed);
    }

    pub(crate) fn used_slots(&self) -> u32 {
        u32::try_from(self.0[USED_SLOTS].load(Ordering::Relaxed)).expect("slots are counted in u32")
    }

    /// The gap since the last arrival by `chain`, of any worker; none for the first. Gaps add up to
    /// the distance from the first arrival to the last, whatever the order in which workers come.
    pub(crate) fn gap(&self, chain: Chain, at: Tick) -> Option<u64> {
        // Zero means that nothing has arrived, so instants are kept one higher.
        let at = at.as_nanos().saturating_add(1);
        match self.0[chain as usize].fetch_max(at, Ordering::Relaxed) {
            0 => None,
            last => Some(at.saturating_sub(last)),
        }
    }
}

/// The three clocks of connections: words of the board.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Chain {
    Connect = 3,
    Accept = 4,
    FirstByte = 5,
}

const CONNECTIONS: usize = 0;
const OPEN: usize = 1;
const OPEN_MAX: usize = 2;
const USED_SLOTS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Region;

    #[test]
    fn gaps_add_up_whatever_the_order_of_the_workers() {
        let region = Region::new(Board::WORDS).expect("mapped");
        let board = Board::new(region.words(0, Board::WORDS));
        let gaps = [0, 7, 5, 20].map(|at| board.gap(Chain::Accept, Tick::from_nanos(at)));
        assert_eq!(gaps, [None, Some(7), Some(0), Some(13)]);
    }
}
