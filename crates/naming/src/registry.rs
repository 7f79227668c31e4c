//! The registry as it is published.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::{Batch, Draft, Lease, LeaseId, LeaseTime, Name, NameError, NodeView, Zone};

/// A count of the requests that changed something; 0 before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl fmt::Display for Revision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The registry as it is published.
///
/// Looking a name up takes a constant time, whether it is there or not; nothing here walks through all names but
/// [`Registry::names`].
#[derive(Debug)]
pub struct Registry {
    zone: Zone,
}

impl Registry {
    /// A registry without names.
    pub fn new(zone: Zone) -> Self {
        Self { zone }
    }

    /// The zone that all names stand in.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The revision of the last change.
    pub fn revision(&self) -> Revision {
        unimplemented!()
    }

    /// How many names there are.
    pub fn len(&self) -> u64 {
        unimplemented!()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What stands under a name, by its labels on the wire in lower case and without the zone ([`Name::wire`]).
    pub fn find(&self, _wire: &[u8]) -> Option<NodeView<'_>> {
        unimplemented!()
    }

    /// How many names stand below a name, at any depth. A name below which names stand exists even where nothing stands
    /// under it (an empty non-terminal, RFC 8020).
    pub fn count_below(&self, _wire: &[u8]) -> u64 {
        unimplemented!()
    }

    /// Whether any name has a first label `*`, or records of type NS without being the apex: where not, answers need not look.
    pub fn has_wildcards(&self) -> bool {
        unimplemented!()
    }

    /// Whether any name but the apex has NS records: a part of the zone is somebody else's.
    pub fn has_delegations(&self) -> bool {
        unimplemented!()
    }

    /// The names (on the wire, without the zone) that have an address, in no particular order.
    pub fn names_at(&self, _address: IpAddr) -> impl Iterator<Item = &[u8]> {
        std::iter::empty()
    }

    /// A lease, as long as it is there.
    pub fn lease(&self, _lease: LeaseId) -> Option<Lease> {
        unimplemented!()
    }

    /// How many leases there are.
    pub fn lease_count(&self) -> u64 {
        unimplemented!()
    }

    /// When the next lease runs out.
    pub fn next_expiry(&self) -> Option<LeaseTime> {
        unimplemented!()
    }

    /// All names with what stands under them, in no particular order. Takes time in proportion to their number.
    pub fn names(&self) -> impl Iterator<Item = (&[u8], NodeView<'_>)> {
        std::iter::empty()
    }

    /// Begins to decide about requests, at an instant.
    pub fn draft(&self, _now: LeaseTime) -> Draft<'_> {
        unimplemented!()
    }

    /// Makes what was decided, and kept, visible.
    pub fn publish(&mut self, _batch: &Batch) {
        unimplemented!()
    }

    /// Takes in a name as a store kept it, when it is opened.
    ///
    /// # Errors
    /// When the bytes are no name ([`Name::wire`]) or no node.
    pub fn restore_name(&mut self, _wire: &[u8], _node: &[u8]) -> Result<(), NameError> {
        unimplemented!()
    }

    /// Takes in a lease as a store kept it.
    pub fn restore_lease(&mut self, _lease: LeaseId, _state: Lease) {
        unimplemented!()
    }

    /// Takes in where a store stood.
    pub fn restore_revision(&mut self, _revision: Revision, _next_lease: u64) {
        unimplemented!()
    }

    /// How many bytes of memory the names take, without what the allocator adds.
    pub fn memory_bytes(&self) -> u64 {
        unimplemented!()
    }

    /// The most names there may be.
    pub const NAMES_MAX: u64 = 100_000_000;
    /// The most leases there may be.
    pub const LEASES_MAX: u64 = 10_000_000;

    #[doc(hidden)]
    pub fn apex(&self) -> Name {
        Name::apex()
    }
}
