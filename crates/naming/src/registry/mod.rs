//! The registry as it is published.

mod addresses;
mod ancestors;
mod leases;

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use self::{addresses::Addresses, ancestors::Ancestors, leases::Leases};
use crate::{
    Batch, Draft, Lease, LeaseId, LeaseTime, Name, NameError, NodeView, RecordType, Table, Zone,
};

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
pub struct Registry {
    zone: Zone,
    revision: Revision,
    next_lease: u64,
    table: Table,
    ancestors: Ancestors,
    addresses: Addresses,
    leases: Leases,
    wildcards: u64,
    delegations: u64,
}

impl Registry {
    /// A registry without names.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            revision: Revision(0),
            next_lease: 1,
            table: Table::default(),
            ancestors: Ancestors::default(),
            addresses: Addresses::default(),
            leases: Leases::default(),
            wildcards: 0,
            delegations: 0,
        }
    }

    /// The zone that all names stand in.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The revision of the last change.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// How many names there are.
    pub fn len(&self) -> u64 {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What stands under a name, by its labels on the wire in lower case and without the zone ([`Name::wire`]).
    pub fn find(&self, wire: &[u8]) -> Option<NodeView<'_>> {
        self.table.find(wire)
    }

    /// How many names stand below a name, at any depth. A name below which names stand exists even where nothing stands
    /// under it (an empty non-terminal, RFC 8020).
    pub fn count_below(&self, wire: &[u8]) -> u64 {
        match wire {
            [] => self.len() - u64::from(self.find(wire).is_some()),
            _ => self.ancestors.below(wire),
        }
    }

    /// Whether any name has a first label `*`: where not, answers need not look.
    pub fn has_wildcards(&self) -> bool {
        self.wildcards > 0
    }

    /// Whether any name but the apex has NS records: a part of the zone is somebody else's.
    pub fn has_delegations(&self) -> bool {
        self.delegations > 0
    }

    /// The names (on the wire, without the zone) that have an address, in no particular order.
    pub fn names_at(&self, address: IpAddr) -> impl Iterator<Item = &[u8]> {
        let places = self.addresses.places(&self.table, address);
        places.map(|place| self.table.name_at(place))
    }

    /// A lease, as long as it is there.
    pub fn lease(&self, lease: LeaseId) -> Option<Lease> {
        self.leases.state(lease)
    }

    /// How many leases there are.
    pub fn lease_count(&self) -> u64 {
        self.leases.len()
    }

    /// When the next lease runs out.
    pub fn next_expiry(&self) -> Option<LeaseTime> {
        self.leases.next_deadline()
    }

    /// The names (on the wire, without the zone) that a lease keeps, in no particular order.
    pub fn names_of(&self, lease: LeaseId) -> impl Iterator<Item = &[u8]> {
        let places = self.leases.places(lease);
        places.map(|place| self.table.name_at(place))
    }

    /// How many names a lease keeps.
    pub fn name_count_of(&self, lease: LeaseId) -> usize {
        self.leases.place_count(lease)
    }

    /// All names with what stands under them, in no particular order. Takes time in proportion to their number.
    pub fn names(&self) -> impl Iterator<Item = (&[u8], NodeView<'_>)> {
        self.table.iter()
    }

    /// Begins to decide about requests, at an instant.
    pub fn draft(&self, now: LeaseTime) -> Draft<'_> {
        Draft::new(self, now)
    }

    /// Makes what was decided, and kept, visible.
    pub fn publish(&mut self, batch: &Batch) {
        for change in &batch.leases {
            self.leases.set(change.lease, change.state);
        }
        for change in &batch.changes {
            match &change.node {
                Some(node) => self.put(change.name.wire(), &node.encode()),
                None => self.remove(change.name.wire()),
            }
        }
        self.revision = batch.revision;
        self.next_lease = batch.next_lease;
    }

    /// Makes room for so many names more: a store says how many it will give, and then nothing has to grow meanwhile.
    pub fn reserve(&mut self, count: u64) {
        self.table.reserve(count);
        self.addresses.reserve(&self.table, count);
    }

    /// Takes in a name as a store kept it, when it is opened.
    ///
    /// # Errors
    /// When the bytes are no name ([`Name::wire`]) or no node, or the name is there already.
    pub fn restore_name(&mut self, wire: &[u8], node: &[u8]) -> Result<(), NameError> {
        if !Name::is_wire(wire) || NodeView::checked(node).is_none() {
            let name = Name::from_wire(wire)?;
            return Err(NameError::Damaged(name.to_string()));
        }
        self.zone.hold_wire(wire)?;
        let before = self.table.len();
        let place = self.table.put_checked(wire, node);
        if self.table.len() == before {
            return Err(NameError::Damaged(Name::from_wire(wire)?.to_string()));
        }
        self.ancestors.add(wire);
        self.lead_to(wire, place);
        Ok(())
    }

    /// Takes in a lease as a store kept it.
    pub fn restore_lease(&mut self, lease: LeaseId, state: Lease) {
        self.leases.set(lease, Some(state));
    }

    /// Takes in where a store stood.
    pub fn restore_revision(&mut self, revision: Revision, next_lease: u64) {
        self.revision = revision;
        self.next_lease = next_lease;
    }

    /// How many bytes of memory the names take, without what the allocator adds.
    pub fn memory_bytes(&self) -> u64 {
        let names = self.table.memory_bytes() + self.ancestors.memory_bytes();
        names + self.addresses.memory_bytes() + self.leases.memory_bytes()
    }

    /// The most names there may be.
    pub const NAMES_MAX: u64 = 100_000_000;
    /// The most leases there may be.
    pub const LEASES_MAX: u64 = 10_000_000;
    /// The most memory that may be taken when a request is decided about, in bytes: half of what the table can address, for
    /// memory that is free in one size may be needed in another.
    pub const BYTES_MAX: u64 = 16 << 30;

    /// The number that the next lease gets.
    pub(crate) fn next_lease(&self) -> u64 {
        self.next_lease
    }

    /// Leases that have ended by an instant, the earliest first.
    pub(crate) fn due(&self, now: LeaseTime) -> impl Iterator<Item = LeaseId> {
        self.leases.due(now)
    }

    /// How many bytes names and nodes take, with what is free among them.
    pub(crate) fn arena_bytes(&self) -> u64 {
        self.table.arena_bytes()
    }

    fn put(&mut self, wire: &[u8], node: &[u8]) {
        match self.table.place(wire) {
            Some(place) => self.leave(wire, place),
            None => self.ancestors.add(wire),
        }
        let place = self.table.put_checked(wire, node);
        self.lead_to(wire, place);
    }

    /// Puts what stands at a place into everything that leads there.
    fn lead_to(&mut self, wire: &[u8], place: u32) {
        let node = self.table.at(place);
        if let Some(lease) = node.lease {
            self.leases.keep(lease, place);
        }
        self.wildcards += u64::from(Self::is_wildcard(wire));
        self.delegations += u64::from(Self::is_delegation(wire, node));
        self.addresses.add(&self.table, place);
    }

    fn remove(&mut self, wire: &[u8]) {
        // A batch may make a name and take it away again.
        if let Some(place) = self.table.place(wire) {
            self.leave(wire, place);
            self.ancestors.remove(wire);
            self.table.remove(wire);
        }
    }

    fn is_wildcard(wire: &[u8]) -> bool {
        wire.starts_with(&[1, b'*'])
    }

    fn is_delegation(wire: &[u8], node: NodeView<'_>) -> bool {
        !wire.is_empty() && node.set(RecordType::NS).is_some()
    }

    /// Takes what stands at a place out of everything that leads there.
    fn leave(&mut self, wire: &[u8], place: u32) {
        let node = self.table.at(place);
        if let Some(lease) = node.lease {
            self.leases.release(lease, place);
        }
        self.wildcards -= u64::from(Self::is_wildcard(wire));
        self.delegations -= u64::from(Self::is_delegation(wire, node));
        self.addresses.remove(&self.table, place);
    }
}

/// Without its names.
impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Registry")
            .field("zone", &self.zone)
            .field("revision", &self.revision)
            .field("names", &self.len())
            .field("leases", &self.lease_count())
            .finish_non_exhaustive()
    }
}
