//! The change from one view to the next: a ballot among the members of the old one (Lamport 1998, "The part-time parliament").

use super::Holding;
use super::body::{write_seats, write_view};
use super::reader::Reader;
use crate::{MemberId, Reason, View, ViewId};

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
    /// Whether somebody of the old view is not in the next one who did not leave in order.
    pub gives_up: bool,
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

impl Change {
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Prepare(_) => 7,
            Self::Promise { .. } => 8,
            Self::Propose(_) => 9,
            Self::Accept(_) => 10,
            Self::Commit(_) => 11,
        }
    }

    /// Of a change from that view.
    pub(super) fn read(kind: u8, from: ViewId, input: &mut Reader<'_>) -> Result<Self, Reason> {
        Ok(match kind {
            7 => Self::Prepare(input.ballot()?),
            8 => Self::read_promise(from, input)?,
            9 => Self::Propose(Proposal::read(from, input)?),
            10 => Self::Accept(input.ballot()?),
            11 => Self::Commit(Proposal::read(from, input)?),
            _ => return Err(Reason::Kind),
        })
    }

    fn read_promise(from: ViewId, input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (ballot, holdings) = (input.ballot()?, input.holdings()?);
        let accepted = match input.is_so()? {
            true => Some(Proposal::read(from, input)?),
            false => None,
        };
        match &accepted {
            Some(proposal) if proposal.ballot > ballot => Err(Reason::Malformed),
            _ => Ok(Self::Promise {
                ballot,
                holdings,
                accepted,
            }),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Prepare(ballot) | Self::Accept(ballot) => ballot.write(out),
            Self::Promise {
                ballot,
                holdings,
                accepted,
            } => {
                ballot.write(out);
                Holding::write_all(holdings, out);
                out.push(u8::from(accepted.is_some()));
                if let Some(proposal) = accepted {
                    proposal.write(out);
                }
            }
            Self::Propose(proposal) | Self::Commit(proposal) => proposal.write(out),
        }
    }
}

impl Ballot {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.round.to_be_bytes());
        out.extend_from_slice(&self.by.0.to_be_bytes());
    }
}

impl Proposal {
    /// The next view is later than the one that it comes from.
    fn read(from: ViewId, input: &mut Reader<'_>) -> Result<Self, Reason> {
        let (ballot, id) = (input.ballot()?, input.view()?);
        let next = View {
            id,
            seats: input.seats()?,
        };
        let (cut, gives_up) = (input.holdings()?, input.is_so()?);
        match id.epoch > from.epoch {
            true => Ok(Self {
                ballot,
                next,
                cut,
                gives_up,
            }),
            false => Err(Reason::Malformed),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.ballot.write(out);
        write_view(self.next.id, out);
        write_seats(&self.next.seats, out);
        Holding::write_all(&self.cut, out);
        out.push(u8::from(self.gives_up));
    }
}
