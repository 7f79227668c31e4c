//! In which order packets are delivered, one order a file.
//!
//! An order owes its node: given the same cut, every member ends a view with the same packets delivered, and, where the order is
//! total, in the same order; whatever a member delivered before the cut stays a beginning of that.

mod causal;
mod counts;
#[cfg(test)]
mod exhaustive;
mod fifo;
mod hold_back;
#[cfg(test)]
mod judge;
mod none;
#[cfg(test)]
mod property;
mod queue;
mod total_lamport;
mod total_sequencer;
#[cfg(test)]
mod world;

use crate::Settings;

/// A kind of order.
#[derive(Debug)]
pub struct Order {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// What is promised, in a line.
    pub promise: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Whether a packet is handed over only when all earlier ones of its sender were.
    pub is_fifo: bool,
    /// Whether all members deliver in the same order.
    pub is_total: bool,
    /// Whether nothing can be promised while packets are lost.
    pub needs_all: bool,
    /// Its state in a view of that many members, for the member of that rank.
    pub(crate) begin: fn(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering>,
}

/// All orders, the weakest first.
pub const ORDERS: &[Order] = &[
    none::ORDER,
    fifo::ORDER,
    causal::ORDER,
    total_lamport::ORDER,
    total_sequencer::ORDER,
];

/// A packet of the view: whose, by rank, and which, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PacketId {
    /// The sender's rank.
    pub from: usize,
    /// Which of its packets.
    pub sequence: u64,
}

/// A packet whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Next {
    /// Which.
    pub packet: PacketId,
    /// The packet without which its place would not be known, where that is another one: safe is what has both safe.
    pub because: Option<PacketId>,
}

impl Next {
    /// That packet, whose place follows from itself.
    fn of(packet: PacketId) -> Self {
        Self {
            packet,
            because: None,
        }
    }
}

/// A stamp cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadStamp;

/// An order within one view.
///
/// **Outputs depend on the calls and on nothing else.**
pub(crate) trait Ordering: std::fmt::Debug + Send {
    /// The member's own packet of that number is about to leave: appends its stamp. The packet is then given to
    /// [`Ordering::on_packet`] at once, as those of others are.
    fn stamp(&mut self, sequence: u64, out: &mut Vec<u8>);

    /// A packet is here. Where the order [is FIFO](Order::is_fifo), those of a rank come in ascending order without a gap.
    ///
    /// # Errors
    /// When the stamp cannot be; then nothing has changed, and the packet counts as one with nothing in it. That is found from the
    /// stamps of the same sender alone, so all members refuse the same packets.
    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), BadStamp>;

    /// A member promises (see [`Ordering::promise`]); all packets that it had sent until then have been given.
    fn on_promise(&mut self, from: usize, promise: u64);

    /// What this member promises of the stamps of its later packets, as of now: it never falls. Asked when it is about to be said.
    fn promise(&mut self) -> u64;

    /// Whether others wait for this member's promise, and it was not said yet.
    fn owes(&self) -> bool;

    /// Whether a packet without messages should leave, for its stamp.
    fn has_something_to_stamp(&self) -> bool {
        false
    }

    /// The packet to be delivered next, which is then taken as delivered.
    fn next(&mut self) -> Option<Next>;

    /// No packets will come but those that were given, which are the cut's. What [`Ordering::next`] gives from now on is all that is
    /// left, in its final order; what it never gives is discarded.
    fn finish(&mut self);
}
