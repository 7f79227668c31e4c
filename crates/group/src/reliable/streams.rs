//! The packets of one view.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::acks::Acks;
use super::lane::Lane;
use crate::broken::Rule;
use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{Reliability, Settings, View};

/// The packets of one view: a lane a member, its own among them.
#[derive(Debug)]
pub(crate) struct Streams {
    settings: Settings,
    own: usize,
    window: u64,
    lanes: Vec<Lane>,
    acks: Acks,
    /// Where packets are handed over as they come: those that came.
    arrived: VecDeque<PacketId>,
    /// The rank that is looked at first for what is ready.
    turn: usize,
    cut: Option<Vec<Holding>>,
    /// Packets that are to be sent again; when is written in their slots.
    repairs: Vec<PacketId>,
    repair_at: Tick,
    /// No later than the earliest [`Lane::ask_at`].
    ask_at: Tick,
    unreported: u64,
    stalled_since: Option<Tick>,
    pool: Vec<Vec<u8>>,
    random: Pcg64Mcg,
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
            arrived: VecDeque::new(),
            turn: 0,
            cut: None,
            repairs: Vec::new(),
            repair_at: Tick::MAX,
            ask_at: Tick::MAX,
            unreported: 0,
            stalled_since: None,
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

    /// The rank that holds the credit back the most, and since when it stands at 0.
    pub fn holds_up(&self) -> Option<(usize, Tick)> {
        let since = self.stalled_since?;
        Some((self.acks.slowest(self.own)?.0, since))
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
        if self.credit() == 0 && self.stalled_since.is_none() {
            self.stalled_since = Some(now);
        }
    }

    /// A packet came, first-hand or again; new ones are kept as the datagram that they are.
    pub fn on_packet(&mut self, now: Tick, packet: PacketId, datagram: &[u8]) -> Arrival {
        let lane = &mut self.lanes[packet.from];
        if lane.is_settled(packet.sequence) {
            // Somebody has repaired it.
            if let Some(slot) = lane.slot_mut(packet.sequence) {
                (slot.repair_at, slot.asks) = (Tick::MAX, 0);
                if self.settings.breaks(Rule::ForgetsDuplicates) && slot.datagram.is_some() {
                    self.arrived.push_back(packet);
                    return Arrival::New;
                }
            }
            return Arrival::Duplicate;
        }
        let is_cut_off = self
            .cut
            .as_ref()
            .is_some_and(|cut| !cut[packet.from].has(packet.sequence));
        if packet.sequence > lane.last_place(self.window) || (is_cut_off && self.is_repaired()) {
            return Arrival::Beyond;
        }
        self.keep(packet, datagram, Tick::ZERO);
        self.unreported += 1;
        self.look_for_gaps(now, packet.from, packet.sequence);
        Arrival::New
    }

    fn keep(&mut self, packet: PacketId, datagram: &[u8], sent_at: Tick) {
        let mut buffer = self.pool.pop().unwrap_or_default();
        buffer.extend_from_slice(datagram);
        self.lanes[packet.from].keep(packet.sequence, buffer, sent_at);
        if !self.is_fifo() {
            self.arrived.push_back(packet);
        }
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
        let slot = self.lanes[packet.from].slot(packet.sequence)?;
        slot.datagram.as_deref()
    }

