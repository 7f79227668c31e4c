//! The packets of one sender.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use super::pool::Pool;
use super::repairs::Asked;
use crate::frame::{Holding, Nak};

/// The packets of one sender, from the first that somebody may still need.
#[derive(Debug)]
pub(super) struct Ring {
    /// The number of the first slot.
    base: u64,
    slots: VecDeque<Slot>,
    /// All through this one are here, or were, or are lost for good.
    through: u64,
    /// How many packets the sender says it sent.
    told: u64,
    /// What counts, while a cut is aimed at.
    cut: Option<Holding>,
    window: u64,
}

/// A packet's place.
#[derive(Debug)]
pub(super) struct Slot {
    datagram: Vec<u8>,
    is_here: bool,
    is_handed: bool,
    /// How often it waits to be handed over or delivered.
    pending: u16,
    /// What others asked of it.
    pub asked: Asked,
}

impl Ring {
    /// Nothing has come.
    pub fn new(window: u64) -> Self {
        Self {
            base: 1,
            slots: VecDeque::new(),
            through: 0,
            told: 0,
            cut: None,
            window,
        }
    }

    /// All through this one are here, or were.
    pub fn through(&self) -> u64 {
        self.through
    }

    /// The first that is kept.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// The last that came.
    pub fn last(&self) -> u64 {
        self.base + self.slots.len() as u64 - 1
    }

    /// Whether there may be a place for that packet: within the window behind those that came, and, with all that is kept, within
    /// two windows. A cut may need one more: its sender had credit for it.
    pub fn has_place_for(&self, sequence: u64) -> bool {
        let kept = if self.cut.is_some() { 3 } else { 2 };
        sequence >= self.base
            && sequence - self.base < kept * self.window
            && sequence <= self.through.saturating_add(self.window)
    }

    /// Whether that packet was here, or counts as lost.
    pub fn was_here(&self, sequence: u64) -> bool {
        sequence <= self.through || self.has(sequence)
    }

    /// Whether that packet is here.
    pub fn has(&self, sequence: u64) -> bool {
        self.slot(sequence).is_some()
    }

    /// Whether it counts: no cut is aimed at, or it is in it.
    pub fn counts(&self, sequence: u64) -> bool {
        self.cut.as_ref().is_none_or(|cut| cut.holds(sequence))
    }

    /// A packet that is here.
    pub fn slot(&self, sequence: u64) -> Option<&Slot> {
        let index = usize::try_from(sequence.checked_sub(self.base)?).ok()?;
        self.slots.get(index).filter(|slot| slot.is_here)
    }

    /// The same, to change it.
    pub fn slot_mut(&mut self, sequence: u64) -> Option<&mut Slot> {
        let index = usize::try_from(sequence.checked_sub(self.base)?).ok()?;
        self.slots.get_mut(index).filter(|slot| slot.is_here)
    }

    /// Keeps a packet for which there is a place, and that is not here.
    pub fn put(&mut self, sequence: u64, datagram: Vec<u8>) {
        let index = (sequence - self.base) as usize;
        self.make_places(index + 1);
        let slot = &mut self.slots[index];
        slot.datagram = datagram;
        slot.is_here = true;
    }

    /// The packet behind those that came in order, if it has come; it is then one of them.
    pub fn advance(&mut self) -> Option<u64> {
        let next = self.through + 1;
        self.has(next).then(|| {
            self.through = next;
            next
        })
    }

    /// Gives up the packets that are missing before the next that is here, at most through `to`.
    pub fn pass_over(&mut self, to: u64) -> Option<RangeInclusive<u64>> {
        let from = self.through + 1;
        let to = to.min(self.base + 2 * self.window - 1);
        let missing = (from..=to).take_while(|sequence| !self.has(*sequence));
        let last = missing.last()?;
        self.make_places((last + 1 - self.base) as usize);
        self.through = last;
        Some(from..=last)
    }

