//! The packets of one view.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

use timing::Tick;

use super::gaps::Gaps;
use super::pool::Pool;
use super::repairs::Repairs;
use super::ring::{Ring, Slot};
use super::stability::Stability;
use crate::broken::Rule;
use crate::frame::{Holding, Nak, Status};
use crate::orders::PacketId;
use crate::{Reliability, Settings, View};

/// The packets of one view: a ring a member, its own among them.
#[derive(Debug)]
pub(crate) struct Streams {
    own: usize,
    rings: Vec<Ring>,
    /// Packets that are to be handed over.
    ready: VecDeque<PacketId>,
    pool: Pool,
    stability: Stability,
    gaps: Gaps,
    repairs: Repairs,
    lost: VecDeque<(usize, RangeInclusive<u64>)>,
    unreported: u64,
    /// Since when this member may not send.
    stalled: Option<Tick>,
    is_aiming: bool,
    window: u64,
    is_fifo: bool,
    is_repaired: bool,
    forgets_duplicates: bool,
    has_peer_repair: bool,
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
        let (size, window) = (view.size(), settings.window_packets as u64);
        Self {
            own,
            rings: (0..size).map(|_| Ring::new(window)).collect(),
            ready: VecDeque::new(),
            pool: Pool::new(2 * settings.window_packets),
            stability: Stability::new(size),
            gaps: Gaps::new(size, settings, seed),
            repairs: Repairs::default(),
            lost: VecDeque::new(),
            unreported: 0,
            stalled: None,
            is_aiming: false,
            window,
            is_fifo: settings.order.is_fifo && !settings.breaks(Rule::FifoByArrival),
            is_repaired: settings.reliability == Reliability::Nak,
            forgets_duplicates: settings.breaks(Rule::ForgetsDuplicates),
            has_peer_repair: !settings.breaks(Rule::NoPeerRepair),
        }
    }

    /// How many packets this member may send now without any member having to keep more than the window, and itself more than two.
    pub fn credit(&self) -> u64 {
        let others = self.stability.least(self.own) + self.window;
        let kept = self.rings[self.own].base() - 1 + 2 * self.window;
        others.min(kept).saturating_sub(self.sent())
    }

    /// The rank that holds the credit back the most, and since when it stands at 0.
    pub fn holds_up(&self) -> Option<(usize, Tick)> {
        let since = self.stalled?;
        let (rank, through) = self.stability.slowest(self.own)?;
        (through + self.window <= self.sent()).then_some((rank, since))
    }

    /// How many packets this member has sent.
    pub fn sent(&self) -> u64 {
        self.rings[self.own].through()
    }

    /// Keeps a packet of this member's, numbered `sent() + 1`, as the datagram that it is.
    pub fn keep_own(&mut self, now: Tick, datagram: &[u8]) {
        let sequence = self.sent() + 1;
        self.rings[self.own].put(sequence, self.pool.filled(datagram));
        self.line_up(self.own, Some(sequence));
        if self.credit() == 0 {
            self.stalled.get_or_insert(now);
        }
    }

    /// A packet came, first-hand or again; new ones are kept as the datagram that they are.
    pub fn on_packet(&mut self, now: Tick, packet: PacketId, datagram: &[u8]) -> Arrival {
        let PacketId { from, sequence } = packet;
        let Some(ring) = self.rings.get_mut(from).filter(|_| sequence > 0) else {
            return Arrival::Beyond;
        };
        if ring.was_here(sequence) {
            return self.on_duplicate(now, packet);
        }
        if from == self.own || !ring.has_place_for(sequence) || !ring.counts(sequence) {
            return Arrival::Beyond;
        }
        let is_gap = sequence > ring.known() + 1;
        ring.put(sequence, self.pool.filled(datagram));
        self.unreported += 1;
        self.line_up(from, Some(sequence));
        self.stability.raise(from, from, sequence);
        if !self.is_repaired {
            self.give_up_far_behind(from);
        } else if is_gap {
            self.gaps.found(from, now);
        } else if self.gaps.is_open(from) && self.rings[from].first_missing().is_none() {
            self.gaps.closed(from);
        }
        Arrival::New
    }

    /// The next packet that was not handed over: in ascending order without a gap of each rank where the order is FIFO (without
    /// repair: ascending, gaps passed over), whenever it came otherwise. This member's own are among them.
    pub fn next_ready(&mut self) -> Option<PacketId> {
        let packet = if self.is_aiming {
            let rings = &self.rings;
            let counts = |packet: &PacketId| rings[packet.from].counts(packet.sequence);
            let at = self.ready.iter().position(counts)?;
            self.ready.remove(at)?
        } else {
            self.ready.pop_front()?
        };
        if let Some(slot) = self.rings[packet.from].slot_mut(packet.sequence) {
            slot.hand();
        }
        Some(packet)
    }

    /// A packet's datagram, while it is kept: until it was delivered and all have it. Those that a cut leaves out are not shown,
    /// unless they were handed over before.
    pub fn datagram(&self, packet: PacketId) -> Option<&[u8]> {
        let ring = self.rings.get(packet.from)?;
        let slot = ring.slot(packet.sequence)?;
        (slot.is_handed() || ring.counts(packet.sequence)).then(|| slot.datagram())
    }

    /// The application has it.
    pub fn delivered(&mut self, packet: PacketId) {
        let slot = self.rings[packet.from].slot_mut(packet.sequence);
        if let Some(slot) = slot {
            slot.delivered();
        }
        self.release(packet.from);
    }

    /// What another member has and has sent. A list of another length is nobody's; a number that is too large counts as the largest
    /// that can be: so the next one that is right mends what a wrong one did.
    pub fn on_status(&mut self, now: Tick, from: usize, status: &Status) {
        let size = self.rings.len();
        if from == self.own || from >= size || status.received.len() != size {
            return;
        }
        for (rank, through) in status.received.iter().enumerate() {
            let most = match rank == self.own {
                true => self.sent(),
                false => self.rings[rank].through() + 2 * self.window,
            };
            if rank != from {
                self.stability.raise(rank, from, (*through).min(most));
                self.release(rank);
            }
        }
        let is_more = self.rings[from].tell(status.sent);
        if self.rings[from].first_missing().is_none() {
            self.gaps.closed(from);
        } else if is_more || !self.gaps.is_open(from) {
            self.gaps.found(from, now);
        }
    }

    /// Another member misses packets.
    pub fn on_nak(&mut self, now: Tick, from: usize, nak: &Nak) {
        let of = usize::from(nak.of);
        if from == self.own || !self.is_repaired || from.max(of) >= self.rings.len() {
            return;
        }
        let ring = &self.rings[of];
        if let Some(first) = ring.first_missing().filter(|_| ring.is_asked_by(nak)) {
            self.gaps.heard(of, now, first);
        }
        if of != self.own && !self.has_peer_repair {
            return;
        }
        let answers: Vec<u64> = self.rings[of].answers(nak).collect();
        for sequence in answers {
            self.plan_repair(now, PacketId { from: of, sequence });
        }
    }

    /// Through which packet those of each rank are here.
    pub fn received(&self) -> Vec<u64> {
        self.rings.iter().map(Ring::through).collect()
    }

    /// How many packets came since [`Streams::received`] was last put into a status.
    pub fn unreported(&self) -> u64 {
        self.unreported
    }

    /// That status was sent.
    pub fn reported(&mut self) {
        self.unreported = 0;
    }

    /// Which packets of each rank are here, whatever is aimed at: the promise in a later ballot must tell them all.
    pub fn holdings(&self) -> Vec<Holding> {
        self.rings.iter().map(Ring::holding).collect()
    }

    /// Through which packet of that rank so many members have all, this one among them.
    pub fn had_by(&self, from: usize, count: usize) -> u64 {
        self.stability.had_by(from, count)
    }

    /// Members that are not waited for any more: neither for credit nor before packets are forgotten. Others send again what they sent.
    pub fn forget(&mut self, rank: usize) {
        if rank == self.own || rank >= self.rings.len() {
            return;
        }
        self.stability.forget(rank);
        for from in 0..self.rings.len() {
            self.release(from);
        }
    }

    /// Packets beyond that cut are as if they had never come; those of it that are missing are asked for at once, of anybody.
    /// May be called again with another cut, as long as nothing was decided. Where nothing is repaired, nothing is aimed at.
    pub fn aim_at(&mut self, now: Tick, cut: &[Holding]) {
        if !self.is_repaired || cut.len() != self.rings.len() {
            return;
        }
        self.is_aiming = true;
        for (rank, holding) in cut.iter().enumerate() {
            self.rings[rank].aim(Some(holding.clone()));
            match self.rings[rank].first_missing() {
                Some(_) => self.gaps.at_once(rank, now),
                None => self.gaps.closed(rank),
            }
        }
    }

    /// Whether all of the cut is here. Where nothing is repaired, it is all that there will be.
    pub fn has_all_of(&self, cut: &[Holding]) -> bool {
        if !self.is_repaired {
            return true;
        }
        let rings = self.rings.iter().enumerate();
        cut.len() == self.rings.len()
            && rings.zip(cut).all(|((rank, ring), cut)| {
                // Without repair by others, nobody would ever answer for those who are gone.
                let is_hopeless = !self.has_peer_repair && self.gaps.times(rank) >= HOPELESS;
                is_hopeless || ring.has_all_of(cut)
            })
    }

    /// The change did not come about: without a cut again.
    pub fn aim_at_nothing(&mut self) {
        self.is_aiming = false;
        for (rank, ring) in self.rings.iter_mut().enumerate() {
            ring.aim(None);
            if ring.first_missing().is_none() {
                self.gaps.closed(rank);
            }
        }
    }

    /// When [`Streams::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        match self.lost.is_empty() {
            true => self.gaps.wake_at().min(self.repairs.wake_at()),
            false => Tick::ZERO,
        }
    }

    /// What is due. Asks and repairs are bounded in number per call.
    pub fn on_time(&mut self, now: Tick, actions: &mut Vec<Action>) {
        if self.wake_at() > now {
            return;
        }
        if self.gaps.wake_at() <= now {
            self.ask(now, actions);
        }
        for _ in 0..REPAIRS_PER_CALL {
            let Some((at, packet)) = self.repairs.pop(now) else {
                break;
            };
            let ring = &mut self.rings[packet.from];
            let counts = ring.counts(packet.sequence);
            if let Some(slot) = ring.slot_mut(packet.sequence)
                && slot.asked.is_due(at)
            {
                slot.asked.answered(now);
                if counts {
                    actions.push(Action::Again(packet));
                }
            }
        }
        let lost = self.lost.drain(..);
        actions.extend(lost.map(|(rank, packets)| Action::Lost(rank, packets)));
    }

    /// How many buffers lie unused.
    #[cfg(test)]
    pub fn pooled(&self) -> usize {
        self.pool.len()
    }

    fn ask(&mut self, now: Tick, actions: &mut Vec<Action>) {
        for rank in 0..self.rings.len() {
            let Some(first) = self.rings[rank].first_missing() else {
                self.gaps.closed(rank);
                continue;
            };
            if !self.gaps.is_due(rank, now, first) {
                continue;
            }
            if self.is_repaired {
                actions.extend(self.rings[rank].nak(rank).map(Action::Nak));
            } else {
                let told = self.rings[rank].told();
                self.give_up(rank, told);
                self.gaps.closed(rank);
            }
        }
        self.gaps.look();
    }

    /// What may be handed over now, because of a new packet or of a gap that was given up, waits for that.
    fn line_up(&mut self, from: usize, new: Option<u64>) {
        let ring = &mut self.rings[from];
        if let Some(sequence) = new.filter(|_| !self.is_fifo) {
            wait_for(ring, &mut self.ready, PacketId { from, sequence });
        }
        while let Some(sequence) = ring.advance() {
            if self.is_fifo {
                wait_for(ring, &mut self.ready, PacketId { from, sequence });
            }
        }
        let through = ring.through();
        self.stability.raise(from, self.own, through);
    }

    /// What came again was repaired: nobody needs to do it once more.
    fn on_duplicate(&mut self, now: Tick, packet: PacketId) -> Arrival {
        let ring = &mut self.rings[packet.from];
        let Some(slot) = ring.slot_mut(packet.sequence) else {
            return Arrival::Duplicate;
        };
        slot.asked.answered(now);
        let is_new = self.forgets_duplicates && packet.from != self.own;
        if is_new && wait_for(ring, &mut self.ready, packet) {
            return Arrival::New;
        }
        Arrival::Duplicate
    }

    /// The sender answers at once; others after a while, when the sender seems not to, or nobody can rely on it.
    fn plan_repair(&mut self, now: Tick, packet: PacketId) {
        let is_urgent = self.is_aiming || self.stability.is_forgotten(packet.from);
        let delay = self.gaps.draw(2);
        let Some(slot) = self.rings[packet.from].slot_mut(packet.sequence) else {
            return;
        };
        let times = slot.asked.count(now);
        if packet.from == self.own {
            self.repairs.plan(&mut slot.asked, packet, now, now);
        } else if is_urgent || times >= IN_VAIN {
            self.repairs.plan(&mut slot.asked, packet, now, now + delay);
        }
    }

    /// Without repair: a gap is given up when packets a quarter of the window behind it have come.
    fn give_up_far_behind(&mut self, from: usize) {
        let far = self.rings[from].last().saturating_sub(self.window / 4);
        self.give_up(from, far);
    }

    fn give_up(&mut self, from: usize, to: u64) {
        while self.rings[from].through() < to {
            let Some(lost) = self.rings[from].pass_over(to) else {
                break;
            };
            self.lost.push_back((from, lost));
            self.line_up(from, None);
        }
    }

    fn release(&mut self, rank: usize) {
        let all_have = self.stability.least(rank);
        self.rings[rank].release(all_have, &mut self.pool);
        if rank == self.own && self.stalled.is_some() && self.credit() > 0 {
            self.stalled = None;
        }
    }
}

/// Has a packet that is here handed over, once more where it was already.
fn wait_for(ring: &mut Ring, ready: &mut VecDeque<PacketId>, packet: PacketId) -> bool {
    let waits = ring.slot_mut(packet.sequence).is_some_and(Slot::wait);
    if waits {
        ready.push_back(packet);
    }
    waits
}

/// Others send a packet again when it is asked for so often: its sender should have answered by then.
const IN_VAIN: u8 = 3;
/// A packet that only its sender may repair is given up when it was asked for so often.
const HOPELESS: u32 = 5;
/// So many are a burst that a socket's buffer takes.
const REPAIRS_PER_CALL: usize = 64;
