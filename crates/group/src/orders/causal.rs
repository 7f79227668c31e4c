//! The order `causal`: a packet waits for all that its sender had delivered when it sent it.
//!
//! A stamp says how many packets of each other rank the sender had delivered by then; a packet is delivered when this member has
//! delivered as many, and all earlier ones of the sender.
//!
//! ```text
//!   rank 0  ──a──────────────────────────▶
//!   rank 1  ───╲──b [0: 1]───────────────▶   b was sent knowing a
//!   rank 2  ─────────╲──────╲────────────▶   b comes first, and waits: delivered are a, b
//! ```
//!
//! A stamp holds only what is new since the sender's last packet ([`counts`]). So nothing but the entries that changed has to be
//! compared either: the packet before, which comes first, has waited for the others.
//!
//! An entry that is greater than what was ever sent is not refused, for only that rank knows at once that it is: the packet waits, at
//! all members alike, and is discarded by all when the view ends. The same happens to what follows from a packet that nobody has who
//! goes on.

use std::collections::VecDeque;

use super::hold_back::HoldBack;
use super::{BadStamp, Next, Order, Ordering, PacketId, counts};
use crate::Settings;
use crate::broken::Rule;

pub(super) const ORDER: Order = Order {
    name: "causal",
    promise: "no message before one that may have caused it",
    source: "Birman, Schiper and Stephenson 1991, section 5.1",
    is_fifo: true,
    is_total: false,
    needs_all: true,
    begin,
};

/// The most packets of a rank that a stamp may name at once: seven bytes, so a stamp has at most 63 times 8.
const MORE_MAX: u64 = (1 << 49) - 1;

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    Box::new(Causal::new(size, own, settings))
}

/// The order's state in a view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Causal {
    own: usize,
    /// Through which packet those of each rank were delivered: the vector clock.
    delivered: Box<[u64]>,
    /// What this member's last stamp said of each rank.
    stamped: Box<[u64]>,
    /// Through which packet those of each rank were given.
    seen: Box<[u64]>,
    /// What the last stamp of each rank said of each other one, rank by rank.
    heard: Box<[u64]>,
    /// With how many entries of `needs` each has.
    held: HoldBack<u8>,
    /// Of each rank, what its packets that wait have to wait for, one behind the other.
    needs: Box<[VecDeque<PacketId>]>,
    waits: bool,
    counts_receipts: bool,
}

impl Causal {
    pub(super) fn new(size: usize, own: usize, settings: &Settings) -> Self {
        Self {
            own,
            delivered: vec![0; size].into(),
            stamped: vec![0; size].into(),
            seen: vec![0; size].into(),
            heard: vec![0; size * size].into(),
            held: HoldBack::new(size),
            needs: vec![VecDeque::new(); size].into(),
            waits: !settings.breaks(Rule::CausalNoWait),
            counts_receipts: settings.breaks(Rule::CausalCountsReceipts),
        }
    }

    fn is_due(&self, rank: usize) -> bool {
        let Some((_, needs)) = self.held.front(rank) else {
            return false;
        };
        let count = if self.counts_receipts {
            &self.seen
        } else {
            &self.delivered
        };
        let mut needs = self.needs[rank].iter().take(usize::from(*needs));
        !self.waits || needs.all(|need| count[need.from] >= need.sequence)
    }
}

