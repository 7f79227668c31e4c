//! Which names have an address.

use std::{hash::BuildHasher, net::IpAddr};

use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

use crate::{
    NodeView, RecordType,
    table::{Shards, Table},
};

/// Places of names, by their addresses.
///
/// Most names have one address, or one of each family, and most addresses are one name's. Those cost 4 bytes each: the
/// address is read where the name lies. What is left over, a third address of a name or a second name of an address, stands
/// in sets of their own: in one table an address that a million names have would be a million entries with one hash.
#[derive(Default)]
pub(super) struct Addresses {
    /// The first and the second address of names.
    own: [Shards<u32>; 2],
    shared: HashMap<IpAddr, HashSet<u32, RandomState>, RandomState>,
    /// How many places those sets have together.
    shared_count: usize,
    hash: RandomState,
}

impl Addresses {
    /// Where the names lie that have an address.
    pub(super) fn places(&self, table: &Table, address: IpAddr) -> impl Iterator<Item = u32> {
        let hash = self.hash.hash_one(address);
        let own = [0, 1].map(|at| {
            let is_it = |place: &u32| address_at(table, *place, at) == Some(address);
            self.own[at].find(hash, is_it).copied()
        });
        let shared = self.shared.get(&address).into_iter().flatten().copied();
        own.into_iter().flatten().chain(shared)
    }

    /// Makes room for so many names more with an address each.
    pub(super) fn reserve(&mut self, table: &Table, count: u64) {
        let state = &self.hash;
        self.own[0].reserve(count, |place| {
            state.hash_one(address_at(table, *place, 0).expect("it was added with it"))
        });
    }

    /// A name was put at a place.
    pub(super) fn add(&mut self, table: &Table, place: u32) {
        for (at, address) in addresses(table.at(place)).enumerate() {
            if !self.add_own(table, place, at, address) {
                let is_new = self.shared.entry(address).or_default().insert(place);
                self.shared_count += usize::from(is_new);
            }
        }
    }

    /// The name at a place is about to be put anew or taken away.
    pub(super) fn remove(&mut self, table: &Table, place: u32) {
        for (at, address) in addresses(table.at(place)).enumerate() {
            let hash = self.hash.hash_one(address);
            let own = self.own.get_mut(at);
            if own.is_some_and(|own| own.remove(hash, |known| *known == place).is_some()) {
                continue;
            }
            let shared = self.shared.get_mut(&address).expect("it was added");
            self.shared_count -= usize::from(shared.remove(&place));
            if shared.is_empty() {
                self.shared.remove(&address);
            }
        }
    }

    /// How many bytes of memory they take; those of shared addresses about, so that nothing has to be walked through.
    pub(super) fn memory_bytes(&self) -> u64 {
        let shared = self.shared.allocation_size() + self.shared_count * PLACE_BYTES;
        self.own.iter().map(Shards::memory_bytes).sum::<u64>() + shared as u64
    }

    /// Adds an address of a name as its own; not where another name has it as its own in the same place.
    fn add_own(&mut self, table: &Table, place: u32, at: usize, address: IpAddr) -> bool {
        let Some(own) = self.own.get_mut(at) else {
            return false;
        };
        let hash = self.hash.hash_one(address);
        let is_it = |place: &u32| address_at(table, *place, at) == Some(address);
        if own.find(hash, is_it).is_some() {
            return false;
        }
        let state = &self.hash;
        own.insert(hash, place, |place| {
            state.hash_one(address_at(table, *place, at).expect("it was added with it"))
        });
        true
    }
}

/// The addresses of a node, in the order in which they stand in it.
pub(super) fn addresses(node: NodeView<'_>) -> impl Iterator<Item = IpAddr> {
    let sets = node.sets().filter(|set| set.record_type == RecordType::A);
    let v4 = sets.flat_map(|set| set.data()).filter_map(|data| {
        let octets: [u8; 4] = data.try_into().ok()?;
        Some(IpAddr::from(octets))
    });
    let sets = node
        .sets()
        .filter(|set| set.record_type == RecordType::AAAA);
    let v6 = sets.flat_map(|set| set.data()).filter_map(|data| {
        let octets: [u8; 16] = data.try_into().ok()?;
        Some(IpAddr::from(octets))
    });
    v4.chain(v6)
}

fn address_at(table: &Table, place: u32, at: usize) -> Option<IpAddr> {
    addresses(table.at(place)).nth(at)
}

/// What a place in a set takes: four bytes and one of tag, in a table that is about two thirds full.
pub(super) const PLACE_BYTES: usize = 8;
