//! Trials of datagrams: how many a second, how many of them lost, and how long each takes.
//!
//! ```text
//!   Setting (cast, payload, receivers, way) ─┐
//!   Pace (flat out, or so many a second) ────┼─▶ measure ─┬▶ a sender's thread ── datagrams with a Stamp ──┐
//!   Terms (interface, buffer, clock, stop) ──┘            └▶ a thread and a socket for each receiver ◀─────┘
//!                                                              └─▶ Account: received, lost, twice, late
//! ```
//!
//! **Every datagram says its number and when it was meant to leave, and the rest of its bytes follow from
//! both**: so loss is counted from numbers and not guessed from sums, and a byte that is not what was sent
//! is seen.
//!
//! On schedule the loop is open: when a datagram is meant to leave does not depend on those before it, and
//! its latency is from that instant until the receiver's call has returned, by one clock of one machine. A
//! call takes along all that is due, and never waits for more.

mod account;
mod hear;
mod measure;
mod schedule;
mod send;
mod stamp;

pub use account::Account;
pub use measure::{LATE_NS, Measured, check, measure};
pub use schedule::Schedule;
pub use stamp::{STAMP_BYTES, Stamp, Wrong};

use std::{net::Ipv4Addr, time::Duration};

use run::Stop;
use timing::Clock;

use crate::{Cast, Interface, Way};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// To one, to a group, to everybody.
    pub cast: &'static Cast,
    /// Bytes of a datagram: from [`STAMP_BYTES`] to what fits.
    pub payload_bytes: usize,
    /// How many receive it.
    pub receivers: usize,
    /// How the kernel is called, on both sides.
    pub way: Way,
}

impl Setting {
    /// So many datagrams at most go with a call.
    pub fn most_a_call(&self) -> usize {
        match self.way {
            Way::One => 1,
            Way::Batch => Way::BATCH,
            Way::Segments => (JOINED_BYTES_MAX / self.payload_bytes.max(1)).clamp(1, Way::BATCH),
        }
    }
}

/// How fast it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As fast as the kernel takes it.
    Flat,
    /// So many a second to each receiver.
    Hertz(f64),
}

/// What is the same for all.
pub struct Terms<'a> {
    /// Where it is sent: an interface with an IPv4 address.
    pub interface: &'a Interface,
    /// The group, for multicast.
    pub group: Ipv4Addr,
    /// The receive buffer to ask for.
    pub buffer_bytes: usize,
    /// How long it is sent.
    pub lasting: Duration,
    /// The clock of both sides.
    pub clock: &'a dyn Clock,
    /// When to end early.
    pub stop: &'a Stop,
}

/// What joined segments may be together: a datagram's length field.
const JOINED_BYTES_MAX: usize = 65_507;
/// More numbers are not given out in a run: the receivers remember each in a bit, which is 128 MiB then.
const NUMBERS_MAX: u64 = 1 << 30;