impl Ordering for Causal {
    fn stamp(&mut self, _sequence: u64, out: &mut Vec<u8>) {
        for (rank, (said, count)) in self.stamped.iter_mut().zip(&self.delivered).enumerate() {
            if rank != self.own && *said < *count {
                counts::write(rank, count - *said, out);
                *said = *count;
            }
        }
    }

    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), BadStamp> {
        let from = packet.from;
        counts::check(stamp, 0..self.delivered.len(), MORE_MAX)?;
        if counts::read(stamp).any(|(of, _)| of == from) {
            return Err(BadStamp);
        }
        let mut needs = 0;
        for (of, more) in counts::read(stamp) {
            let heard = &mut self.heard[from * self.delivered.len() + of];
            *heard = heard.saturating_add(more);
            self.needs[from].push_back(PacketId {
                from: of,
                sequence: *heard,
            });
            needs += 1;
        }
        self.seen[from] = packet.sequence;
        self.held.push(packet, needs);
        Ok(())
    }

    fn on_promise(&mut self, _from: usize, _promise: u64) {}

    fn promise(&mut self) -> u64 {
        0
    }

    fn owes(&self) -> bool {
        false
    }

    fn next(&mut self) -> Option<Next> {
        if self.held.is_empty() {
            return None;
        }
        let rank = self.held.ranks().find(|rank| self.is_due(*rank))?;
        let (packet, needs) = self.held.pop(rank)?;
        self.needs[rank].drain(..usize::from(needs));
        self.delivered[rank] = packet.sequence;
        Some(Next::of(packet))
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::world::{due, packet};

    fn order(own: usize) -> Causal {
        Causal::new(3, own, &Settings::new(&ORDER))
    }

    #[track_caller]
    fn come(order: &mut Causal, from: usize, sequence: u64, stamp: &[u8]) {
        let came = order.on_packet(packet(from, sequence), stamp);
        assert_eq!(came, Ok(()));
    }

    #[track_caller]
    fn stamped(order: &mut Causal, sequence: u64, expected: &[u8]) {
        let mut stamp = Vec::new();
        order.stamp(sequence, &mut stamp);
        assert_eq!(stamp, expected);
        come(order, order.own, sequence, &stamp);
    }

    #[test]
    fn a_stamp_says_what_was_delivered_since_the_last() {
        let mut order = order(1);
        stamped(&mut order, 1, &[]);
        come(&mut order, 0, 1, &[]);
        come(&mut order, 0, 2, &[]);
        // What waits for its cause was not delivered, and is not in it.
        come(&mut order, 2, 1, &[0, 3]);
        assert_eq!(due(&mut order), [(0, 1), (0, 2), (1, 1)]);
        stamped(&mut order, 2, &[0, 2]);
        stamped(&mut order, 3, &[]);
        come(&mut order, 0, 3, &[]);
        assert_eq!(due(&mut order), [(0, 3), (1, 2), (1, 3), (2, 1)]);
        stamped(&mut order, 4, &[0, 1, 2, 1]);
    }

    #[test]
    fn an_answer_waits_for_what_it_answers_and_others_do_not() {
        let mut order = order(2);
        come(&mut order, 1, 1, &[0, 1]);
        come(&mut order, 1, 2, &[]);
        stamped(&mut order, 1, &[]);
        assert_eq!(due(&mut order), [(2, 1)]);
        come(&mut order, 0, 1, &[]);
        assert_eq!(due(&mut order), [(0, 1), (1, 1), (1, 2)]);
    }

    #[test]
    fn entries_add_up_from_stamp_to_stamp() {
        let mut order = order(2);
        come(&mut order, 1, 1, &[0, 1]);
        come(&mut order, 1, 2, &[0, 1]);
        come(&mut order, 0, 1, &[]);
        assert_eq!(due(&mut order), [(0, 1), (1, 1)]);
        come(&mut order, 0, 2, &[]);
        assert_eq!(due(&mut order), [(0, 2), (1, 2)]);
    }

    #[test]
    fn what_follows_from_something_that_is_not_in_the_cut_is_never_given() {
        let mut order = order(2);
        come(&mut order, 1, 1, &[]);
        come(&mut order, 1, 2, &[0, 1]);
        come(&mut order, 1, 3, &[]);
        order.finish();
        assert_eq!(due(&mut order), [(1, 1)]);
    }

    #[test]
    fn entries_that_never_were_sent_wait_and_overflow_nothing() {
        let mut order = order(2);
        let mut stamp = Vec::new();
        counts::write(0, MORE_MAX, &mut stamp);
        for sequence in 1..=300 {
            come(&mut order, 1, sequence, &stamp);
        }
        assert_eq!(due(&mut order), []);
    }

    #[track_caller]
    fn refused(stamp: &[u8]) {
        let mut order = order(2);
        let before = order.clone();
        assert_eq!(order.on_packet(packet(1, 1), stamp), Err(BadStamp));
        assert_eq!(order, before);
    }

    #[test]
    fn a_stamp_that_cannot_be_is_refused_and_nothing_changes() {
        refused(&[1, 1]);
        refused(&[3, 1]);
        refused(&[0, 0]);
        refused(&[2, 1, 0, 1]);
        refused(&[0, 1, 2]);
        refused(&[0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]);
    }
}
