//! One thing that happened to a server: a line of `events.jsonl`.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// What happened, to which connection, when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Nanoseconds since the run began.
    pub at_ns: u64,
    /// Which connection, from 0 in the order of acceptance.
    pub connection: u64,
    /// The client's address.
    pub peer: SocketAddr,
    /// The process that saw it.
    pub pid: u32,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kinds of events of a connection, in the order of its life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// `accept` returned it.
    Accepted {
        /// When its handshake was done, by the kernel's word, in nanoseconds since the run began
        /// with the kernel's resolution (milliseconds).
        connected_ns: Option<u64>,
        /// Whether the client had sent data by then, in which case `connected_ns` may be that data's
        /// arrival: an upper bound.
        connected_is_bound: bool,
    },
    /// A worker took it up.
    Opened {
        /// The kernel's thread number.
        thread: u32,
        /// The worker's parent process.
        parent_pid: u32,
    },
    /// Its first byte was read.
    FirstByte,
    /// A whole request was received.
    Received {
        /// Its size without its terminator.
        bytes: u64,
        /// Its text, lossily decoded; only when somebody watches or records.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// The service had something to say to whoever watches.
    Note {
        /// What.
        text: String,
    },
    /// It is over.
    Closed {
        /// Why: `done`, `peer`, `reset`, `idle`, `request-timeout`, `write-timeout`, `too-long`,
        /// `drained`, `grace-over`, `panicked`, `killed`, `no-worker`.
        reason: String,
        /// Bytes read.
        received_bytes: u64,
        /// Bytes written.
        sent_bytes: u64,
    },
    /// It was accepted only to be closed: a limit was reached.
    TurnedAway {
        /// Which limit: `descriptors`, `connections`, `workers`.
        limit: String,
    },
}
