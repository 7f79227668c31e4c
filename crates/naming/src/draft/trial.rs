//! A request that is tried: what it changes counts only when all of it succeeded.

use super::{Draft, Map, Sizes};
use crate::{
    Cause, Lease, LeaseId, LeaseTime, Name, Node, RecordSet, RecordType, Refusal, Registry,
    Revision, ValueError, Zone,
};

/// A request that is tried: it sees its own changes, nobody else does.
pub(crate) struct Trial<'t, 'r> {
    draft: &'t Draft<'r>,
    /// That of all names that it changes.
    revision: Revision,
    next_lease: u64,
    names: Map<Name, (Option<Node>, Cause)>,
    leases: Map<LeaseId, Option<Lease>>,
    /// In which order names and leases were first changed.
    name_order: Vec<Name>,
    lease_order: Vec<LeaseId>,
    kept: Map<LeaseId, Vec<Name>>,
    sizes: Sizes,
}

/// What a trial changed, in the order in which it did.
pub(super) struct Staged {
    pub(super) revision: Revision,
    pub(super) next_lease: u64,
    /// The cause is that of a name that is gone.
    pub(super) names: Vec<(Name, Option<Node>, Cause)>,
    pub(super) leases: Vec<(LeaseId, Option<Lease>)>,
    pub(super) sizes: Sizes,
}

impl<'t, 'r> Trial<'t, 'r> {
    pub(super) fn new(draft: &'t Draft<'r>) -> Self {
        Self {
            draft,
            revision: Revision(draft.revision.0 + 1),
            next_lease: draft.next_lease,
            names: Map::default(),
            leases: Map::default(),
            name_order: Vec::new(),
            lease_order: Vec::new(),
            kept: Map::default(),
            sizes: draft.sizes,
        }
    }

    /// The zone that all names stand in.
    pub(crate) fn zone(&self) -> &Zone {
        self.draft.registry.zone()
    }

    /// What stands under a name.
    pub(crate) fn node(&self, name: &Name) -> Option<Node> {
        match self.names.get(name) {
            Some((node, _)) => node.clone(),
            None => self.draft.node(name),
        }
    }

    /// Says what stands under a name, all of it: sets in any order, and what keeps it. No set: the name goes. What stands
    /// there already is no change.
    ///
    /// # Errors
    /// When that cannot stand there: see [`Refusal`].
    pub(crate) fn set(
        &mut self,
        name: &Name,
        sets: Vec<RecordSet>,
        lease: Option<LeaseId>,
    ) -> Result<(), Refusal> {
        let sets = sorted(sets);
        if sets.is_empty() {
            return self.clear(name, Cause::Deregistered);
        }
        self.check(name, &sets, lease)?;
        let before = self.node(name);
        let node = Node {
            modified: self.revision,
            lease,
            sets,
        };
        if before.as_ref().is_some_and(|before| before.is_as(&node)) {
            return Ok(());
        }
        if before.is_none() {
            grow(&mut self.sizes.names, 1, Registry::NAMES_MAX, "names")?;
        }
        let bytes = (name.wire().len() + RecordSet::bytes(&node.sets)) as u64;
        let limit = Registry::BYTES_MAX;
        grow(&mut self.sizes.bytes, bytes, limit, "bytes of names")?;
        if let Some(lease) = lease {
            if before.is_none_or(|before| before.lease != Some(lease)) {
                self.check_room(lease)?;
            }
            self.kept.entry(lease).or_default().push(name.clone());
        }
        self.stage(name, Some(node), Cause::Updated);
        Ok(())
    }

    /// Whether a name stands exactly so.
    pub(super) fn stands(&self, name: &Name, sets: &[RecordSet], lease: Option<LeaseId>) -> bool {
        let found = self.node(name);
        found.is_some_and(|found| found.lease == lease && found.sets == sorted(sets.to_vec()))
    }

