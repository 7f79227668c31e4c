//! The packets of one view.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::acks::Acks;
use super::habits::Habits;
use super::lane::{Coming, Lane, Missing};
use crate::broken::Rule;
use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{Reliability, Settings, View};

/// The packets of one view: a lane a member, its own among them.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(super) settings: Settings,
    pub(super) own: usize,
    pub(super) window: u64,
    pub(super) lanes: Vec<Lane>,
    acks: Acks,
    /// What packets use to do, whoever's.
    pub(super) habits: Habits,
    /// Where packets are handed over as they come: those that came.
    arrived: VecDeque<PacketId>,
    /// The rank that is looked at first for what is ready.
    turn: usize,
    pub(super) cut: Option<Vec<Holding>>,
    /// Packets that are to be sent again; when is written in their slots.
    pub(super) repairs: Vec<PacketId>,
    pub(super) repair_at: Tick,
    /// No later than the earliest [`Lane::ask_at`].
    pub(super) ask_at: Tick,
    unreported: u64,
    /// Since when each rank has all on their way that may be.
    stalled: Vec<Option<Tick>>,
    pool: Vec<Vec<u8>>,
    pub(super) random: Pcg64Mcg,
}

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
    Lost(usize, RangeInclusive<u64>),
}

impl Streams {
    /// Nothing sent yet. `seed` for the delays.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, seed: u64) -> Self {
        let size = view.size();
        Self {
            settings: settings.clone(),
            own,
            window: settings.window_packets as u64,
            lanes: (0..size).map(|_| Lane::new()).collect(),
            acks: Acks::new(size, own),
            habits: Habits::default(),
            arrived: VecDeque::new(),
            turn: 0,
            cut: None,
            repairs: Vec::new(),
            repair_at: Tick::MAX,
            ask_at: Tick::MAX,
            unreported: 0,
            stalled: vec![None; size],
            pool: Vec::new(),
            random: Pcg64Mcg::new(u128::from(seed)),
        }
    }

    /// How many packets this member may send now without any member having to keep more than the window, and itself more than two.
    pub fn credit(&self) -> u64 {
        let least = self.acks.all_have(self.own).min(self.sent());
        let kept = self.lanes[self.own].kept().min(2 * self.window);
        (least + self.window - self.sent()).min(2 * self.window - kept)
    }

    /// The rank that has held up a sender for the longest, this member or any other, and since when that one could not send: all
    /// see the same, so whoever leads can let it go.
    pub fn holds_up(&self) -> Option<(usize, Tick)> {
        let stalled = self.stalled.iter().enumerate();
        let (sender, since) = stalled
            .filter_map(|(sender, since)| Some((sender, (*since)?)))
            .min_by_key(|(_, since)| *since)?;
        Some((self.acks.slowest(sender)?, since))
    }

    /// How many packets this member has sent.
    pub fn sent(&self) -> u64 {
        self.lanes[self.own].through
    }

    /// Keeps a packet of this member's, numbered `sent() + 1`, as the datagram that it is.
    pub fn keep_own(&mut self, now: Tick, datagram: &[u8]) {
        let packet = PacketId {
            from: self.own,
            sequence: self.sent() + 1,
        };
        self.keep(packet, datagram, now);
        if self.credit() == 0 {
            self.stalled[self.own].get_or_insert(now);
        }
    }

    /// A packet came; new ones are kept as the datagram that they are.
    pub fn on_packet(
        &mut self,
        now: Tick,
        packet: PacketId,
        datagram: &[u8],
        coming: Coming,
    ) -> Arrival {
        let PacketId { from, sequence } = packet;
        let lane = &mut self.lanes[from];
        if lane.is_settled(sequence) {
            lane.learn_from_double(now, sequence, coming, &mut self.habits);
            // Somebody has repaired it.
            if let Some(here) = lane.here_mut(sequence) {
                (here.repair_at, here.asks) = (Tick::MAX, 0);
                if self.settings.breaks(Rule::ForgetsDuplicates) {
                    self.arrived.push_back(packet);
                    return Arrival::New;
                }
            }
            return Arrival::Duplicate;
        }
        let is_cut_off = self
            .cut
            .as_ref()
            .is_some_and(|cut| !cut[from].has(sequence));
        if sequence > lane.last_place(self.window) || (is_cut_off && self.is_repaired()) {
            return Arrival::Beyond;
        }
        self.notice(now, from, sequence - 1);
        if let Some(missing) = self.keep(packet, datagram, Tick::ZERO) {
            let missing = (sequence, missing);
            self.lanes[from].learn(now, missing, coming, &mut self.habits);
        }
        self.unreported += 1;
        Arrival::New
    }

    /// What it was if it was missing.
    fn keep(&mut self, packet: PacketId, datagram: &[u8], sent_at: Tick) -> Option<Missing> {
        let mut buffer = self.pool.pop().unwrap_or_default();
        buffer.extend_from_slice(datagram);
        if !self.is_fifo() {
            self.arrived.push_back(packet);
        }
        self.lanes[packet.from].keep(packet.sequence, buffer, sent_at)
    }

    /// The next packet that was not handed over: in ascending order without a gap of each rank where the order is FIFO (without
    /// repair: ascending, gaps passed over), whenever it came otherwise. This member's own are among them.
    pub fn next_ready(&mut self) -> Option<PacketId> {
        while let Some(packet) = self.arrived.pop_front() {
            if !self.is_masked(packet) {
                return Some(packet);
            }
        }
        if !self.is_fifo() {
            return None;
        }
        for _ in 0..self.lanes.len() {
            let from = self.turn;
            let lane = &mut self.lanes[from];
            while lane.handed < lane.through {
                let sequence = lane.handed + 1;
                let packet = PacketId { from, sequence };
                let is_here = lane.holds(sequence);
                let is_masked = self
                    .cut
                    .as_ref()
                    .is_some_and(|cut| !cut[from].has(sequence))
                    && self.settings.reliability == Reliability::Nak;
                if is_here && is_masked {
                    break;
                }
                lane.handed = sequence;
                if is_here {
                    return Some(packet);
                }
            }
            self.turn = (self.turn + 1) % self.lanes.len();
        }
        None
    }

    /// A packet's datagram, while it is kept: until it was delivered and all have it.
    pub fn datagram(&self, packet: PacketId) -> Option<&[u8]> {
        let here = self.lanes[packet.from].here(packet.sequence)?;
        Some(&here.datagram)
    }

    /// The application has it.
    pub fn delivered(&mut self, packet: PacketId) {
        if let Some(here) = self.lanes[packet.from].here_mut(packet.sequence) {
            here.is_delivered = true;
            self.let_go(packet.from);
        }
    }

    /// What another member has and has sent.
    pub fn on_status(&mut self, now: Tick, from: usize, status: &Status) {
        if status.received.len() != self.lanes.len() || from == self.own || from >= self.lanes.len()
        {
            return;
        }
        for (sender, &told) in status.received.iter().enumerate() {
            let lane = &self.lanes[sender];
            let most = match sender == self.own {
                true => lane.through,
                false => lane.through.saturating_add(2 * self.window),
            };
            if told <= most {
                self.acks.tell(from, sender, told);
                self.notice(now, sender, told);
            }
            self.let_go(sender);
        }
        if status.sent <= self.lanes[from].through.saturating_add(2 * self.window) {
            if self.cut.is_none() {
                self.lanes[from].mend(status.sent, ASKS_IN_VAIN);
            }
            self.notice(now, from, status.sent);
        }
        for sender in 0..self.lanes.len() {
            let is_stalled = match sender == self.own {
                true => self.credit() == 0,
                false => {
                    self.acks.all_have(sender).saturating_add(self.window)
                        <= self.lanes[sender].known()
                }
            };
            self.stalled[sender] = is_stalled.then(|| self.stalled[sender].unwrap_or(now));
        }
    }

    /// Through which packet those of each rank are here.
    pub fn received(&self) -> Vec<u64> {
        self.lanes.iter().map(|lane| lane.through).collect()
    }

    /// How many packets came since [`Streams::received`] was last put into a status.
    pub fn unreported(&self) -> u64 {
        self.unreported
    }

    /// That status was sent.
    pub fn reported(&mut self) {
        self.unreported = 0;
    }

    /// Which packets of each rank are here, or were.
    pub fn holdings(&self) -> Vec<Holding> {
        self.lanes.iter().map(Lane::holding).collect()
    }

    /// Whether all members that are waited for have all that this one has sent.
    pub fn all_have_mine(&self) -> bool {
        self.acks.all_have(self.own) >= self.sent()
    }

    /// Through which packet of that rank so many members have all, this one among them.
    pub fn had_by(&self, from: usize, count: usize) -> u64 {
        self.acks.had_by(from, count, self.lanes[from].through)
    }

    /// Members that are not waited for any more: neither for credit nor before packets are forgotten.
    pub fn forget(&mut self, rank: usize) {
        self.acks.forget(rank);
        self.lanes[rank].is_orphan = true;
        for sender in 0..self.lanes.len() {
            self.let_go(sender);
        }
    }

    /// Packets beyond that cut are as if they had never come; those of it that are missing are asked for at once, of anybody.
    /// May be called again with another cut, as long as nothing was decided.
    pub fn aim_at(&mut self, now: Tick, cut: &[Holding]) {
        if cut.len() != self.lanes.len() {
            return;
        }
        self.cut = Some(cut.to_vec());
        for (of, lane) in self.lanes.iter_mut().enumerate() {
            // What nobody told of before the cut did: it may be the last packet of somebody who is gone.
            if of != self.own && self.settings.reliability == Reliability::Nak {
                let reach = lane.through.saturating_add(2 * self.window);
                lane.notice(cut[of].last().min(reach), Missing::new(now, now));
            }
            let known = lane.known();
            lane.all_missing(known)
                .for_each(|(_, missing)| missing.ask_anew(now));
            (lane.ask_at, lane.rest_until) = (now, now);
        }
        self.ask_at = now;
    }

    /// Whether all of the cut is here.
    pub fn has_all_of(&self, cut: &[Holding]) -> bool {
        let is_whole = |(lane, cut): (&Lane, &Holding)| {
            cut.through <= lane.through
                && (cut.through + 2..=cut.last()).all(|at| !cut.has(at) || lane.is_settled(at))
        };
        !self.is_repaired() || self.lanes.iter().zip(cut).all(is_whole)
    }

    fn let_go(&mut self, sender: usize) {
        let through = self.acks.all_have(sender);
        self.lanes[sender].drop_through(through, &mut self.pool);
    }

    fn is_masked(&self, packet: PacketId) -> bool {
        let has = |cut: &Vec<Holding>| cut[packet.from].has(packet.sequence);
        self.is_repaired() && !self.cut.as_ref().is_none_or(has)
    }

    pub(super) fn is_repaired(&self) -> bool {
        self.settings.reliability == Reliability::Nak
    }

    fn is_fifo(&self) -> bool {
        self.settings.order.is_fifo && !self.settings.breaks(Rule::FifoByArrival)
    }
}

/// How often something is asked for before a lower count of its sender's is believed.
const ASKS_IN_VAIN: u8 = 6;
