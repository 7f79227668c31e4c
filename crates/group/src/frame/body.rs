//! What stands behind the header.

use super::{Change, Data};
use crate::{Name, View};

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    /// A packet.
    Data(Data<'a>),
    /// The same, sent again, by whomever: no sign of its sender's life.
    Again(Data<'a>),
    /// Packets are missing.
    Nak(Nak),
    /// A sign of life, with what the sender has.
    Status(Status),
    /// Someone who is in no view wants to come in.
    Join(Join),
    /// A member wants to leave.
    Leave,
    /// Of the change from the header's view to the next.
    Change(Change),
    /// The sender is in the header's view, and sees that a member of it has gone on: how?
    Ask,
    /// The answer to those who are not in the view that came next: the sender's view (the header's) as it is.
    Out(View),
    /// A newcomer wants the state, from this byte on.
    WantState(u64),
    /// A piece of it.
    State(StateBytes),
    /// What the group knows of those who are gone: sent with the first piece of state.
    Welcome(Welcome),
}

/// Packets are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nak {
    /// Whose: the rank in the header's view.
    pub of: u8,
    /// The packets that are asked for: those that this lacks up to its last bit (not those behind it).
    pub has: Holding,
    /// The last packet that is asked for.
    pub last: u64,
}

/// Which of a sender's packets someone has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// All up to this one.
    pub through: u64,
    /// Bit i of word w: the packet `through + 2 + 64 w + i` (`through + 1` is missing). No word at the end is 0.
    pub beyond: Vec<u64>,
}

/// A sign of life, with what the sender has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// How many packets the sender has sent in this view.
    pub sent: u64,
    /// What it promises of the stamps of later ones; what that means is the order's.
    pub promise: u64,
    /// Through which packet it has those of each rank.
    pub received: Vec<u64>,
    /// Which ranks it hears: bit r.
    pub hears: u64,
    /// Whether it waits: its view cannot go on.
    pub is_blocked: bool,
}

/// Someone who is in no view wants to come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    /// What it is called.
    pub name: Name,
    /// Into which view; none while it looks around.
    pub into: crate::ViewId,
    /// Its last incarnation, 0 where it had none.
    pub was: crate::MemberId,
}

/// A piece of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateBytes {
    /// For whom.
    pub to: crate::MemberId,
    /// How long the whole is.
    pub total: u64,
    /// Where this piece begins.
    pub offset: u64,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// What the group knows of members that are gone: the last message of each that was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Welcome {
    /// For whom.
    pub to: crate::MemberId,
    /// The newcomers' last incarnations, with the numbers; those that nobody remembers are not there.
    pub fates: Vec<(crate::MemberId, u64)>,
    /// Of each rank of the header's view, how many of its messages were delivered in earlier views.
    pub delivered: Vec<u64>,
}