    /// Takes a name away, for a reason. It need not be there.
    ///
    /// # Errors
    /// When it is the apex.
    pub(super) fn clear(&mut self, name: &Name, cause: Cause) -> Result<(), Refusal> {
        if name.is_apex() {
            return Err(Refusal::Apex);
        }
        if self.has(name) {
            self.sizes.names -= 1;
            self.stage(name, None, cause);
        }
        Ok(())
    }

    /// A lease; none where it has run out, too.
    pub(crate) fn lease(&self, lease: LeaseId) -> Option<Lease> {
        let state = match self.leases.get(&lease) {
            Some(state) => *state,
            None => self.draft.lease(lease),
        };
        state.filter(|state| state.deadline > self.draft.now)
    }

    /// Gives a new lease, of so many milliseconds from each sign of life.
    ///
    /// # Errors
    /// When it is too short or too long, or there are too many.
    pub(crate) fn grant(&mut self, ttl_ms: u64) -> Result<LeaseId, Refusal> {
        if !(Lease::LEAST_MS..=Lease::MOST_MS).contains(&ttl_ms) {
            return Err(Refusal::LeaseTime {
                least_s: Lease::LEAST_MS / 1000,
                most_s: Lease::MOST_MS / 1000,
            });
        }
        grow(&mut self.sizes.leases, 1, Registry::LEASES_MAX, "leases")?;
        let lease = LeaseId(self.next_lease);
        self.next_lease += 1;
        let deadline = self.after(ttl_ms);
        self.stage_lease(lease, Some(Lease { ttl_ms, deadline }));
        Ok(lease)
    }

