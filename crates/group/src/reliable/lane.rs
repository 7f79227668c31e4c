//! One sender's packets in one view.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

use timing::Tick;

use super::habits::Habits;
use crate::frame::Holding;

/// One sender's packets: a ring from the first that somebody may still need to the last that is known to have been sent.
#[derive(Debug)]
pub(super) struct Lane {
    /// Packets up to this one are needed by nobody and are gone.
    base: u64,
    /// The packet `base + 1 + i` at place i.
    slots: VecDeque<Slot>,
    /// Through which packet all are here, or given up.
    pub(super) through: u64,
    /// Through which packet all were handed over, in ascending order.
    pub(super) handed: u64,
    /// No later than anything is to be asked for.
    pub(super) ask_at: Tick,
    /// Before then nothing is asked for.
    pub(super) rest_until: Tick,
    /// Whether its sender is gone, so that others answer in its place.
    pub(super) is_orphan: bool,
    /// What its packets use to do.
    pub(super) habits: Habits,
    /// The last packets that came again and not first-hand.
    mended: VecDeque<Mended>,
}

/// A packet, or the place of one.
#[derive(Debug)]
pub(super) enum Slot {
    Here(Here),
    Missing(Missing),
}

/// A packet.
#[derive(Debug)]
pub(super) struct Here {
    pub(super) datagram: Vec<u8>,
    pub(super) is_delivered: bool,
    /// How often others asked for it.
    pub(super) asks: u8,
    /// When this member last sent it; [`Tick::ZERO`] for never.
    pub(super) sent_at: Tick,
    /// When this member will send it again; [`Tick::MAX`] for not.
    pub(super) repair_at: Tick,
}

/// A packet that is known to have been sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    /// Since when.
    noticed_at: Tick,
    /// When to ask for it.
    pub(super) ask_at: Tick,
    /// When it was first asked for.
    asked_at: Tick,
    /// How often it was asked for.
    pub(super) asks: u8,
}

/// How a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coming {
    /// As it was sent first: if it was missed, it was late and not lost.
    FirstHand,
    /// Sent again.
    Again,
}

/// A packet that came again: it may still turn out to have been late, or asked for too often.
#[derive(Debug)]
struct Mended {
    sequence: u64,
    noticed_at: Tick,
    /// How long after it was first asked for, if it was asked for several times: which of them was answered is not known.
    took: Option<Duration>,
}

impl Lane {
    pub(super) fn new() -> Self {
        Self {
            base: 0,
            slots: VecDeque::new(),
            through: 0,
            handed: 0,
            ask_at: Tick::MAX,
            rest_until: Tick::ZERO,
            is_orphan: false,
            habits: Habits::default(),
            mended: VecDeque::new(),
        }
    }

    /// The last packet that is known to have been sent.
    pub(super) fn known(&self) -> u64 {
        self.base + self.slots.len() as u64
    }

    /// All packets through that one have been sent, it is said; those of which nothing was known are missing.
    pub(super) fn notice(&mut self, last: u64, missing: Missing) {
        while self.known() < last {
            self.slots.push_back(Slot::Missing(missing));
        }
        self.ask_at = self.ask_at.min(missing.ask_at);
    }

