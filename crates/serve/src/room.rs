//! Whether there is room for one more connection, and for how many there can be.

use std::fs;

use run::{Limits, Run, TurnedAway, WhenFull, make_room_for_descriptors};

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
        Self::when(has_slot, limits.when_full, limit)
    }

    /// For a model whose connections share workers.
    pub(crate) fn for_connection(run: &Run<'_>) -> Self {
        let has_room = !is_full(run);
        Self::when(has_room, run.limits.when_full, TurnedAway::Connections)
    }

    /// What becomes of the next connection, and of which limit it is turned away.
    pub(crate) fn when(has_room: bool, when_full: WhenFull, limit: TurnedAway) -> Self {
        match (has_room, when_full) {
            (true, _) => Self::Yes,
            (false, WhenFull::Wait) => Self::Wait,
            (false, WhenFull::Refuse) => Self::Refuse(limit),
        }
    }
}

/// Whether as many connections are open, with all workers, as may be.
pub(crate) fn is_full(run: &Run<'_>) -> bool {
    run.shards.open() >= run.limits.connections as u64
}

/// How many workers a model with a fixed number of them has: never more than may serve at once.
pub(crate) fn bounded_size(asked: usize, limits: &Limits) -> usize {
    asked.min(limits.workers).min(limits.connections)
}

/// Slots for a model in which every connection has a worker: the acceptor's, and one for each worker there may be.
pub(crate) fn one_slot_a_worker(limits: &Limits) -> u32 {
    let workers = limits.workers.min(limits.connections);
    u32::try_from(workers)
        .unwrap_or(u32::MAX - 1)
        .saturating_add(1)
}

/// Slots where every connection has a thread: no more than the kernel has mappings for.
///
/// A thread takes four: its stack, the guard below it, and the same for its signal handlers. When the
/// kernel has no more (`vm.max_map_count`), a thread that has begun cannot go on, and takes the process
/// along; so that is not tried.
pub(crate) fn one_slot_a_thread(limits: &Limits) -> u32 {
    let text = fs::read_to_string("/proc/sys/vm/max_map_count").unwrap_or_default();
    let mappings = text.trim().parse().unwrap_or(MAPPINGS);
    let threads = mappings.saturating_sub(MAPPINGS_BESIDE) / 4;
    one_slot_a_worker(limits).min(threads)
}

/// Makes room in the table of descriptors for the connections, so that none of them waits for it to grow.
pub(crate) fn make_room(limits: &Limits) {
    make_room_for_descriptors(limits.connections as u64 + BESIDE_CONNECTIONS);
}

/// What a server has open beside its connections, with room to spare.
const BESIDE_CONNECTIONS: u64 = 128;
/// What Linux gives unless told otherwise (`DEFAULT_MAX_MAP_COUNT`).
const MAPPINGS: u32 = 65_530;
/// For everything else, the memory of the allocator above all.
const MAPPINGS_BESIDE: u32 = 4_000;
