//! The order `total-sequencer`: everybody sends to all, and the member of rank 0 says in which order it counts (method BB).
//!
//! The stamps of rank 0's packets are *records*: of which ranks the packets through which number come next, the ranks in ascending
//! order. A packet of its own comes behind what its record names. It writes one with each of its packets, and a packet without
//! messages where it has nothing to send.
//!
//! ```text
//!   rank 1  ──a1──a2────────────────────────────────▶
//!   rank 2  ───────╲──b1────────────────────────────▶
//!   rank 0  ─────────╲───s1 [1: 2 more, 2: 1 more]──▶   a1 a2 b1 s1, everywhere
//! ```
//!
//! When a view ends, what has no place yet comes behind what has one, by rank and number. Records may name packets that nobody has
//! who goes on: these are passed over.
//!
//! Records are written as [`counts`]; the stamps of other ranks are empty.

use std::collections::VecDeque;

use super::hold_back::HoldBack;
use super::{BadStamp, Next, Order, Ordering, PacketId, counts};
use crate::Settings;
use crate::broken::Rule;

pub(super) const ORDER: Order = Order {
    name: "total-sequencer",
    promise: "the same order everywhere, as one member decides",
    source: "Kaashoek, Tanenbaum and Flynn Hummel 1989 (method BB)",
    is_fifo: true,
    is_total: true,
    needs_all: true,
    begin,
};

/// The rank that decides.
const SEQUENCER: usize = 0;

/// The most packets that a record names of one rank: two bytes.
const MORE_MAX: u64 = (1 << 14) - 1;

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    Box::new(TotalSequencer::new(size, own, settings))
}

/// The order's state in a view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TotalSequencer {
    own: usize,
    /// Through which packet those of each rank were given.
    seen: Box<[u64]>,
    /// Through which packet those of each rank are in a record that was given.
    placed: Box<[u64]>,
    /// At the sequencer: through which packet those of each rank are in a record that was written.
    written: Box<[u64]>,
    /// What comes next.
    runs: VecDeque<Run>,
    held: HoldBack<()>,
    is_finished: bool,
    flushes: bool,
}

/// The packets of a rank through a number, those before it that were not delivered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    rank: usize,
    last: u64,
    /// The sequencer's packet that says so.
    record: u64,
}

impl TotalSequencer {
    pub(super) fn new(size: usize, own: usize, settings: &Settings) -> Self {
        Self {
            own,
            seen: vec![0; size].into(),
            placed: vec![0; size].into(),
            written: vec![0; size].into(),
            runs: VecDeque::new(),
            held: HoldBack::new(size),
            is_finished: false,
            flushes: !settings.breaks(Rule::SequencerNoFlush),
        }
    }

    /// The runs of a record that was checked, and of the packet that carries it.
    fn place(&mut self, packet: PacketId, stamp: &[u8]) {
        for (rank, more) in counts::read(stamp) {
            self.placed[rank] += more;
            self.runs.push_back(Run {
                rank,
                last: self.placed[rank],
                record: packet.sequence,
            });
        }
        match self.runs.back_mut() {
            Some(run) if run.rank == SEQUENCER => run.last = packet.sequence,
            _ => self.runs.push_back(Run {
                rank: SEQUENCER,
                last: packet.sequence,
                record: packet.sequence,
            }),
        }
    }

    /// The next packet that has a place.
    fn next_placed(&mut self) -> Option<Next> {
        loop {
            let run = *self.runs.front()?;
            let is_whole = self.seen[run.rank] >= run.last;
            match self.held.front(run.rank) {
                Some((sequence, ())) if sequence <= run.last => {
                    let (packet, ()) = self.held.pop(run.rank)?;
                    if sequence == run.last {
                        self.runs.pop_front();
                    }
                    let because = (run.rank != SEQUENCER).then_some(PacketId {
                        from: SEQUENCER,
                        sequence: run.record,
                    });
                    return Some(Next { packet, because });
                }
                // What is behind it was refused, or will never come.
                _ if is_whole || self.is_finished => self.runs.pop_front(),
                _ => return None,
            };
        }
    }

    /// The next packet that has no place when a view ends.
    fn next_unplaced(&mut self) -> Option<Next> {
        let first = if self.flushes { 0 } else { self.own };
        let size = self.seen.len();
        let mut ranks = (first..size).chain(0..first);
        let rank = ranks.find(|rank| self.held.front(*rank).is_some())?;
        self.held.pop(rank).map(|(packet, ())| Next::of(packet))
    }
}