    /// Its sender says how many it has sent. Where others were believed who told of more, and it was asked for in vain, that
    /// mends it.
    pub(super) fn mend(&mut self, sent: u64, asks: u8) {
        let is_vain = |slot: &Slot| matches!(slot, Slot::Missing(missing) if missing.asks >= asks);
        if sent < self.known() && self.slots.back().is_some_and(is_vain) {
            while self.known() > sent.max(self.through)
                && matches!(self.slots.back(), Some(Slot::Missing(_)))
            {
                self.slots.pop_back();
            }
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

    pub(super) fn here(&self, sequence: u64) -> Option<&Here> {
        match self.slots.get(self.place(sequence)?)? {
            Slot::Here(here) => Some(here),
            Slot::Missing(_) => None,
        }
    }

    pub(super) fn here_mut(&mut self, sequence: u64) -> Option<&mut Here> {
        let place = self.place(sequence)?;
        match self.slots.get_mut(place)? {
            Slot::Here(here) => Some(here),
            Slot::Missing(_) => None,
        }
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
        self.here(sequence).is_some()
    }

    /// Takes a packet in, which has a place and is not settled; those before it are noticed. What it was if it was missing.
    pub(super) fn keep(
        &mut self,
        sequence: u64,
        datagram: Vec<u8>,
        sent_at: Tick,
    ) -> Option<Missing> {
        let place = self.place(sequence).expect("beyond the base");
        let slot = Slot::Here(Here {
            datagram,
            is_delivered: false,
            asks: 0,
            sent_at,
            repair_at: Tick::MAX,
        });
        let was = match self.slots.get_mut(place) {
            Some(known) => Some(std::mem::replace(known, slot)),
            None => {
                debug_assert_eq!(self.slots.len(), place, "those before it are noticed");
                self.slots.push_back(slot);
                None
            }
        };
        self.advance();
        match was? {
            Slot::Missing(missing) => Some(missing),
            Slot::Here(_) => None,
        }
    }

    fn advance(&mut self) {
        while self.holds(self.through + 1) {
            self.through += 1;
        }
        if self.through >= self.known() {
            self.ask_at = Tick::MAX;
        }
    }

    /// Learns from how a packet came that was missing; so do `all`, which are the habits of all senders.
    pub(super) fn learn(
        &mut self,
        now: Tick,
        (sequence, missing): (u64, Missing),
        coming: Coming,
        all: &mut Habits,
    ) {
        if coming == Coming::FirstHand {
            let late = now.since(missing.noticed_at);
            return self.note(all, |habits| habits.was_late(late));
        }
        self.note(all, Habits::was_lost);
        let took = now.since(missing.asked_at);
        if missing.asks == 1 {
            self.note(all, |habits| habits.was_answered(took));
        }
        if self.mended.len() >= MENDED_MAX {
            self.mended.pop_front();
        }
        self.mended.push_back(Mended {
            sequence,
            noticed_at: missing.noticed_at,
            took: (missing.asks > 1).then_some(took),
        });
    }

    /// Learns from a packet that came another time. First-hand behind a repair: it was late, and not lost. Again behind a repair
    /// that was asked for several times: all were answered, so the first of them was.
    pub(super) fn learn_from_double(
        &mut self,
        now: Tick,
        sequence: u64,
        coming: Coming,
        all: &mut Habits,
    ) {
        let Some(at) = self.mended.iter().position(|one| one.sequence == sequence) else {
            return;
        };
        match coming {
            Coming::FirstHand => {
                let late = now.since(self.mended[at].noticed_at);
                self.note(all, |habits| habits.was_late(late));
                self.mended.remove(at);
            }
            Coming::Again => {
                if let Some(took) = self.mended[at].took.take() {
                    self.note(all, |habits| habits.was_answered(took));
                }
            }
        }
    }

    fn note(&mut self, all: &mut Habits, what: impl Fn(&mut Habits)) {
        what(&mut self.habits);
        what(all);
    }

    /// Gives up what is missing and due: calls `lost` for each range of it.
    pub(super) fn give_up(&mut self, now: Tick, mut lost: impl FnMut(RangeInclusive<u64>)) {
        let is_due = |lane: &Self| lane.missing(lane.through + 1).map(|one| one.ask_at <= now);
        loop {
            let first = self.through + 1;
            while is_due(self) == Some(true) {
                self.through += 1;
            }
            if self.through >= first {
                lost(first..=self.through);
            }
            self.advance();
            match self.missing(self.through + 1) {
                Some(missing) if missing.ask_at > now => {
                    self.ask_at = missing.ask_at;
                    return;
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    fn missing(&self, sequence: u64) -> Option<&Missing> {
        match self.slots.get(self.place(sequence)?)? {
            Slot::Here(_) => None,
            Slot::Missing(missing) => Some(missing),
        }
    }

    /// The packets up to `last` that are missing.
    pub(super) fn all_missing(&mut self, last: u64) -> impl Iterator<Item = (u64, &mut Missing)> {
        let first = self.through + 1;
        let from = self.place(first).unwrap_or(0).min(self.slots.len());
        let slots = (first..=last).zip(self.slots.range_mut(from..));
        slots.filter_map(|(sequence, slot)| match slot {
            Slot::Here(_) => None,
            Slot::Missing(missing) => Some((sequence, missing)),
        })
    }

    /// Which packets are here or were.
    pub(super) fn holding(&self) -> Holding {
        let mut beyond = Vec::new();
        let first = self.through + 2;
        for sequence in (first..=self.known()).filter(|sequence| self.holds(*sequence)) {
            mark(&mut beyond, sequence - first);
        }
        Holding {
            through: self.through,
            beyond,
        }
    }

    /// Lets go of what was delivered here and is had by all, through that packet.
    pub(super) fn drop_through(&mut self, sequence: u64, pool: &mut Vec<Vec<u8>>) {
        while self.base < sequence.min(self.through) {
            if matches!(self.slots.front(), Some(Slot::Here(here)) if !here.is_delivered) {
                return;
            }
            if let Some(Slot::Here(mut here)) = self.slots.pop_front()
                && pool.len() < POOL_MAX
            {
                here.datagram.clear();
                pool.push(here.datagram);
            }
            self.base += 1;
        }
    }
}

impl Missing {
    /// It is missing since then, and to be asked for then.
    pub(super) fn new(noticed_at: Tick, ask_at: Tick) -> Self {
        Self {
            noticed_at,
            ask_at,
            asked_at: Tick::ZERO,
            asks: 0,
        }
    }

    /// It is asked for, and will be again.
    pub(super) fn ask(&mut self, now: Tick, next: Tick) {
        if self.asks == 0 {
            self.asked_at = now;
        }
        self.asks = self.asks.saturating_add(1);
        self.ask_at = next;
    }

    /// It was asked for in vain, for reasons that no longer hold: it is as if it had not been.
    pub(super) fn ask_anew(&mut self, now: Tick) {
        (self.asks, self.ask_at) = (0, now);
    }
}

/// Sets a bit.
pub(super) fn mark(words: &mut Vec<u64>, bit: u64) {
    let word = (bit / 64) as usize;
    if words.len() <= word {
        words.resize(word + 1, 0);
    }
    words[word] |= 1 << (bit % 64);
}

/// How many buffers wait for the next packets.
const POOL_MAX: usize = 512;
/// How many packets are remembered that came again.
const MENDED_MAX: usize = 32;
