//! Which receipt came from which send: one file a [`Basis`](crate::Basis).
//!
//! A matching owes its caller: pairs of which the second may have caused the first, for a reason that is in the log;
//! and every receipt, or message, of which it cannot tell.

mod by_lamport;
mod by_message;
mod by_vector;

use trace::{EventId, EventKind, Log};

use crate::Basis;

/// What was matched and what was not.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    /// Receipts, each with its send.
    pub pairs: Vec<(EventId, EventId)>,
    /// What does not fit.
    pub doubts: Doubts,
}

/// What does not fit.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// Receipts of messages that nobody sent.
    pub unsent: Vec<EventId>,
    /// Receipts of which the log does not say what was received, or from whom.
    pub unmatched: Vec<EventId>,
    /// Receipts that were matched by stamps, which are right if the clock is.
    pub by_stamps: Vec<EventId>,
    /// Receipts whose stamps are no greater than that of any send they may be of, each behind the earliest of those;
    /// they are among the unmatched too.
    pub too_early: Vec<(EventId, EventId)>,
    /// Sends of a message that its host had sent before.
    pub sent_twice: Vec<EventId>,
    /// Sends of a message that another host had sent before; of each such message one. Its receipts are not matched.
    pub contested: Vec<EventId>,
    /// Receipts, and deliveries, of a message that the host had received, or delivered, before.
    pub received_twice: Vec<EventId>,
}

impl Matching {
    /// Matches what the basis has.
    pub fn of(log: &Log, basis: Basis) -> Self {
        match basis {
            Basis::ProgramOrder => Self::nothing(log),
            Basis::Messages => by_message::matched(log),
            Basis::VectorClocks => by_vector::matched(log),
            Basis::LamportClocks => by_lamport::matched(log),
        }
    }

    fn nothing(log: &Log) -> Self {
        let mut matching = Self::default();
        let is_receipt = |id: &EventId| log.event(*id).kind == EventKind::Receive;
        matching.doubts.unmatched = log.ids().filter(is_receipt).collect();
        matching
    }
}