    /// Forgets what all have and nobody here waits for.
    pub fn release(&mut self, all_have: u64, pool: &mut Pool) {
        let last = all_have.min(self.through);
        while self.base <= last && self.slots.front().is_some_and(|slot| slot.pending == 0) {
            let slot = self.slots.pop_front().expect("there is one in front");
            pool.give(slot.datagram);
            self.base += 1;
        }
    }

    /// The sender says how many it sent. Whether that is more than was known. What is out of all proportion is ignored; what was too much
    /// is mended by what it says next.
    pub fn tell(&mut self, sent: u64) -> bool {
        if sent > self.through + 2 * self.window {
            return false;
        }
        let known = self.known();
        self.told = sent;
        sent > known
    }

    /// The last packet that there is, as far as is known.
    pub fn known(&self) -> u64 {
        self.told.max(self.last()).max(self.through)
    }

    /// How many the sender said it sent.
    pub fn told(&self) -> u64 {
        self.told
    }

    /// Aims at a cut, or at nothing.
    pub fn aim(&mut self, cut: Option<Holding>) {
        self.cut = cut;
    }

    /// Whether all of these are here.
    pub fn has_all_of(&self, cut: &Holding) -> bool {
        cut.through <= self.through
            && (self.through.saturating_add(1)..=cut.last())
                .all(|sequence| !cut.holds(sequence) || self.has(sequence))
    }

    /// The first packet that is missing, if one is.
    pub fn first_missing(&self) -> Option<u64> {
        let mut wanted = self.through + 1..=self.wanted();
        wanted.find(|sequence| self.is_missing(*sequence))
    }

    /// Asks for what is missing, as much as one question holds.
    pub fn nak(&self, of: usize) -> Option<Nak> {
        let first = self.first_missing()?;
        let most = self.wanted().min(first + NAK_PACKETS);
        let last = (first..=most).rfind(|sequence| self.is_missing(*sequence))?;
        let is_held = |sequence| !self.is_missing(sequence);
        Some(Nak {
            of: of as u8,
            has: Holding::of(first - 1, first + 1..=last, is_held),
            last,
        })
    }

    /// Whether that question asks for all that is missing here.
    pub fn is_asked_by(&self, nak: &Nak) -> bool {
        let mut wanted = self.through + 1..=self.wanted();
        wanted.all(|sequence| {
            !self.is_missing(sequence) || (sequence <= nak.last && !nak.has.holds(sequence))
        })
    }

    /// The packets that a question asks for and that are here and count.
    pub fn answers(&self, nak: &Nak) -> impl Iterator<Item = u64> {
        let first = self.base.max(nak.has.through.saturating_add(1));
        let last = self.last().min(nak.last);
        (first..=last).filter(|sequence| {
            !nak.has.holds(*sequence) && self.has(*sequence) && self.counts(*sequence)
        })
    }

    /// Which came.
    pub fn holding(&self) -> Holding {
        let behind = self.through + 2..=self.last();
        Holding::of(self.through, behind, |sequence| self.has(sequence))
    }

    fn is_missing(&self, sequence: u64) -> bool {
        !self.was_here(sequence) && self.counts(sequence)
    }

    /// The last packet that may be missing.
    fn wanted(&self) -> u64 {
        match &self.cut {
            Some(cut) => cut.last().min(self.base + 3 * self.window - 1),
            None => self.known(),
        }
    }

    fn make_places(&mut self, count: usize) {
        while self.slots.len() < count {
            self.slots.push_back(Slot::empty());
        }
    }
}

impl Slot {
    fn empty() -> Self {
        Self {
            datagram: Vec::new(),
            is_here: false,
            is_handed: false,
            pending: 0,
            asked: Asked::NEVER,
        }
    }

    /// The packet.
    pub fn datagram(&self) -> &[u8] {
        &self.datagram
    }

    /// Whether it was handed over.
    pub fn is_handed(&self) -> bool {
        self.is_handed
    }

    /// It is going to be handed over. Not more often than can be counted.
    pub fn wait(&mut self) -> bool {
        let more = self.pending.checked_add(1);
        self.pending = more.unwrap_or(self.pending);
        more.is_some()
    }

