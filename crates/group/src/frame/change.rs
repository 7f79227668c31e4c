//! The change from one view to the next: a ballot among the members of the old one (Lamport 1998, "The part-time parliament").

use super::Holding;
use crate::{MemberId, View};

/// A try to agree. Greater ones supersede smaller ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ballot {
    /// Which try; 0 is none.
    pub round: u32,
    /// Whose.
    pub by: MemberId,
}

/// What is to be agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// In which ballot.
    pub ballot: Ballot,
    /// The next view.
    pub next: View,
    /// Which packets of each rank of the old view count in it; all others are as if they had never been.
    pub cut: Vec<Holding>,
}

/// What is said in a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The leader asks all: send nothing more, say what you have.
    Prepare(Ballot),
    /// To the leader: nothing of smaller ballots will be accepted; what I have of each rank; what I had accepted.
    Promise {
        /// In which ballot.
        ballot: Ballot,
        /// By rank.
        holdings: Vec<Holding>,
        /// The proposal of the greatest ballot that was accepted.
        accepted: Option<Proposal>,
    },
    /// The leader to all.
    Propose(Proposal),
    /// To the leader: accepted, and all of the cut is here.
    Accept(Ballot),
    /// It is decided.
    Commit(Proposal),
}
