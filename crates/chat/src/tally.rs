//! What a member counts.

use crate::Reason;

/// Counts since the member began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages said.
    pub sent: u64,
    /// Messages of others shown.
    pub shown: u64,
    /// Of those, the ones that came after a later one of the same sender.
    pub late: u64,
    /// Messages that did not come.
    pub lost: u64,
    /// Messages that came again, and were dropped.
    pub duplicates: u64,
    /// Messages so much older than the newest of their senders that nobody knows whether they had come; dropped.
    pub old: u64,
    /// Own frames that came back, and were dropped.
    pub own: u64,
    refused: [u64; Reason::ALL.len()],
}

impl Tally {
    /// Datagrams that were refused, by reason; reasons that did not occur are left out.
    pub fn refused(&self) -> impl Iterator<Item = (Reason, u64)> {
        let all = Reason::ALL.into_iter().zip(self.refused);
        all.filter(|(_, count)| *count > 0)
    }

    /// Counts a refusal; whether it was the first for that reason.
    pub(crate) fn refuse(&mut self, reason: Reason) -> bool {
        let count = &mut self.refused[reason as usize];
        *count += 1;
        *count == 1
    }
}
