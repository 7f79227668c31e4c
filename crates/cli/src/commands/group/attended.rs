//! What came of being a member.

use std::collections::BTreeMap;

use anyhow::Error;
use group::{MemberId, Name};

/// What came of it.
pub struct Attended {
    /// Its last incarnation's name in logs.
    pub host: String,
    /// How many events that incarnation's log has.
    pub events: u64,
    /// What became of what was said.
    pub count: Count,
    /// Datagrams that were refused, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Packets that came again.
    pub duplicates: u64,
    /// Datagrams that the system did not send.
    pub not_sent: u64,
    /// Datagrams that the kernel dropped.
    pub kernel_drops: u64,
    /// Whether it left in order.
    pub is_gone: bool,
    /// Whether some of the log could not be written.
    pub is_log_broken: bool,
    /// Why it ended early, or could not show what it was told.
    pub error: Option<Error>,
    /// The other members.
    pub others: BTreeMap<MemberId, Other>,
}

/// Another member.
pub struct Other {
    /// What it is called.
    pub name: Name,
    /// How many of its messages were delivered here.
    pub delivered: u64,
    /// Whether it is in the last view.
    pub is_there: bool,
}

impl Attended {
    /// Whether it left in order, and all that it said is with the group and in the log.
    pub fn is_whole(&self) -> bool {
        let lost = self.count.unknown + self.count.dropped + self.count.unsaid;
        self.is_gone && lost == 0 && !self.is_log_broken
    }
}

/// What became of what was said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Sent, those of them that were sent again too.
    pub sent: u64,
    /// Sent again under another incarnation.
    pub again: u64,
    /// Too long for the group, or dropped because the queue was full.
    pub dropped: u64,
    /// Their fate is not known.
    pub unknown: u64,
    /// Lines that were read, and never given to the group.
    pub unsaid: u64,
    /// Delivered by this member.
    pub delivered: u64,
}
