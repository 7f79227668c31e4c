//! What can be asked for that changes something.

use crate::{LeaseId, Name, Node, RecordSet, Revision, Update};

/// What has to be true of a name for a request to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Anything,
    /// Nobody has it.
    Absent,
    /// Nobody has it, or it stands exactly so already, also what keeps it: then that is no change.
    AbsentOrSame,
    /// Somebody has it.
    Present,
    /// It was last changed at that revision.
    Revision(Revision),
}

/// What is asked for. **It is done whole or not at all.**
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Says what stands under a name, all of it.
    Put {
        /// Which.
        name: Name,
        /// All sets; at least one.
        sets: Vec<RecordSet>,
        /// What keeps it; none: it stays.
        lease: Option<LeaseId>,
        /// What has to be true.
        expect: Expect,
    },
    /// Takes a name away.
    Remove {
        /// Which.
        name: Name,
        /// What has to be true; a name that nobody has is [`Refusal::Missing`](crate::Refusal::Missing) in any case.
        expect: Expect,
    },
    /// Changes records, as DNS does (RFC 2136).
    Update(Update),
    /// A new lease, and what it is to keep from the beginning.
    Grant {
        /// How long it lasts from each sign of life, in milliseconds.
        ttl_ms: u64,
        /// Names that it keeps, with what stands under them and what has to be true of each.
        names: Vec<(Name, Vec<RecordSet>, Expect)>,
    },
    /// A sign of life: the lease lasts its time from now. Kept like all else, but no new revision.
    Renew(LeaseId),
    /// Gives a lease back: its names go at once.
    Revoke(LeaseId),
    /// Ends all leases that have run out by now.
    Expire,
    /// Several, all or none, in this order, at one revision.
    All(Vec<Request>),
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The registry's revision after it; where nothing changed, the one before.
    pub revision: Revision,
    /// The lease that was given (the last, of several).
    pub lease: Option<LeaseId>,
    /// How many names changed.
    pub changed: u64,
    /// What stood under the name that was put or removed before (the last, of several).
    pub before: Option<Node>,
}
