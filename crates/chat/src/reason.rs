//! Why a datagram does not count.

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
    /// It says that it is longer than it is.
    #[error("a frame came in cut short")]
    Truncated,
    /// Longer than a frame may be, or than it says.
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
    /// A kind of frame that this version does not know.
    #[error("a frame of an unknown kind came in")]
    Kind,
    /// Whole, and yet not what a member writes.
    #[error("a frame came in that no member writes")]
    Malformed,
    /// Its vector clock has more entries than a group has members.
    #[error("a frame came in whose vector clock has more entries than a group may have members")]
    Vector,
    /// It would make the group larger than it may be.
    #[error(
        "the group is full: a message of one more member, or about one more, came in; begin a new group"
    )]
    Members,
    /// One member with two names, or two with one name and number.
    #[error(
        "a frame came in whose sender is not called what it was called before: it may be made up"
    )]
    Names,
    /// Its sequence number is out of all proportion.
    #[error("a frame came in whose sequence number is out of all proportion: it may be made up")]
    Sequence,
    /// Its Lamport time is out of all proportion.
    #[error("a frame came in whose Lamport time is out of all proportion: it may be made up")]
    Lamport,
    /// Its hybrid time is too far ahead of the wall clock.
    #[error(
        "a frame came in from the future: the sender's wall clock, or this machine's, is wrong"
    )]
    Hybrid,
    /// Its vector clock counts events of this member that did not happen.
    #[error("a frame came in that knows of events here that did not happen: it may be made up")]
    Claims,
}

impl Reason {
    /// All of them, in their order.
    pub const ALL: [Self; 15] = [
        Self::Foreign,
        Self::Version,
        Self::Truncated,
        Self::Oversized,
        Self::Checksum,
        Self::Group,
        Self::Kind,
        Self::Malformed,
        Self::Vector,
        Self::Members,
        Self::Names,
        Self::Sequence,
        Self::Lamport,
        Self::Hybrid,
        Self::Claims,
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
            Self::Kind => "kind",
            Self::Malformed => "malformed",
            Self::Vector => "vector",
            Self::Members => "members",
            Self::Names => "names",
            Self::Sequence => "sequence",
            Self::Lamport => "lamport",
            Self::Hybrid => "hybrid",
            Self::Claims => "claims",
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
