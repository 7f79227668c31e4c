//! Trials of groups: how many messages a second, how long each takes, how long until a dead member is gone.
//!
//! ```text
//!   Group (settings, members, cast) ─┬▶ load  ─┬▶ a thread, a Station and a Talker for each member ◀─ Task: what to say and when
//!   Pace (flat out, or so many a s) ─┘  crash ─┘        └▶ Record: whose numbers came, how often, in which order
//! ```
//!
//! **Every message says its number and when it was meant to be said, and every delivery is checked**: a number that comes twice, not
//! at all, or before its turn is a flaw, and so are two members of a total order whose sequences are not the same.
//!
//! On schedule the loop is open: when a message is meant to be said does not depend on those before it. The latency to the last
//! delivery is told by one clock, which all members share: so all are threads of one process, and share its processors, too. A
//! [`Talker`] by itself, in a process of its own, tells that of its own deliveries.

mod crash;
mod crowd;
mod load;
mod message;
mod place;
mod record;
mod sum;
mod talker;
mod task;

pub use crash::crash;
pub use load::{Measured, load};
pub use message::STAMP_BYTES;
pub use talker::{Event, Talker};
pub use task::{Phase, Task};

use std::net::Ipv4Addr;

use group::Settings;
use run::Stop;
use timing::SystemClock;

use crate::{Cast, Interface};

/// What is measured.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    /// What the group promises.
    pub settings: &'a Settings,
    /// How many members it has.
    pub members: usize,
    /// How many of them talk: the first ones.
    pub senders: usize,
    /// Bytes of a message, at least [`STAMP_BYTES`].
    pub payload_bytes: usize,
    /// Unicast or multicast.
    pub cast: &'static Cast,
    /// The group's address, for multicast.
    pub address: Ipv4Addr,
    /// Where: an interface with an IPv4 address.
    pub interface: &'a Interface,
    /// The clock of all.
    pub clock: &'a SystemClock,
    /// When to end early.
    pub stop: &'a Stop,
}
