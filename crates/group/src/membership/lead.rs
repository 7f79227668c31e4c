//! One ballot, as its leader sees it: who has promised, what is proposed, who has accepted.

use timing::Tick;

use crate::frame::{Ballot, Holding, Proposal};

/// A ballot of this member's.
#[derive(Debug)]
pub(super) struct Lead {
    /// Which.
    pub ballot: Ballot,
    /// What was promised, by rank.
    pub promises: Vec<Option<Told>>,
    /// What is proposed, as soon as enough have promised.
    pub proposed: Option<Proposed>,
    /// When what was not answered is said again.
    pub say_at: Tick,
}

/// What a member told with its promise.
#[derive(Debug)]
pub(super) struct Told {
    /// What it has of each rank.
    pub holdings: Vec<Holding>,
    /// What it had accepted before.
    pub accepted: Option<Proposal>,
}

/// What is proposed.
#[derive(Debug)]
pub(super) struct Proposed {
    /// The proposal.
    pub proposal: Proposal,
    /// The old members that are in its next view: bit r.
    pub staying: u64,
    /// Whether it had been accepted somewhere before, so that nothing else could be proposed.
    pub is_bound: bool,
    /// Who accepted: bit r.
    pub accepted: u64,
    /// Since when.
    pub since: Tick,
}

impl Lead {
    /// Nobody has promised yet.
    pub fn new(ballot: Ballot, size: usize, say_at: Tick) -> Self {
        Self {
            ballot,
            promises: (0..size).map(|_| None).collect(),
            proposed: None,
            say_at,
        }
    }

    /// Who has promised: bit r.
    pub fn promisers(&self) -> u64 {
        let has_promised = |rank: &usize| self.promises[*rank].is_some();
        mask((0..self.promises.len()).filter(has_promised))
    }

    /// Who has not answered what was said last: bit r.
    pub fn unanswered(&self) -> u64 {
        let answered = match &self.proposed {
            Some(proposed) => proposed.accepted,
            None => self.promisers(),
        };
        mask(0..self.promises.len()) & !answered
    }

    /// The proposal of the greatest ballot that one of those who promised had accepted.
    pub fn bound(&self) -> Option<&Proposal> {
        let accepted = self.promises.iter().flatten();
        accepted
            .filter_map(|told| told.accepted.as_ref())
            .max_by_key(|proposal| proposal.ballot)
    }
}

/// Those ranks, as bits.
pub(super) fn mask(ranks: impl IntoIterator<Item = usize>) -> u64 {
    ranks.into_iter().fold(0, |bits, rank| bits | 1 << rank)
}

/// Those bits, as ranks in ascending order.
pub(super) fn ranks(bits: u64) -> Vec<usize> {
    (0..64).filter(|rank| bits >> rank & 1 == 1).collect()
}
