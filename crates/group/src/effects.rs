//! What a node does to the world around it.

use std::ops::RangeInclusive;

use crate::{MemberId, Reason, View, ViewId};

/// What a node's driver does for it. The node calls these while it is handed something, in the order in which things follow from
/// each other; nothing here may call the node back.
pub trait Effects {
    /// Sends a datagram. It may be lost.
    fn send(&mut self, to: To, datagram: &[u8]);
    /// A message is the application's.
    fn deliver(&mut self, delivered: Delivered<'_>);
    /// A view begins; all deliveries until the next are in it. `own` is this member's rank.
    fn installed(&mut self, view: &View, own: usize);
    /// A newcomer comes with the view that is being installed: what it must know of what was delivered before.
    /// At most [`Settings::state_bytes`](crate::Settings::state_bytes): with more nobody can join.
    fn snapshot(&mut self) -> Vec<u8>;
    /// This member is a newcomer: what it did not hear is in here. Called before the first delivery.
    fn restore(&mut self, state: &[u8]);
    /// Something that people should know.
    fn notice(&mut self, notice: Notice);
}

/// To whom a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Everybody at the group's address. It may come back to its sender, who ignores it.
    All,
    /// One member. Whoever does not know where it is sends it to all: others ignore it.
    One(MemberId),
}

/// A message, delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered<'a> {
    /// Who sent it.
    pub from: MemberId,
    /// The sender's rank in the view.
    pub rank: usize,
    /// Which of its sender's messages, from 1, through all its views.
    pub number: u64,
    /// In which view.
    pub view: ViewId,
    /// What it says.
    pub payload: &'a [u8],
}

/// Something that people should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A member is suspected: it was not heard for that long, or too few hear it.
    Suspected {
        /// Who.
        member: MemberId,
        /// For how long it was not heard by this member.
        silent: std::time::Duration,
    },
    /// The view cannot go on: too few members are left that hear each other. It was said once for this view.
    Blocked,
    /// The only group that is heard cannot go on: too few of its members are left that hear each other. This member looked for a
    /// group, and waits. It was said once for this looking.
    GroupBlocked {
        /// How many members the group had.
        size: usize,
    },
    /// A newcomer is there, and cannot be given what it must know: that is longer than
    /// [`Settings::state_bytes`](crate::Settings::state_bytes). The newcomer goes away again.
    StateTooLong {
        /// How long it is.
        bytes: u64,
        /// How long it may be.
        most: usize,
    },
    /// This member is a newcomer, and the others do not give it what it must know, for that is too long. It has delivered nothing, and
    /// leaves.
    NotLetIn {
        /// How long it is.
        bytes: u64,
    },
    /// Others went on without this member. It comes back under a new incarnation; if it was about to leave, it is gone under the old
    /// one, and what it delivered last may be another end of its view than that of the others.
    Expelled {
        /// What it was.
        was: MemberId,
        /// What it is now; what it was if it is gone.
        now: MemberId,
    },
    /// What became of the messages of this member's last incarnation: those up to a number were delivered by the group,
    /// later ones never will be.
    Fate {
        /// The last incarnation.
        was: MemberId,
        /// The last message of it that was delivered; 0 when none was. Where there is no order, earlier ones may be missing.
        delivered: u64,
    },
    /// The group cannot tell, or no longer knows, what became of the messages of the last incarnation after the one that this member
    /// delivered itself.
    FateUnknown {
        /// The last incarnation.
        was: MemberId,
    },
    /// Messages stay lost: nothing is repaired here.
    Lost {
        /// Whose.
        member: MemberId,
        /// The packets' numbers.
        packets: RangeInclusive<u64>,
    },
    /// Packets that depended on what nobody has any more were discarded by all.
    Discarded {
        /// Whose.
        member: MemberId,
        /// The messages' numbers.
        messages: RangeInclusive<u64>,
    },
    /// A datagram was refused for a reason for which none was before. Later ones are counted only.
    Refused(Reason),
}
