//! What a draft decided, to be kept and then published.

use serde::{Deserialize, Serialize};

use crate::{Lease, LeaseId, LeaseTime, Name, Node, Revision};

/// What a draft decided: **kept first, then published**, and only then told to anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The registry's revision after it.
    pub revision: Revision,
    /// When it was decided.
    pub now: LeaseTime,
    /// The number that the next lease gets.
    pub next_lease: u64,
    /// Changes of names, in the order of their revisions. Several may concern one name: the last counts.
    pub changes: Vec<Change>,
    /// Changes of leases; the last of a lease counts.
    pub leases: Vec<LeaseChange>,
}

impl Batch {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.leases.is_empty()
    }
}

/// A change of a name, which watchers are told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// At which revision; those of one request have the same.
    pub revision: Revision,
    /// Of which name.
    pub name: Name,
    /// What stands under it now; none: it is gone.
    pub node: Option<Node>,
    /// Why.
    pub cause: Cause,
}

/// Why a name changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It was not there, and was registered.
    Registered,
    /// It was there, and changed.
    Updated,
    /// Somebody took it away.
    Deregistered,
    /// Its lease ran out.
    Expired,
    /// Its lease was given back.
    Revoked,
}

/// A change of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseChange {
    /// Which.
    pub lease: LeaseId,
    /// How it stands now; none: it is gone.
    pub state: Option<Lease>,
}
