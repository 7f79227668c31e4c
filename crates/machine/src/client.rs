//! The client's half of a protocol: it writes requests and checks every answer.
//!
//! A client is a [`Machine`] that is asked ([`crate::Input::Ask`]) when the driver's schedule says
//! so, whether or not earlier requests have been answered. Answers come in the order of the
//! requests: one [`crate::Output::Answered`] for each, by right or by wrong. What never comes at all
//! (a time-out, a reset) is for the driver to say.

use crate::{Exchange, Machine};

/// Makes the client's half of connections.
pub trait ClientFactory: Send + Sync {
    /// The service's name.
    fn name(&self) -> &'static str;

    /// How many requests one connection carries.
    fn exchange(&self) -> Exchange;

    /// The client of connection `connection` (from 0) of worker `worker` (from 0).
    fn client(&self, worker: u32, connection: u64) -> Box<dyn Machine>;
}

/// What came back for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What the protocol says it must be.
    Right {
        /// Its size on the wire.
        reply_bytes: u64,
        /// What it said, when it cannot be foretold and is worth a line (the mean); else empty.
        text: String,
    },
    /// Something else, with enough of both to see where they part.
    Wrong {
        /// What it should have been, or its description; at most a few hundred bytes.
        expected: Vec<u8>,
        /// What came; at most a few hundred bytes.
        found: Vec<u8>,
    },
}