    /// The application has it.
    pub fn delivered(&mut self, packet: PacketId) {
        if let Some(slot) = self.lanes[packet.from].slot_mut(packet.sequence) {
            slot.is_delivered = true;
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
                self.look_for_gaps(now, sender, told);
            }
            self.let_go(sender);
        }
        if status.sent <= self.lanes[from].through.saturating_add(2 * self.window) {
            if self.cut.is_none() {
                self.lanes[from].mend(status.sent, ASKS_IN_VAIN);
            }
            self.look_for_gaps(now, from, status.sent);
        }
        if self.credit() > 0 {
            self.stalled_since = None;
        }
    }

    /// Another member misses packets.
    pub fn on_nak(&mut self, now: Tick, from: usize, nak: &Nak) {
        let of = usize::from(nak.of);
        if of >= self.lanes.len() || from == self.own || !self.is_repaired() {
            return;
        }
        let first = nak.has.through.saturating_add(1);
        let last = nak.last.min(first.saturating_add(2 * self.window));
        for sequence in (first..=last).filter(|sequence| !nak.has.has(*sequence)) {
            self.consider_repair(now, PacketId { from: of, sequence });
        }
        self.postpone(now, of, nak);
    }

    /// Others answer when the sender did not: asked for the third time, or when the view comes to its end.
    fn consider_repair(&mut self, now: Tick, packet: PacketId) {
        let is_own = packet.from == self.own;
        let is_at_end = self.cut.is_some() || self.lanes[packet.from].is_orphan;
        let is_alone = self.settings.breaks(Rule::NoPeerRepair);
        let Some(slot) = self.lanes[packet.from].slot_mut(packet.sequence) else {
            return;
        };
        slot.asks = slot.asks.saturating_add(1);
        let is_asked = is_own || (!is_alone && (is_at_end || slot.asks >= ASKS_OF_PEERS));
        if slot.datagram.is_none() || slot.repair_at < Tick::MAX || !is_asked {
            return;
        }
        let rest = slot.sent_at + REPAIR_REST;
        slot.repair_at = match is_own {
            true if slot.sent_at == Tick::ZERO || rest <= now => now,
            true => rest,
            false => now + part(&mut self.random, 2 * self.settings.nak_delay),
        };
        self.repair_at = self.repair_at.min(slot.repair_at);
        self.repairs.push(packet);
    }

    /// Another member asks all for what this one misses, too: the answer will come here as well.
    fn postpone(&mut self, now: Tick, of: usize, nak: &Nak) {
        let lane = &mut self.lanes[of];
        if of == self.own || lane.ask_at == Tick::MAX || lane.asks > 0 {
            return;
        }
        let goal = lane.known;
        let is_asked = |sequence: u64| sequence <= nak.last && !nak.has.has(sequence);
        if lane.missing(goal).all(is_asked) {
            lane.ask_at = lane.ask_at.max(now + ASK_AGAIN);
            lane.asked = lane.asked.max(goal);
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
        for (lane, cut) in self.lanes.iter_mut().zip(cut) {
            lane.known = lane.known.max(cut.last());
            (lane.asks, lane.asked) = (0, 0);
            lane.ask_at = match lane.through < cut.last() {
                true => now,
                false => Tick::MAX,
            };
            self.ask_at = self.ask_at.min(lane.ask_at);
        }
    }

    /// Whether all of the cut is here.
    pub fn has_all_of(&self, cut: &[Holding]) -> bool {
        let is_whole = |(lane, cut): (&Lane, &Holding)| {
            cut.through <= lane.through
                && (cut.through + 2..=cut.last()).all(|at| !cut.has(at) || lane.is_settled(at))
        };
        !self.is_repaired() || self.lanes.iter().zip(cut).all(is_whole)
    }

    /// When [`Streams::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        self.repair_at.min(self.ask_at)
    }

    /// What is due. Asks and repairs are bounded in number per call.
    pub fn on_time(&mut self, now: Tick, actions: &mut Vec<Action>) {
        if self.ask_at <= now {
            for of in 0..self.lanes.len() {
                self.ask(now, of, actions);
            }
            let next = self.lanes.iter().map(|lane| lane.ask_at).min();
            self.ask_at = next.unwrap_or(Tick::MAX);
        }
        if self.repair_at <= now {
            self.repair(now, actions);
        }
    }

    fn ask(&mut self, now: Tick, of: usize, actions: &mut Vec<Action>) {
        let is_repaired = self.is_repaired();
        let lane = &mut self.lanes[of];
        if lane.ask_at > now {
            return;
        }
        if !is_repaired {
            return lane.give_up(|lost| actions.push(Action::Lost(of, lost)));
        }
        let goal = match &self.cut {
            Some(cut) => cut[of].last(),
            None => lane.known,
        };
        let last = goal.min(lane.through.saturating_add(2 * self.window));
        let is_missing = |sequence: u64| match &self.cut {
            Some(cut) => cut[of].has(sequence),
            None => true,
        };
        if of == self.own || !lane.missing(last).any(is_missing) {
            lane.ask_at = Tick::MAX;
            return;
        }
        actions.push(Action::Nak(Nak {
            of: of as u8,
            has: lane.holding(),
            last,
        }));
        if lane.stuck != lane.through {
            (lane.stuck, lane.asks) = (lane.through, 0);
        }
        let pause = ASK_AGAIN * (1 << lane.asks.saturating_sub(1).min(10));
        (lane.asks, lane.asked) = (lane.asks + 1, last);
        lane.ask_at = now + pause.min(self.settings.heartbeat.max(ASK_AGAIN));
    }

    fn repair(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let (lanes, mut left) = (&mut self.lanes, REPAIRS_MAX);
        let mut next = Tick::MAX;
        self.repairs.retain(|packet| {
            let Some(slot) = lanes[packet.from].slot_mut(packet.sequence) else {
                return false;
            };
            let is_wanted = slot.repair_at < Tick::MAX;
            let is_due = is_wanted && slot.repair_at <= now && left > 0;
            if is_due {
                left -= 1;
                (slot.repair_at, slot.sent_at, slot.asks) = (Tick::MAX, now, 0);
                actions.push(Action::Again(*packet));
            } else if is_wanted {
                next = next.min(slot.repair_at.max(now + REPAIRS_PAUSE));
            }
            is_wanted && !is_due
        });
        self.repair_at = next;
    }

    /// That packet of that rank was sent, as somebody says: are any missing?
    fn look_for_gaps(&mut self, now: Tick, from: usize, sequence: u64) {
        let has_end = self.cut.is_some() && self.is_repaired();
        let lane = &mut self.lanes[from];
        lane.known = lane.known.max(sequence);
        let is_gap = lane.through < lane.known && from != self.own;
        let is_news = lane.ask_at == Tick::MAX || lane.known > lane.asked;
        if !is_gap || !is_news || has_end {
            return;
        }
        // What is asked for stays asked for: nothing is asked for sooner because more is missing.
        if lane.ask_at == Tick::MAX || lane.asks > 0 {
            let delay = match self.lanes.len() <= 2 && self.settings.reliability == Reliability::Nak
            {
                true => Duration::ZERO,
                false => part(&mut self.random, self.settings.nak_delay),
            };
            let lane = &mut self.lanes[from];
            lane.ask_at = lane.ask_at.min(now + delay);
            lane.asked = lane.known;
            self.ask_at = self.ask_at.min(lane.ask_at);
        }
    }

    fn let_go(&mut self, sender: usize) {
        let through = self.acks.all_have(sender);
        self.lanes[sender].drop_through(through, &mut self.pool);
    }

    fn is_masked(&self, packet: PacketId) -> bool {
        let has = |cut: &Vec<Holding>| cut[packet.from].has(packet.sequence);
        self.is_repaired() && !self.cut.as_ref().is_none_or(has)
    }

    fn is_repaired(&self) -> bool {
        self.settings.reliability == Reliability::Nak
    }

    fn is_fifo(&self) -> bool {
        self.settings.order.is_fifo && !self.settings.breaks(Rule::FifoByArrival)
    }
}

/// A part of that time, drawn.
fn part(random: &mut Pcg64Mcg, whole: Duration) -> Duration {
    let nanos = u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(random.next_u64() % nanos.saturating_add(1).max(1))
}

/// After which time what was asked for is asked for again, some ten times what a question and its answer take in a local network;
/// from the third time on twice as long each time. Where one datagram of ten is lost, one gap of thirty needs a third question.
const ASK_AGAIN: Duration = Duration::from_millis(1);
/// How often something is asked for before a lower count of its sender's is believed.
const ASKS_IN_VAIN: u32 = 6;
/// How long a packet is not sent again after it was sent: the one that asks cannot have got it yet.
const REPAIR_REST: Duration = Duration::from_micros(500);
/// How often a packet must have been asked for before others than its sender answer.
const ASKS_OF_PEERS: u8 = 3;
/// How many packets are sent again at once, and the pause between two such bursts.
const REPAIRS_MAX: usize = 64;
const REPAIRS_PAUSE: Duration = Duration::from_micros(200);
