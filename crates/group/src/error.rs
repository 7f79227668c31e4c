//! What can be wrong: with settings, with a message to be sent, with a datagram that came.

/// Why settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The order, or the level, is nothing without repair.
    #[error(
        "without repair nothing can be promised of the order {0} at this level: take --reliability nak, or the order none or fifo with --deliver agreed"
    )]
    NeedsRepair(&'static str),
    /// A number out of its range.
    #[error("{what} must be {least} to {most}, not {value}")]
    Range {
        /// Of what.
        what: &'static str,
        /// What was given.
        value: usize,
        /// The least.
        least: usize,
        /// The most.
        most: usize,
    },
    /// Members would be suspected although they keep to the heartbeat.
    #[error(
        "members would be suspected between two heartbeats: let --suspect-after be at least twice --heartbeat, and that more than 0"
    )]
    Impatient,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue is full: a member does not keep up, a view is being agreed on, or there is none yet.
    #[error("the queue is full: send again when there is room")]
    Busy,
    /// The message was dropped because the queue is full and the group sheds.
    #[error("dropped: the queue is full")]
    Shed,
    /// Longer than a datagram holds.
    #[error("{bytes} bytes are more than the {most} of a message: send it in pieces")]
    TooLong {
        /// How many it has.
        bytes: usize,
        /// The most.
        most: usize,
    },
    /// The member has left or has not begun.
    #[error("the member is not there: it has left, or has not begun")]
    NotThere,
}

/// Why a datagram was refused, from the outside of the frame to its inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Reason {
    /// It does not begin as a frame does.
    #[error(
        "something that is no frame of this program came in: another program uses the same address"
    )]
    Foreign,
    /// Another version.
    #[error(
        "a frame of another version came in: all members need the same version of this program"
    )]
    Version,
    /// It is shorter than it says, or than any frame.
    #[error("a frame came in cut short")]
    Truncated,
    /// Longer than it says, or than frames may be.
    #[error("a datagram came in that is longer than its frame, or than frames may be")]
    Oversized,
    /// Its checksum is another.
    #[error("a damaged frame came in: its checksum is another")]
    Checksum,
    /// For another group.
    #[error(
        "a frame of another group came in: two groups share the address; give one of them another port"
    )]
    Group,
    /// From a member with other promises.
    #[error(
        "a member with another order, level, reliability or partition rule uses this group: start all members alike"
    )]
    Settings,
    /// A kind of frame that this version does not know.
    #[error("a frame of an unknown kind came in")]
    Kind,
    /// Whole, and yet not what a member writes.
    #[error("a frame came in that no member writes")]
    Malformed,
    /// It would make the group larger than it may be.
    #[error("the group is full: a newcomer was turned away")]
    Members,
    /// Of a view that is over, or that this member is not in.
    #[error("a frame of another view came in")]
    View,
    /// Its sequence number is beyond the window.
    #[error("a packet came in whose number is out of all proportion: it may be made up")]
    Sequence,
    /// Its stamp cannot be.
    #[error("a packet came in whose stamp cannot be: it may be made up")]
    Stamp,
}

impl Reason {
    /// All of them, in their order.
    pub const ALL: [Self; 13] = [
        Self::Foreign,
        Self::Version,
        Self::Truncated,
        Self::Oversized,
        Self::Checksum,
        Self::Group,
        Self::Settings,
        Self::Kind,
        Self::Malformed,
        Self::Members,
        Self::View,
        Self::Sequence,
        Self::Stamp,
    ];

    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Version => "version",
            Self::Truncated => "truncated",
            Self::Oversized => "oversized",
            Self::Checksum => "checksum",
            Self::Group => "group",
            Self::Settings => "settings",
            Self::Kind => "kind",
            Self::Malformed => "malformed",
            Self::Members => "members",
            Self::View => "view",
            Self::Sequence => "sequence",
            Self::Stamp => "stamp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_a_name_of_its_own_and_its_place() {
        let names: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        for (at, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, at);
        }
    }
}
