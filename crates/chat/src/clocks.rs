//! The three clocks of a member, which tick together or not at all.

use causality::{ClockError, Hybrid, Lamport, VectorMap};

use crate::{MEMBERS_MAX, Reason, Say};

/// The clocks. Each event that is written into the log is one tick, so that the own entry of the vector is the
/// event's place in the log.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    pub(crate) lamport: Lamport,
    pub(crate) hybrid: Hybrid,
    pub(crate) vector: VectorMap,
}

impl Clocks {
    pub(crate) fn new(incarnation: u64) -> Self {
        Self {
            lamport: Lamport::new(),
            hybrid: Hybrid::new(),
            vector: VectorMap::new(incarnation, MEMBERS_MAX),
        }
    }

    /// Which event of this member's the last one was, from 1.
    pub(crate) fn index(&self) -> u64 {
        self.vector.entry(self.vector.own())
    }

    /// Something happens here, or a message is sent.
    pub(crate) fn tick(&mut self, wall_ms: u64) -> Result<(), ClockError> {
        let (mut lamport, mut hybrid) = (self.lamport, self.hybrid);
        lamport.local()?;
        hybrid.local(wall_ms)?;
        self.vector.local()?;
        (self.lamport, self.hybrid) = (lamport, hybrid);
        Ok(())
    }

    /// A message comes in.
    pub(crate) fn receive(&mut self, wall_ms: u64, say: &Say) -> Result<(), Reason> {
        let (mut lamport, mut hybrid) = (self.lamport, self.hybrid);
        lamport.receive(say.lamport).map_err(|_| Reason::Lamport)?;
        let received = hybrid.receive(wall_ms, say.hybrid, Hybrid::MAX_AHEAD_MS);
        received.map_err(|_| Reason::Hybrid)?;
        let merged = self.vector.receive(&say.vector);
        merged.map_err(|error| match error {
            ClockError::OwnEntryAhead { .. } => Reason::Claims,
            ClockError::TooManyEntries { .. } => Reason::Members,
            _ => Reason::Sequence,
        })?;
        (self.lamport, self.hybrid) = (lamport, hybrid);
        Ok(())
    }
}
