//! Updates of records (RFC 2136): prerequisites, and what is done if they hold.

use crate::{Name, RecordType, Refusal, draft::Trial};

/// An update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// What has to hold, all of it, before anything is done (section 3.2).
    pub prerequisites: Vec<Prerequisite>,
    /// What is done, in this order (section 3.4.2).
    pub operations: Vec<Operation>,
    /// A lease for the names that records are added to, in milliseconds (RFC 9664); none: they stay. A name that has a
    /// lease of its own gets a new sign of life.
    pub lease_ms: Option<u64>,
}

/// Something that has to hold (RFC 2136, section 2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prerequisite {
    /// The name has records of that type, whatever they say (2.4.1).
    SetExists(Name, RecordType),
    /// The name has exactly these records of that type (2.4.2): the data are sorted and no two the same.
    SetIs(Name, RecordType, Vec<Box<[u8]>>),
    /// The name has no records of that type (2.4.3).
    SetMissing(Name, RecordType),
    /// The name has records (2.4.4).
    NameInUse(Name),
    /// The name has none (2.4.5).
    NameFree(Name),
}

/// Something that is done (RFC 2136, section 2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds a record to a set, whose TTL it becomes (2.5.1). A CNAME replaces a CNAME, and is left out beside anything else;
    /// so is anything else beside a CNAME. A SOA is left out: the serial is the registry's revision.
    Add {
        /// Under which name.
        name: Name,
        /// Of which type.
        record_type: RecordType,
        /// For how many seconds an answer may be kept.
        ttl_s: u32,
        /// What it says, names in full.
        data: Box<[u8]>,
    },
    /// Takes away the records of a type (2.5.2); not the zone's SOA and NS.
    RemoveSet(Name, RecordType),
    /// Takes away all records of a name (2.5.3); not the zone's SOA and NS.
    RemoveName(Name),
    /// Takes away one record (2.5.4); not the zone's SOA, nor its last NS.
    RemoveRecord(Name, RecordType, Box<[u8]>),
}

/// Does an update, if its prerequisites hold.
///
/// # Errors
/// When they do not, or what it makes cannot stand there.
pub(crate) fn apply(_trial: &mut Trial<'_, '_>, _update: &Update) -> Result<(), Refusal> {
    unimplemented!()
}
