//! Whether there is room for one more connection, and for how many there can be.

use run::{Limits, TurnedAway, WhenFull};

/// What becomes of the next connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Accept it.
    Yes,
    /// Leave it in the kernel's queue.
    Wait,
    /// Accept it and close it at once.
    Refuse(TurnedAway),
}

impl Room {
    /// For a model in which every connection has a worker; `has_slot` says whether one is free.
    pub(crate) fn for_worker(limits: &Limits, has_slot: bool) -> Self {
        let limit = match limits.workers < limits.connections {
            true => TurnedAway::Workers,
            false => TurnedAway::Connections,
        };
        match (has_slot, limits.when_full) {
            (true, _) => Self::Yes,
            (false, WhenFull::Wait) => Self::Wait,
            (false, WhenFull::Refuse) => Self::Refuse(limit),
        }
    }
}

/// Slots for such a model: the acceptor's, and one for each worker there may be.
pub(crate) fn one_slot_a_worker(limits: &Limits) -> u32 {
    let workers = limits.workers.min(limits.connections);
    u32::try_from(workers)
        .unwrap_or(u32::MAX - 1)
        .saturating_add(1)
}