impl Ordering for TotalSequencer {
    fn stamp(&mut self, _sequence: u64, out: &mut Vec<u8>) {
        if self.own != SEQUENCER {
            return;
        }
        for rank in 1..self.seen.len() {
            let more = (self.seen[rank] - self.written[rank]).min(MORE_MAX);
            if more > 0 {
                self.written[rank] += more;
                counts::write(rank, more, out);
            }
        }
    }

    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), BadStamp> {
        let ranks = if packet.from == SEQUENCER {
            1..self.seen.len()
        } else {
            0..0
        };
        counts::check(stamp, ranks, MORE_MAX)?;
        self.seen[packet.from] = packet.sequence;
        self.held.push(packet, ());
        if packet.from == SEQUENCER {
            self.place(packet, stamp);
        }
        Ok(())
    }

    fn on_promise(&mut self, _from: usize, _promise: u64) {}

    fn promise(&mut self) -> u64 {
        0
    }

    fn owes(&self) -> bool {
        false
    }

    fn has_something_to_stamp(&self) -> bool {
        self.own == SEQUENCER && self.seen[1..] != self.written[1..]
    }

    fn next(&mut self) -> Option<Next> {
        let next = self.next_placed();
        if next.is_some() || !self.is_finished {
            return next;
        }
        self.next_unplaced()
    }

    fn finish(&mut self) {
        self.is_finished = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::world::{due, packet};

    fn order(own: usize) -> TotalSequencer {
        TotalSequencer::new(3, own, &Settings::new(&ORDER))
    }

    #[track_caller]
    fn come(order: &mut TotalSequencer, from: usize, sequence: u64, stamp: &[u8]) {
        let came = order.on_packet(packet(from, sequence), stamp);
        assert_eq!(came, Ok(()));
    }

    #[test]
    fn the_sequencer_writes_what_it_has_and_counts_its_own_packet_behind_that() {
        let mut order = order(0);
        come(&mut order, 2, 1, &[]);
        come(&mut order, 1, 1, &[]);
        come(&mut order, 1, 2, &[]);
        assert_eq!(due(&mut order), []);
        assert!(order.has_something_to_stamp());
        let mut stamp = Vec::new();
        order.stamp(1, &mut stamp);
        assert_eq!(stamp, [1, 2, 2, 1]);
        assert!(!order.has_something_to_stamp());
        come(&mut order, 0, 1, &stamp);
        assert_eq!(due(&mut order), [(1, 1), (1, 2), (2, 1), (0, 1)]);
    }

    #[test]
    fn a_packet_waits_for_its_record_and_a_record_for_its_packets() {
        let mut order = order(1);
        come(&mut order, 2, 1, &[]);
        assert_eq!(due(&mut order), []);
        come(&mut order, 0, 1, &[1, 1, 2, 1]);
        assert_eq!(due(&mut order), []);
        come(&mut order, 1, 1, &[]);
        let first = order.next().expect("it has a place");
        assert_eq!(first.because, Some(packet(0, 1)));
        assert_eq!(due(&mut order), [(2, 1), (0, 1)]);
    }

    #[test]
    fn the_sequencers_own_packets_have_their_place_from_themselves() {
        let mut order = order(1);
        come(&mut order, 0, 1, &[]);
        come(&mut order, 0, 2, &[]);
        assert_eq!(order.next(), Some(Next::of(packet(0, 1))));
        assert_eq!(order.next(), Some(Next::of(packet(0, 2))));
    }

    #[test]
    fn more_packets_than_a_record_may_name_are_in_the_next_one() {
        let mut order = order(0);
        let mut stamp = Vec::new();
        for sequence in 1..=MORE_MAX + 2 {
            come(&mut order, 2, sequence, &[]);
        }
        order.stamp(1, &mut stamp);
        assert_eq!(stamp, [2, 0xff, 0x7f]);
        assert!(order.has_something_to_stamp());
        stamp.clear();
        order.stamp(2, &mut stamp);
        assert_eq!(stamp, [2, 2]);
    }

    #[test]
    fn when_the_view_ends_records_without_packets_are_passed_over_and_the_rest_comes_by_rank() {
        let mut order = order(1);
        come(&mut order, 2, 1, &[]);
        come(&mut order, 1, 1, &[]);
        come(&mut order, 2, 2, &[]);
        come(&mut order, 0, 1, &[1, 4, 2, 1]);
        come(&mut order, 0, 2, &[]);
        assert_eq!(due(&mut order), [(1, 1)]);
        order.finish();
        assert_eq!(due(&mut order), [(2, 1), (0, 1), (0, 2), (2, 2)]);
    }

    #[test]
    fn a_refused_packet_that_a_record_covers_is_passed_over() {
        let mut order = order(1);
        come(&mut order, 2, 1, &[]);
        assert_eq!(order.on_packet(packet(2, 2), &[7]), Err(BadStamp));
        come(&mut order, 2, 3, &[]);
        come(&mut order, 0, 1, &[2, 3]);
        assert_eq!(due(&mut order), [(2, 1), (2, 3), (0, 1)]);
    }

    #[track_caller]
    fn refused(from: usize, stamp: &[u8]) {
        let mut order = order(1);
        let before = order.clone();
        assert_eq!(order.on_packet(packet(from, 1), stamp), Err(BadStamp));
        assert_eq!(order, before);
    }

    #[test]
    fn a_stamp_that_cannot_be_is_refused_and_nothing_changes() {
        refused(2, &[1, 1]);
        refused(0, &[0, 1]);
        refused(0, &[3, 1]);
        refused(0, &[1, 0]);
        refused(0, &[1, 1, 1, 1]);
        refused(0, &[1, 0x80, 0x80, 1]);
        refused(0, &[2, 1, 1]);
    }
}
