//! What a split is: a line of data, a cut, and a hand that deals the shares out.

use std::{fmt, io, sync::Arc};

use crate::{cut::Cut, scale::Scale};

/// A way of sharing a range out among workers.
pub struct Split {
    /// Its name.
    pub name: &'static str,
    /// In a few words, who gets what.
    pub about: &'static str,
    /// What it is bad at.
    pub bad_at: &'static str,
    /// The file to read.
    pub file: &'static str,
    /// Whether workers that are processes can share out in this way, too.
    pub in_processes: bool,
    /// Cuts the range, and makes the hand that deals out the shares.
    pub(crate) deal: fn(&Table) -> io::Result<Deal>,
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Split").field(&self.name).finish()
    }
}

/// What there is to share out.
pub(crate) struct Table {
    pub(crate) scale: Arc<Scale>,
    /// Workers that were asked for; at least one.
    pub(crate) workers: u32,
    /// So many shares are small enough for everybody to end at about the same time, and large enough
    /// for the taking of one to cost nothing. At least one, and not more than there are numbers.
    pub(crate) shares: u64,
}

impl Table {
    /// Not more workers than there are shares: the others would have nothing to do.
    pub(crate) fn workers_for(&self, shares: u64) -> u32 {
        u32::try_from(shares).map_or(self.workers, |shares| shares.min(self.workers))
    }
}

/// Shares, and who deals them out to how many workers.
pub(crate) struct Deal {
    pub(crate) cut: Cut,
    pub(crate) workers: u32,
    pub(crate) hand: Box<dyn Hand>,
}

/// Deals out the shares.
///
/// **Whoever holds a share has no lower one left to do**: so a worker that must wait with what it found
/// ahead of its turn never keeps others waiting for something lower, and nobody waits for ever (`lead.rs`).
pub(crate) trait Hand: Send + Sync {
    /// The hand from which a worker takes; asked for in the worker itself.
    fn sit_down(&self, worker: u32) -> Box<dyn Taker + '_>;

    /// The share that a worker had taken, and maybe begun, when it died; it had finished all shares that
    /// it took up to `finished`. Asked for when it is certainly dead.
    fn left_behind(&self, worker: u32, finished: Option<u64>) -> Option<u64>;
}

/// Takes shares for one worker.
pub(crate) trait Taker {
    /// The next share; the one before was `finished`, which another worker in the same place may have
    /// done. None when there is nothing left for this worker.
    fn next(&mut self, finished: Option<u64>) -> Option<u64>;
}
