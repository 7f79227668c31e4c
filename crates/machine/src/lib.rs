//! The contract between what is studied and what runs it.
//!
//! A [`Machine`] is one party of a protocol as a value: it is handed the time and the bytes, and it
//! answers with outputs. It opens no socket, starts no thread and reads no clock. A driver does
//! those things and keeps the rules below; so one definition of a service runs under every
//! concurrency model, and in a test without a socket or a clock.
//!
//! ```text
//!          Start · Received · Ended · Timer · Worked · Ask
//!   driver ───────────────────────────────────────────────▶ Machine
//!          ◀───────────────────────────────────────────────
//!        Send · Deliver · WakeAt · Work · Ready · Answered · Close
//! ```

mod client;
mod outbox;
mod service;
mod shared;
mod timers;
mod work;

pub use client::{Answer, ClientFactory};
pub use outbox::{Farewell, Outbox, Output};
pub use service::{Exchange, Service};
pub use shared::{PrivateWords, Shared};
pub use timers::{TimerId, Timers};
pub use work::Work;

use timing::Tick;

/// One party of a protocol, for one connection.
///
/// **A machine's outputs depend on its inputs and on the instants it is handed, on nothing else**
/// (what connections share goes through [`Shared`]).
pub trait Machine: Send {
    /// Takes one input and appends what it causes to `out`.
    ///
    /// The driver calls with `now` never going back, with [`Input::Start`] once and first, and not
    /// at all once the connection is gone or [`Output::Close`] has been asked for.
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox);

    /// Where it stands between its inputs; drivers keep their limits by it.
    fn standing(&self) -> Standing;
}

/// Where a machine stands between its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Between requests: nothing is owed. A drain closes such a connection at once.
    Idle,
    /// A part of a request has come; the limit on the time of a request runs.
    Receiving,
    /// A request has come and is not answered, or its answer waits for more from the client.
    Owing,
}

impl Standing {
    /// For a machine that keeps what it has received of a request and answers whole ones at once.
    pub const fn with_pending(is_empty: bool) -> Self {
        match is_empty {
            true => Self::Idle,
            false => Self::Receiving,
        }
    }

    /// For a machine that has nothing of a request to wait for, only answers.
    pub const fn with_owed(is_empty: bool) -> Self {
        match is_empty {
            true => Self::Idle,
            false => Self::Owing,
        }
    }
}

/// What a driver tells a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The connection is there.
    Start,
    /// Bytes have come, in order; a read is not a message. Never empty.
    Received(&'a [u8]),
    /// The peer will send no more; it may still read. At most once.
    Ended,
    /// The instant asked for by [`Outbox::wake_at`] has come.
    Timer(TimerId),
    /// The work that was handed out by [`Output::Work`] is done, and this came of it.
    Worked(&'a [u8]),
    /// To a client only: send request `number` (from 0) now. `unix_millis` is the civil time,
    /// for protocols that carry it.
    Ask {
        /// Which request of this connection, from 0.
        number: u64,
        /// Milliseconds since 1970-01-01 UTC.
        unix_millis: u64,
    },
}
