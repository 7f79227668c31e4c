//! The results of a member of a group that chats.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a member said, saw and missed. Its log is `trace.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatSummary {
    /// The group's name.
    pub group: String,
    /// What the member is called.
    pub name: String,
    /// Its name in logs.
    pub host: String,
    /// Where its datagrams went.
    pub sending: String,
    /// Where it received.
    pub receiving: String,
    /// Events in its log.
    pub events: u64,
    /// Messages that it said.
    pub sent: u64,
    /// Datagrams of its own that the system did not send.
    pub not_sent: u64,
    /// Messages of others that it showed.
    pub shown: u64,
    /// Of those, the ones that came after a later one of the same sender.
    pub late: u64,
    /// Messages of others that did not come.
    pub lost: u64,
    /// Messages that came again, or too late to tell, and were dropped.
    pub dropped: u64,
    /// Datagrams that were refused, by reason: see the crate `group`.
    pub refused: BTreeMap<String, u64>,
    /// Datagrams that the kernel dropped because the receive buffer was full.
    pub kernel_drops: u64,
    /// The other members that it heard.
    pub peers: Vec<ChatPeer>,
}

/// Another member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatPeer {
    /// What it is called.
    pub name: String,
    /// Its name in logs.
    pub host: String,
    /// How many of its messages were shown.
    pub shown: u64,
    /// How many of its messages did not come.
    pub lost: u64,
    /// Whether it said good-bye.
    pub has_left: bool,
}
