//! A view: who is there, in an order that all who have it agree on.

use crate::{MemberId, Name, Partitions, Settings, ViewId};

/// A member's place in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub member: MemberId,
    /// What people call it.
    pub name: Name,
}

/// Who is there. A member's *rank* is its place in it, from 0; those who stay keep their order, newcomers stand behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Which.
    pub id: ViewId,
    /// The members by rank.
    pub seats: Vec<Seat>,
}

impl View {
    /// The rank of a member, if it is there.
    pub fn rank(&self, member: MemberId) -> Option<usize> {
        self.seats.iter().position(|seat| seat.member == member)
    }

    /// How many members there are.
    pub fn size(&self) -> usize {
        self.seats.len()
    }

    /// Whether those ranks may decide for this view. Of any two sets that may, one member is in both, where only one part
    /// may go on: more than half, or half with rank 0 among them (Jajodia and Mutchler 1990). Where every part may go on, any
    /// one may.
    pub fn may_decide(&self, ranks: &[usize], settings: &Settings) -> bool {
        let (count, size) = (ranks.len(), self.size());
        match settings.partitions {
            Partitions::Partitionable => count > 0,
            Partitions::Primary => 2 * count > size || (2 * count == size && ranks.contains(&0)),
        }
    }

    /// How many members must have a packet before it cannot be lost to those who may go on.
    pub fn safe_count(&self, settings: &Settings) -> usize {
        match settings.partitions {
            Partitions::Partitionable => self.size(),
            Partitions::Primary => self.size() / 2 + 1,
        }
    }
}

/// The most members of a group.
pub(crate) const MEMBERS_MAX: usize = 64;
