//! Deciding about requests, one after another, before anything is kept or published.
//!
//! ```text
//!   Trial: one request, taken in only when all of it succeeded
//!     └─▶ Draft: the requests before it
//!           └─▶ Registry: what is published
//! ```

mod request;
mod trial;

use foldhash::quality::RandomState;
use hashbrown::HashMap;

pub(crate) use trial::Trial;

use self::trial::Staged;
use crate::{
    Batch, Cause, Change, Done, Lease, LeaseChange, LeaseId, LeaseTime, Name, Node, Refusal,
    Registry, Request, Revision,
};

/// Decides about requests: each sees what those before it decided, none is visible to others yet.
///
/// A lease that has run out by the draft's instant is gone at once. Its names stay until [`Request::Expire`] takes them
/// away, which removes [`Draft::EXPIRED_MAX`] names at a time: who decides does that first.
#[derive(Debug)]
pub struct Draft<'a> {
    registry: &'a Registry,
    now: LeaseTime,
    revision: Revision,
    next_lease: u64,
    names: Map<Name, Option<Node>>,
    leases: Map<LeaseId, Option<Lease>>,
    /// Names that were put under a lease here; they may have left it since.
    kept: Map<LeaseId, Vec<Name>>,
    sizes: Sizes,
    changes: Vec<Change>,
    lease_changes: Vec<LeaseChange>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(registry: &'a Registry, now: LeaseTime) -> Self {
        Self {
            registry,
            now,
            revision: registry.revision(),
            next_lease: registry.next_lease(),
            names: Map::default(),
            leases: Map::default(),
            kept: Map::default(),
            sizes: Sizes {
                names: registry.len(),
                leases: registry.lease_count(),
                bytes: registry.arena_bytes(),
            },
            changes: Vec::new(),
            lease_changes: Vec::new(),
        }
    }

    /// What stands under a name after what has been decided so far.
    pub fn node(&self, name: &Name) -> Option<Node> {
        match self.names.get(name) {
            Some(node) => node.clone(),
            None => Some(self.registry.find(name.wire())?.to_node()),
        }
    }

    /// Decides about a request.
    ///
    /// # Errors
    /// When it is refused; then nothing of it is in the draft.
    pub fn decide(&mut self, request: &Request) -> Result<Done, Refusal> {
        let mut trial = Trial::new(self);
        let mut done = trial.request(request)?;
        let staged = trial.finish();
        done.changed = self.take(staged);
        done.revision = self.revision;
        Ok(done)
    }

    /// What was decided.
    pub fn finish(self) -> Batch {
        Batch {
            revision: self.revision,
            now: self.now,
            next_lease: self.next_lease,
            changes: self.changes,
            leases: self.lease_changes,
        }
    }

    /// The most names that one [`Request::Expire`] takes away, and the most leases.
    pub const EXPIRED_MAX: usize = 10_000;

    /// How a lease stands, also where it has run out.
    fn lease(&self, lease: LeaseId) -> Option<Lease> {
        match self.leases.get(&lease) {
            Some(state) => *state,
            None => self.registry.lease(lease),
        }
    }

    fn has(&self, name: &Name) -> bool {
        match self.names.get(name) {
            Some(node) => node.is_some(),
            None => self.registry.find(name.wire()).is_some(),
        }
    }

    /// What keeps a name.
    fn lease_of(&self, name: &Name) -> Option<LeaseId> {
        match self.names.get(name) {
            Some(node) => node.as_ref()?.lease,
            None => self.registry.find(name.wire())?.lease,
        }
    }

    /// Takes in what a trial changed, and says how many names that are.
    fn take(&mut self, staged: Staged) -> u64 {
        self.next_lease = staged.next_lease;
        self.sizes = staged.sizes;
        for (lease, state) in staged.leases {
            if self.lease(lease) != state {
                self.leases.insert(lease, state);
                self.lease_changes.push(LeaseChange { lease, state });
            }
        }
        let before = self.changes.len();
        for (name, node, gone) in staged.names {
            self.take_name(name, node, gone);
        }
        let changed = (self.changes.len() - before) as u64;
        if changed > 0 {
            self.revision = staged.revision;
        }
        changed
    }

    fn take_name(&mut self, name: Name, node: Option<Node>, gone: Cause) {
        let cause = match (self.node(&name), &node) {
            (None, None) => return,
            (Some(before), Some(node)) if before.is_as(node) => return,
            (None, Some(_)) => Cause::Registered,
            (Some(_), Some(_)) => Cause::Updated,
            (Some(_), None) => gone,
        };
        if let Some(lease) = node.as_ref().and_then(|node| node.lease) {
            self.kept.entry(lease).or_default().push(name.clone());
        }
        self.names.insert(name.clone(), node.clone());
        self.changes.push(Change {
            revision: Revision(self.revision.0 + 1),
            name,
            node,
            cause,
        });
    }
}

/// What is bounded.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    names: u64,
    leases: u64,
    /// Of names and nodes: what the registry has, and all that was put since. What was taken away is not subtracted.
    bytes: u64,
}

type Map<K, V> = HashMap<K, V, RandomState>;
