//! Leases: what keeps a name only as long as somebody says that it is still there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A lease's number; never 0, never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeaseId(pub u64);

impl fmt::Display for LeaseId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// An instant on the registry's own clock: milliseconds, in which leases are counted.
///
/// **It never goes back, not even over a restart**, and it goes on while the server is down: whoever opens the store
/// continues it by the kernel's clock since boot. Setting the machine's date does not touch it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeaseTime(pub u64);

/// A lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How long it lasts from each sign of life, in milliseconds.
    pub ttl_ms: u64,
    /// When it ends unless there is another sign of life.
    pub deadline: LeaseTime,
}

impl Lease {
    /// The shortest that is given, in milliseconds.
    pub const LEAST_MS: u64 = 1_000;
    /// The longest, in milliseconds: a day.
    pub const MOST_MS: u64 = 86_400_000;
    /// The most names that one keeps: when it is given back they go at once, and all other requests wait for that.
    pub const NAMES_MAX: usize = 10_000;
}
