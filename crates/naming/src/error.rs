//! What is wrong with a name or a value, and why a request was refused.

use thiserror::Error;

use crate::{LeaseId, Revision};

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is nothing between two separators, or nothing at all.
    #[error("`{0}` has an empty label: write server1, region1/server1 or server1.region1")]
    EmptyLabel(String),
    /// RFC 1035, section 2.3.4.
    #[error("label `{label}` has {bytes} bytes; a label has at most 63 (RFC 1035)")]
    LongLabel {
        /// The beginning of the label.
        label: String,
        /// How long it is.
        bytes: usize,
    },
    /// RFC 1035, section 2.3.4: 255 bytes with the lengths of all labels, the zone and the root.
    #[error("the name has {bytes} bytes with its zone; a name has at most 255 (RFC 1035)")]
    Long {
        /// How long it is on the wire.
        bytes: usize,
    },
    /// A character that no name here has.
    #[error("`{name}` has a {character:?}: labels are made of letters, digits, `-` and `_`")]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// Both separators.
    #[error("`{0}` has both `/` and `.`: write region1/server1 or server1.region1")]
    Mixed(String),
    /// An absolute name that is not below the zone.
    #[error("`{name}` is not in the zone {zone}")]
    Outside {
        /// The name.
        name: String,
        /// The zone, with its dot at the end.
        zone: String,
    },
    /// What a store gave is no name, or no node stands under it.
    #[error("what was kept of `{0}` is damaged")]
    Damaged(String),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ValueError {
    /// It says nothing.
    #[error("a value needs an address, an alias, an attribute, a port or a record")]
    Empty,
    /// RFC 1034, section 3.6.2.
    #[error(
        "an alias stands alone: it cannot have addresses, a port, attributes or records beside it"
    )]
    AliasBeside,
    /// An attribute that TXT cannot carry (RFC 6763, section 6.4).
    #[error(
        "attribute `{0}`: a key is 1 or more printable ASCII characters without `=`, and key and value have at most 254 bytes together"
    )]
    Attribute(String),
    /// A record that could not be understood.
    #[error("record `{text}`: {problem}")]
    Record {
        /// As it was written.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An alias to no name.
    #[error("alias: {0}")]
    Alias(NameError),
    /// Too much for one name.
    #[error("the value takes {bytes} bytes; a name has at most {limit}")]
    Large {
        /// What it would take.
        bytes: usize,
        /// The most there may be.
        limit: usize,
    },
    /// Too many of something.
    #[error("there are {count} {what}; a name has at most {limit}")]
    Many {
        /// Of what there are too many.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The most there may be.
        limit: usize,
    },
    /// RFC 2181, section 8.
    #[error("a TTL is at most 2147483647 seconds")]
    Ttl,
}

/// Why a request was refused. Nothing of it was done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Somebody has it.
    #[error(
        "{name} is taken (revision {revision}): choose another name, or `wharf name deregister {name}` first; `wharf name register` can --replace it"
    )]
    Taken {
        /// Which.
        name: String,
        /// When it was last changed.
        revision: Revision,
    },
    /// Nobody has it.
    #[error("{0} is not registered")]
    Missing(String),
    /// It has changed since.
    #[error(
        "{name} has revision {found}, not {expected}: somebody changed it; look again and decide"
    )]
    Changed {
        /// Which.
        name: String,
        /// What the caller had seen.
        expected: Revision,
        /// What it is now.
        found: Revision,
    },
    /// A lease that is not there, or ran out.
    #[error("lease {0} is not there: it ran out or was given back; register again")]
    NoLease(LeaseId),
    /// A lease that is too short or too long.
    #[error("a lease is from {least_s} s to {most_s} s")]
    LeaseTime {
        /// The shortest, in seconds.
        least_s: u64,
        /// The longest, in seconds.
        most_s: u64,
    },
    /// The zone itself cannot go.
    #[error("the zone itself cannot be taken away or leased")]
    Apex,
    /// What is wrong with a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// What is wrong with a value.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A prerequisite of an update does not hold (RFC 2136, section 3.2): a name is there that should not.
    #[error("{0} is in use")]
    NameInUse(String),
    /// A name is not there that should.
    #[error("{0} is not in use")]
    NameNotInUse(String),
    /// A set of records is there that should not.
    #[error("{0} is there")]
    SetThere(String),
    /// A set of records is not there that should, or is another one.
    #[error("{0} is not there, or not as expected")]
    SetNotThere(String),
    /// There is no room: a bound of the registry was met.
    #[error("the registry has {limit} {what}, which is its limit")]
    Full {
        /// Of what there are too many.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}
