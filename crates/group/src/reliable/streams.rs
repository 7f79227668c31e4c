//! The packets of one view.

use std::sync::Arc;

use timing::Tick;

use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{Settings, View};

/// The packets of one view: a ring a member, its own among them.
#[derive(Debug)]
pub(crate) struct Streams {}

/// What became of a packet that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is new, and kept.
    New,
    /// It was here already.
    Duplicate,
    /// Its number is beyond the window, or beyond the cut.
    Beyond,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Ask all for packets.
    Nak(Nak),
    /// Send a packet again to all.
    Again(PacketId),
    /// Nothing is repaired here, and packets of that rank did not come.
    Lost(usize, std::ops::RangeInclusive<u64>),
}

impl Streams {
    /// Nothing sent yet. `seed` for the delays.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, seed: u64) -> Self {
        let _ = (view, own, settings, seed);
        unimplemented!()
    }

    /// How many packets this member may send now without any member having to keep more than the window.
    pub fn credit(&self) -> u64 {
        unimplemented!()
    }

    /// The rank that holds the credit back the most, and since when it stands at 0.
    pub fn holds_up(&self) -> Option<(usize, Tick)> {
        unimplemented!()
    }

    /// How many packets this member has sent.
    pub fn sent(&self) -> u64 {
        unimplemented!()
    }

    /// Keeps a packet of this member's, numbered `sent() + 1`, as the datagram that it is.
    pub fn keep_own(&mut self, now: Tick, datagram: &[u8]) {
        let _ = (now, datagram);
        unimplemented!()
    }

    /// A packet came, first-hand or again; new ones are kept as the datagram that they are.
    pub fn on_packet(&mut self, now: Tick, packet: PacketId, datagram: &[u8]) -> Arrival {
        let _ = (now, packet, datagram);
        unimplemented!()
    }

    /// The next packet that was not handed over: in ascending order without a gap of each rank where the order is FIFO (without
    /// repair: ascending, gaps passed over), whenever it came otherwise. This member's own are among them.
    pub fn next_ready(&mut self) -> Option<PacketId> {
        unimplemented!()
    }

    /// A packet's datagram, while it is kept: until it was delivered and all have it.
    pub fn datagram(&self, packet: PacketId) -> Option<&[u8]> {
        let _ = packet;
        unimplemented!()
    }

    /// The application has it.
    pub fn delivered(&mut self, packet: PacketId) {
        let _ = packet;
        unimplemented!()
    }

    /// What another member has and has sent.
    pub fn on_status(&mut self, now: Tick, from: usize, status: &Status) {
        let _ = (now, from, status);
        unimplemented!()
    }

    /// Another member misses packets.
    pub fn on_nak(&mut self, now: Tick, from: usize, nak: &Nak) {
        let _ = (now, from, nak);
        unimplemented!()
    }

    /// Through which packet those of each rank are here.
    pub fn received(&self) -> Vec<u64> {
        unimplemented!()
    }

    /// How many packets came since [`Streams::received`] was last put into a status.
    pub fn unreported(&self) -> u64 {
        unimplemented!()
    }

    /// That status was sent.
    pub fn reported(&mut self) {
        unimplemented!()
    }

    /// Which packets of each rank are here.
    pub fn holdings(&self) -> Vec<Holding> {
        unimplemented!()
    }

    /// Through which packet of that rank so many members have all, this one among them.
    pub fn had_by(&self, from: usize, count: usize) -> u64 {
        let _ = (from, count);
        unimplemented!()
    }

    /// Members that are not waited for any more: neither for credit nor before packets are forgotten.
    pub fn forget(&mut self, rank: usize) {
        let _ = rank;
        unimplemented!()
    }

    /// Packets beyond that cut are as if they had never come; those of it that are missing are asked for at once, of anybody.
    /// May be called again with another cut, as long as nothing was decided.
    pub fn aim_at(&mut self, now: Tick, cut: &[Holding]) {
        let _ = (now, cut);
        unimplemented!()
    }

    /// Whether all of the cut is here.
    pub fn has_all_of(&self, cut: &[Holding]) -> bool {
        let _ = cut;
        unimplemented!()
    }

    /// The change did not come about: without a cut again.
    pub fn aim_at_nothing(&mut self) {
        unimplemented!()
    }

    /// When [`Streams::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        unimplemented!()
    }

    /// What is due. Asks and repairs are bounded in number per call.
    pub fn on_time(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let _ = (now, actions);
        unimplemented!()
    }
}