    /// A sign of life: the lease lasts its time from now.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn renew(&mut self, lease: LeaseId) -> Result<(), Refusal> {
        let state = self.lease(lease).ok_or(Refusal::NoLease(lease))?;
        let deadline = self.after(state.ttl_ms);
        self.stage_lease(lease, Some(Lease { deadline, ..state }));
        Ok(())
    }

    /// Ends a lease, of which it is known that it is there. Its names are not looked at.
    pub(super) fn end(&mut self, lease: LeaseId) {
        self.sizes.leases -= 1;
        self.stage_lease(lease, None);
    }

    /// Names that a lease keeps, sorted: all, or at most so many.
    pub(super) fn names_of(&self, lease: LeaseId, most: usize) -> Vec<Name> {
        let published = self.draft.registry.names_of(lease);
        let published = published.map(|wire| Name::from_wire(wire).expect("checked when it came"));
        let drafted = self.draft.kept.get(&lease).into_iter().flatten().cloned();
        let tried = self.kept.get(&lease).into_iter().flatten().cloned();
        let names = published.chain(drafted).chain(tried);
        let names = names.filter(|name| self.lease_of(name) == Some(lease));
        let mut names: Vec<Name> = names.take(most).collect();
        names.sort_unstable_by(|one, other| one.wire().cmp(other.wire()));
        names.dedup();
        names
    }

    /// At most so many leases that have run out and are still there, the earliest first.
    pub(super) fn due(&self, most: usize) -> Vec<LeaseId> {
        // What was granted or renewed since ends later, and what ended since is gone.
        let is_left = |lease: &LeaseId| {
            !self.leases.contains_key(lease) && !self.draft.leases.contains_key(lease)
        };
        let due = self.draft.registry.due(self.draft.now).filter(is_left);
        due.take(most).collect()
    }

    /// What it changed.
    pub(super) fn finish(mut self) -> Staged {
        let names = self.name_order.into_iter().map(|name| {
            let (node, cause) = self.names.remove(&name).expect("it is there once");
            (name, node, cause)
        });
        let leases = self.lease_order.into_iter().map(|lease| {
            let state = self.leases.remove(&lease).expect("it is there once");
            (lease, state)
        });
        Staged {
            revision: self.revision,
            next_lease: self.next_lease,
            names: names.collect(),
            leases: leases.collect(),
            sizes: self.sizes,
        }
    }

    /// Whether that may stand under a name.
    fn check(
        &self,
        name: &Name,
        sets: &[RecordSet],
        lease: Option<LeaseId>,
    ) -> Result<(), Refusal> {
        self.zone().hold(name)?;
        if let Some(lease) = lease {
            self.lease(lease).ok_or(Refusal::NoLease(lease))?;
            if name.is_apex() {
                return Err(Refusal::Apex);
            }
        }
        let mut alias = sets
            .iter()
            .filter(|set| set.record_type == RecordType::CNAME);
        let stands_alone = sets.len() == 1 && sets[0].data.len() == 1 && !name.is_apex();
        if alias.next().is_some() && !stands_alone {
            return Err(ValueError::AliasBeside.into());
        }
        if sets.iter().any(|set| set.ttl_s > i32::MAX as u32) {
            return Err(ValueError::Ttl.into());
        }
        let is_ours =
            |set: &&RecordSet| !set.record_type.is_data() || set.record_type == RecordType::SOA;
        if let Some(set) = sets.iter().find(is_ours) {
            return Err(ValueError::Record {
                text: set.record_type.to_string(),
                problem: "records of that type cannot be registered".to_owned(),
            }
            .into());
        }
        match RecordSet::bytes(sets) {
            bytes if bytes > Node::BYTES_MAX => Err(ValueError::Large {
                bytes,
                limit: Node::BYTES_MAX,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Whether a lease may keep one name more: they go with one request when it is given back, and all others wait for that.
    fn check_room(&self, lease: LeaseId) -> Result<(), Refusal> {
        let limit = Lease::NAMES_MAX;
        let of = |kept: &Map<LeaseId, Vec<Name>>| kept.get(&lease).map_or(0, Vec::len);
        let published = self.draft.registry.name_count_of(lease);
        // At least as many as there are, at once; how many exactly only where that is too many.
        let most = published + of(&self.draft.kept) + of(&self.kept);
        match most < limit || self.names_of(lease, usize::MAX).len() < limit {
            true => Ok(()),
            false => Err(Refusal::Full {
                what: "names of a lease",
                limit: limit as u64,
            }),
        }
    }

    fn has(&self, name: &Name) -> bool {
        match self.names.get(name) {
            Some((node, _)) => node.is_some(),
            None => self.draft.has(name),
        }
    }

    fn lease_of(&self, name: &Name) -> Option<LeaseId> {
        match self.names.get(name) {
            Some((node, _)) => node.as_ref()?.lease,
            None => self.draft.lease_of(name),
        }
    }

    fn stage(&mut self, name: &Name, node: Option<Node>, gone: Cause) {
        if self.names.insert(name.clone(), (node, gone)).is_none() {
            self.name_order.push(name.clone());
        }
    }

    fn stage_lease(&mut self, lease: LeaseId, state: Option<Lease>) {
        if self.leases.insert(lease, state).is_none() {
            self.lease_order.push(lease);
        }
    }

    fn after(&self, ttl_ms: u64) -> LeaseTime {
        LeaseTime(self.draft.now.0.saturating_add(ttl_ms))
    }
}

/// By type, one set of each, none empty.
fn sorted(sets: Vec<RecordSet>) -> Vec<RecordSet> {
    let sets = sets.into_iter().filter(|set| !set.data.is_empty());
    let sets = sets.map(|set| RecordSet::new(set.record_type, set.ttl_s, set.data));
    let mut sets: Vec<RecordSet> = sets.collect();
    sets.sort_by_key(|set| set.record_type);
    sets.dedup_by(|set, before| {
        let is_one = set.record_type == before.record_type;
        if is_one {
            let mut data = std::mem::take(&mut before.data);
            data.append(&mut set.data);
            *before = RecordSet::new(set.record_type, set.ttl_s.min(before.ttl_s), data);
        }
        is_one
    });
    sets
}

fn grow(size: &mut u64, by: u64, limit: u64, what: &'static str) -> Result<(), Refusal> {
    match *size + by {
        grown if grown > limit => Err(Refusal::Full { what, limit }),
        grown => {
            *size = grown;
            Ok(())
        }
    }
}
