//! What the members of a trial know of each other, and what they tell the trial.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What members that are threads of one process know of each other.
#[derive(Debug)]
pub(super) struct Crowd {
    said: Vec<AtomicU64>,
    has_enough: AtomicBool,
}

impl Crowd {
    /// All are still talking.
    pub(super) fn new(members: usize) -> Self {
        Self {
            said: (0..members).map(|_| AtomicU64::new(TALKING)).collect(),
            has_enough: AtomicBool::new(false),
        }
    }

    /// One has said so many messages, and says no more.
    pub(super) fn fell_silent(&self, rank: usize, said: u64) {
        self.said[rank].store(said, Ordering::SeqCst);
    }

    /// One is dead: nobody knows how many messages it said.
    pub(super) fn died(&self, rank: usize) {
        self.fell_silent(rank, DEAD);
    }

    /// All are to fall silent.
    pub(super) fn enough(&self) {
        self.has_enough.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_enough(&self) -> bool {
        self.has_enough.load(Ordering::SeqCst)
    }

    /// How many messages one has said in all, where that is known.
    pub(super) fn said(&self, rank: usize) -> Option<u64> {
        let said = self.said[rank].load(Ordering::SeqCst);
        (said < DEAD).then_some(said)
    }

    /// Whether all that live are silent, and these numbers of their messages are all.
    pub(super) fn is_all(&self, delivered: impl Fn(usize) -> u64) -> bool {
        let is_whole = |(rank, said): (usize, &AtomicU64)| match said.load(Ordering::SeqCst) {
            TALKING => false,
            DEAD => true,
            said => delivered(rank) >= said,
        };
        self.said.iter().enumerate().all(is_whole)
    }
}

const TALKING: u64 = u64::MAX;
const DEAD: u64 = TALKING - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_what_those_said_who_live() {
        let crowd = Crowd::new(3);
        let given = |numbers: [u64; 3]| crowd.is_all(|rank| numbers[rank]);
        crowd.fell_silent(0, 5);
        crowd.fell_silent(1, 0);
        assert!(!given([5, 0, 9]), "one talks");
        assert_eq!((crowd.said(0), crowd.said(2)), (Some(5), None));
        crowd.died(2);
        assert!(given([5, 0, 0]) && !given([4, 0, 9]));
        assert_eq!(crowd.said(2), None);
    }
}
