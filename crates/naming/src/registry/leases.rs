//! Leases, when they end, and what they keep.

use std::collections::BTreeSet;

use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

use super::addresses::PLACE_BYTES;
use crate::{Lease, LeaseId, LeaseTime};

/// Leases, when they end, and where the names lie that they keep.
#[derive(Default)]
pub(super) struct Leases {
    states: HashMap<LeaseId, Lease, RandomState>,
    deadlines: BTreeSet<(LeaseTime, LeaseId)>,
    /// Of leases that keep names, whether the lease itself is there yet or not: a store may give names first.
    kept: HashMap<LeaseId, Kept, RandomState>,
    /// How many places stand in sets.
    many: usize,
}

/// Most leases keep one name.
enum Kept {
    One(u32),
    Many(HashSet<u32, RandomState>),
}

impl Leases {
    /// How a lease stands.
    pub(super) fn state(&self, lease: LeaseId) -> Option<Lease> {
        self.states.get(&lease).copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.states.len() as u64
    }

    /// When the next one ends.
    pub(super) fn next_deadline(&self) -> Option<LeaseTime> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Those that have ended by an instant, the earliest first.
    pub(super) fn due(&self, now: LeaseTime) -> impl Iterator<Item = LeaseId> {
        let due = self.deadlines.range(..=(now, LeaseId(u64::MAX)));
        due.map(|(_, lease)| *lease)
    }

    /// How a lease stands from now on; none: it is gone.
    pub(super) fn set(&mut self, lease: LeaseId, state: Option<Lease>) {
        let before = match state {
            Some(state) => self.states.insert(lease, state),
            None => self.states.remove(&lease),
        };
        if let Some(before) = before {
            self.deadlines.remove(&(before.deadline, lease));
        }
        if let Some(state) = state {
            self.deadlines.insert((state.deadline, lease));
        }
    }

    /// Where the names lie that a lease keeps, in no particular order.
    pub(super) fn places(&self, lease: LeaseId) -> impl Iterator<Item = u32> {
        let (one, many) = match self.kept.get(&lease) {
            Some(Kept::One(place)) => (Some(*place), None),
            Some(Kept::Many(places)) => (None, Some(places)),
            None => (None, None),
        };
        one.into_iter().chain(many.into_iter().flatten().copied())
    }

    /// How many names a lease keeps.
    pub(super) fn place_count(&self, lease: LeaseId) -> usize {
        match self.kept.get(&lease) {
            Some(Kept::One(_)) => 1,
            Some(Kept::Many(places)) => places.len(),
            None => 0,
        }
    }

    /// The lease keeps the name at a place.
    pub(super) fn keep(&mut self, lease: LeaseId, place: u32) {
        match self.kept.get_mut(&lease) {
            None => {
                self.kept.insert(lease, Kept::One(place));
            }
            Some(Kept::Many(places)) => {
                self.many += usize::from(places.insert(place));
            }
            Some(kept) => {
                let Kept::One(first) = *kept else {
                    unreachable!("there is no third kind")
                };
                *kept = Kept::Many([first, place].into_iter().collect());
                self.many += 2;
            }
        }
    }

    /// The lease keeps the name at a place no more.
    pub(super) fn release(&mut self, lease: LeaseId, place: u32) {
        let is_empty = match self.kept.get_mut(&lease).expect("it keeps the name") {
            Kept::One(_) => true,
            Kept::Many(places) => {
                self.many -= usize::from(places.remove(&place));
                places.is_empty()
            }
        };
        if is_empty {
            self.kept.remove(&lease);
        }
    }

    /// How many bytes of memory they take, about: a B-tree is between half full and full.
    pub(super) fn memory_bytes(&self) -> u64 {
        let tables = self.states.allocation_size() + self.kept.allocation_size();
        let deadlines = self.deadlines.len() * size_of::<(LeaseTime, LeaseId)>() * 3 / 2;
        (tables + self.many * PLACE_BYTES + deadlines) as u64
    }
}
