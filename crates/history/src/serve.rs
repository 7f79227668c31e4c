//! The results of a server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Series;

/// What a server saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServeSummary {
    /// The service's name.
    pub service: String,
    /// The concurrency model's name.
    pub model: String,
    /// Where it listened.
    pub address: String,
    /// How many connections and how they ended.
    pub connections: Connections,
    /// Requests received.
    pub requests: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Bytes sent.
    pub sent_bytes: u64,
    /// How requests ended on the wire: `bare`, `lf` or `crlf`, and how many of each.
    pub endings: BTreeMap<String, u64>,
    /// Gaps between consecutive connections, by three clocks.
    pub connection_gaps: ArrivalClocks,
    /// Gaps between consecutive requests on one connection, pooled over connections.
    pub data_gaps: Series,
    /// The clock's origin: what `CLOCK_MONOTONIC` showed when the run began.
    pub origin_monotonic_ns: u64,
}

/// The gaps between connections as three clocks see them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArrivalClocks {
    /// By the instant at which the kernel had finished the handshake.
    pub connect: Series,
    /// How the first clock was read, its resolution, and how many of its instants are only bounds.
    pub connect_note: String,
    /// By the instant at which `accept` returned.
    pub accept: Series,
    /// By the instant at which the first byte was read.
    pub first_byte: Series,
}

/// Connections, counted by how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// Accepted and given to a worker.
    pub accepted: u64,
    /// Ended, by reason: see [`crate::EventKind::Closed`].
    pub ended: BTreeMap<String, u64>,
    /// Accepted only to be closed, by limit.
    pub turned_away: BTreeMap<String, u64>,
    /// Most open at once.
    pub open_max: u64,
}
