//! What a node counts.

use crate::Reason;

/// What a node counts, from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that were taken.
    pub sent: u64,
    /// Messages that were dropped because the queue was full.
    pub shed: u64,
    /// Messages that were delivered.
    pub delivered: u64,
    /// Packets that were sent.
    pub packets_sent: u64,
    /// Packets that came, each counted once.
    pub packets_received: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Datagrams that asked for packets.
    pub naks_sent: u64,
    /// Packets that were sent again.
    pub repairs_sent: u64,
    /// Signs of life that were sent.
    pub statuses_sent: u64,
    /// Views that were installed.
    pub views: u64,
    /// How often it came back under a new incarnation.
    pub expulsions: u64,
    /// Packets that were discarded at a cut.
    pub discarded: u64,
    /// Packets that stay lost.
    pub lost: u64,
    refused: [u64; Reason::ALL.len()],
}

impl Tally {
    /// Counts a refusal. Whether it is the first of its reason.
    pub(crate) fn refuse(&mut self, reason: Reason) -> bool {
        let count = &mut self.refused[reason as usize];
        *count += 1;
        *count == 1
    }

    /// How many datagrams were refused for that reason.
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused[reason as usize]
    }
}