    /// It is handed over.
    pub fn hand(&mut self) {
        self.is_handed = true;
    }

    /// It was delivered, once.
    pub fn delivered(&mut self) {
        self.pending = self.pending.saturating_sub(1);
    }
}

/// A question fits into the smallest datagram that may be configured: 32 words.
const NAK_PACKETS: u64 = 64 * 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(here: &[u64]) -> Ring {
        let mut ring = Ring::new(16);
        for sequence in here {
            ring.put(*sequence, vec![*sequence as u8]);
            while ring.advance().is_some() {}
        }
        ring
    }

    #[test]
    fn a_question_names_all_gaps_and_nothing_else() {
        let mut ring = ring(&[1, 2, 4, 7]);
        assert!(ring.tell(9));
        let nak = ring.nak(3).unwrap();
        assert_eq!((nak.of, nak.has.through, nak.last), (3, 2, 9));
        let asked: Vec<u64> = (1..20)
            .filter(|sequence| !nak.has.holds(*sequence) && *sequence <= nak.last)
            .collect();
        assert_eq!(asked, [3, 5, 6, 8, 9]);
        assert!(ring.is_asked_by(&nak));
        ring.tell(10);
        assert!(!ring.is_asked_by(&nak));
    }

    #[test]
    fn what_the_sender_claims_is_bounded_and_mended() {
        let mut ring = ring(&[1]);
        assert!(!ring.tell(u64::MAX) && !ring.tell(34));
        assert_eq!(ring.known(), 1);
        assert!(ring.tell(33));
        assert!(!ring.tell(1));
        assert_eq!((ring.known(), ring.first_missing()), (1, None));
    }

    #[test]
    fn places_are_bounded_ahead_and_in_all() {
        let mut ring = ring(&[]);
        let bounds = [0, 1, 16, 17, u64::MAX].map(|sequence| ring.has_place_for(sequence));
        assert_eq!(bounds, [false, true, true, false, false]);
        for sequence in 1..=30 {
            ring.put(sequence, Vec::new());
            ring.advance();
        }
        assert_eq!([32, 33].map(|s| ring.has_place_for(s)), [true, false]);
        ring.aim(Some(Holding {
            through: 40,
            beyond: Vec::new(),
        }));
        assert_eq!([46, 47].map(|s| ring.has_place_for(s)), [true, false]);
    }

    #[test]
    fn what_is_given_up_is_told_run_by_run() {
        let mut ring = ring(&[1, 4]);
        assert_eq!(ring.pass_over(6), Some(2..=3));
        assert_eq!(ring.advance(), Some(4));
        assert_eq!(ring.pass_over(6), Some(5..=6));
        assert_eq!(ring.pass_over(6), None);
        assert!(ring.was_here(5) && !ring.has(5));
        assert_eq!(ring.pass_over(u64::MAX), Some(7..=32));
    }

    #[test]
    fn a_cut_hides_and_says_what_is_missing() {
        let mut ring = ring(&[1, 2, 4]);
        let cut = Holding {
            through: 1,
            beyond: vec![0b110],
        };
        assert!(!ring.has_all_of(&cut));
        ring.aim(Some(cut.clone()));
        assert_eq!(ring.first_missing(), Some(5));
        assert_eq!(
            ring.nak(0).map(|nak| (nak.has.through, nak.last)),
            Some((4, 5))
        );
        let seen = [1, 2, 3, 4, 5].map(|sequence| ring.counts(sequence));
        assert_eq!(seen, [true, false, false, true, true]);
        ring.put(5, Vec::new());
        assert!(ring.has_all_of(&cut));
        let absurd = Holding {
            through: u64::MAX,
            beyond: vec![u64::MAX],
        };
        assert!(!ring.has_all_of(&absurd));
        ring.aim(Some(absurd));
        assert_eq!(ring.nak(0).map(|nak| nak.last), Some(48));
    }
}
