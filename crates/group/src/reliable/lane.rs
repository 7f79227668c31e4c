//! One sender's packets in one view.

use std::collections::VecDeque;

use timing::Tick;

use crate::frame::Holding;

/// One sender's packets: a ring from the first that somebody may still need to the last that came.
#[derive(Debug)]
pub(super) struct Lane {
    /// Packets up to this one are needed by nobody and are gone.
    base: u64,
    /// The packet `base + 1 + i` at place i.
    slots: VecDeque<Slot>,
    /// Through which packet all are here, or given up.
    pub(super) through: u64,
    /// The last packet that is known to have been sent.
    pub(super) known: u64,
    /// Through which packet all were handed over, in ascending order.
    pub(super) handed: u64,
    /// When to ask for what is missing.
    pub(super) ask_at: Tick,
    /// How often it was asked for.
    pub(super) asks: u32,
    /// The last packet that was asked for.
    pub(super) asked: u64,
    /// Through which packet all were here when it was last asked.
    pub(super) stuck: u64,
    /// Whether its sender is gone, so that others answer in its place.
    pub(super) is_orphan: bool,
}

/// A packet, or the place of one.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) datagram: Option<Vec<u8>>,
    pub(super) is_delivered: bool,
    /// How often others asked for it.
    pub(super) asks: u8,
    /// When this member last sent it; [`Tick::ZERO`] for never.
    pub(super) sent_at: Tick,
    /// When this member will send it again; [`Tick::MAX`] for not.
    pub(super) repair_at: Tick,
}

impl Lane {
    pub(super) fn new() -> Self {
        Self {
            base: 0,
            slots: VecDeque::new(),
            through: 0,
            known: 0,
            handed: 0,
            ask_at: Tick::MAX,
            asks: 0,
            asked: 0,
            stuck: 0,
            is_orphan: false,
        }
    }

    /// Its sender says how many it has sent. Where others were believed who told of more, and it was asked for in vain, that
    /// mends it.
    pub(super) fn mend(&mut self, sent: u64, asks: u32) {
        if self.asks >= asks && sent < self.known {
            let last = self.base + self.slots.len() as u64;
            self.known = sent.max(last).max(self.through);
            self.advance();
        }
    }

    /// The last packet for which there may be a place.
    pub(super) fn last_place(&self, window: u64) -> u64 {
        let ahead = self.through.saturating_add(window);
        ahead.min(self.base.saturating_add(2 * window))
    }

    /// How many places the ring has.
    pub(super) fn kept(&self) -> u64 {
        self.slots.len() as u64
    }

    pub(super) fn slot(&self, sequence: u64) -> Option<&Slot> {
        self.slots.get(self.place(sequence)?)
    }

    pub(super) fn slot_mut(&mut self, sequence: u64) -> Option<&mut Slot> {
        let place = self.place(sequence)?;
        self.slots.get_mut(place)
    }

    fn place(&self, sequence: u64) -> Option<usize> {
        usize::try_from(sequence.checked_sub(self.base + 1)?).ok()
    }

    /// Whether that packet is here, was here, or was given up.
    pub(super) fn is_settled(&self, sequence: u64) -> bool {
        sequence <= self.through || self.holds(sequence)
    }

    /// Whether that packet is here.
    pub(super) fn holds(&self, sequence: u64) -> bool {
        self.slot(sequence)
            .is_some_and(|slot| slot.datagram.is_some())
    }

    /// Takes a packet in, which has a place and is not settled.
    pub(super) fn keep(&mut self, sequence: u64, datagram: Vec<u8>, sent_at: Tick) {
        let place = self.place(sequence).expect("beyond the base");
        while self.slots.len() <= place {
            self.slots.push_back(Slot::empty());
        }
        let slot = &mut self.slots[place];
        (slot.datagram, slot.sent_at) = (Some(datagram), sent_at);
        self.known = self.known.max(sequence);
        self.advance();
    }

    fn advance(&mut self) {
        while self.holds(self.through + 1) {
            self.through += 1;
        }
        if self.through >= self.known {
            self.ask_at = Tick::MAX;
        }
        if self.through >= self.asked {
            self.asks = 0;
        }
    }

    /// Gives up what is missing: calls `lost` for each range of it.
    pub(super) fn give_up(&mut self, mut lost: impl FnMut(std::ops::RangeInclusive<u64>)) {
        while self.through < self.known {
            let first = self.through + 1;
            while self.through < self.known && !self.holds(self.through + 1) {
                self.through += 1;
            }
            if self.through >= first {
                lost(first..=self.through);
            }
            while self.holds(self.through + 1) {
                self.through += 1;
            }
        }
        self.ask_at = Tick::MAX;
    }

    /// The packets up to `last` that are missing.
    pub(super) fn missing(&self, last: u64) -> impl Iterator<Item = u64> {
        (self.through + 1..=last).filter(|sequence| !self.holds(*sequence))
    }

    /// Which packets are here or were.
    pub(super) fn holding(&self) -> Holding {
        let mut beyond = Vec::new();
        let first = self.through + 2;
        for sequence in first..=self.base + self.slots.len() as u64 {
            if self.holds(sequence) {
                let bit = (sequence - first) as usize;
                if beyond.len() <= bit / 64 {
                    beyond.resize(bit / 64 + 1, 0);
                }
                beyond[bit / 64] |= 1 << (bit % 64);
            }
        }
        Holding {
            through: self.through,
            beyond,
        }
    }

    /// Lets go of what was delivered here and is had by all, through that packet.
    pub(super) fn drop_through(&mut self, sequence: u64, pool: &mut Vec<Vec<u8>>) {
        while self.base < sequence.min(self.through) {
            let is_done = |slot: &Slot| slot.is_delivered || slot.datagram.is_none();
            match self.slots.front() {
                Some(slot) if !is_done(slot) => break,
                Some(_) => {}
                None if self.base < self.through => {}
                None => break,
            }
            if let Some(Slot {
                datagram: Some(mut datagram),
                ..
            }) = self.slots.pop_front()
                && pool.len() < POOL_MAX
            {
                datagram.clear();
                pool.push(datagram);
            }
            self.base += 1;
        }
    }
}

impl Slot {
    const fn empty() -> Self {
        Self {
            datagram: None,
            is_delivered: false,
            asks: 0,
            sent_at: Tick::ZERO,
            repair_at: Tick::MAX,
        }
    }
}

/// How many buffers wait for the next packets.
const POOL_MAX: usize = 512;
