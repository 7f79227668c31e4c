//! The order `total-lamport`: packets in the order of their Lamport times, those of equal time by rank.
//!
//! A packet's stamp is its time. It is delivered once nothing with a smaller (time, rank) can come any more: from each member a
//! packet or a promise was handed over that rules it out. A promise is the member's clock: its later packets have greater times.
//!
//! ```text
//!   rank 0  ──5───────────────────────────────▶   5 is held back until ranks 1 and 2 have gone past it
//!   rank 1  ─────╲──7─────────────────────────▶   7 says so for rank 1, as every packet does
//!   rank 2  ──────╲──╲───"all later ones > 8"─▶   a status says so for a member that has nothing to send
//! ```
//!
//! **A stamp is judged by the sender's last one alone**, since members' clocks differ and all must refuse the same packets: it must be
//! greater, by [`Lamport::REACH`] at most. A member whose clock was driven further by made-up stamps goes there in steps of that
//! size, by packets without messages.

use causality::Lamport;

use super::hold_back::HoldBack;
use super::{BadStamp, Next, Order, Ordering, PacketId};
use crate::Settings;
use crate::broken::Rule;

pub(super) const ORDER: Order = Order {
    name: "total-lamport",
    promise: "the same order everywhere, by timestamps that all have gone past",
    source: "Lamport 1978; Hadzilacos and Toueg 1994, section 5",
    is_fifo: true,
    is_total: true,
    needs_all: true,
    begin,
};

fn begin(size: usize, own: usize, settings: &Settings) -> Box<dyn Ordering> {
    Box::new(TotalLamport::new(size, own, settings))
}

/// The order's state in a view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TotalLamport {
    own: usize,
    clock: Lamport,
    /// The time of this member's last packet.
    stamped: u64,
    /// The last promise that was said.
    promised: u64,
    /// Of each rank, the time of its last packet.
    times: Box<[u64]>,
    /// Of each rank, a time that all its later packets are beyond.
    past: Box<[u64]>,
    /// The last packet that was delivered.
    last: (u64, usize),
    /// With their times.
    held: HoldBack<u64>,
    is_finished: bool,
    breaks_ties: bool,
    waits: bool,
}

impl TotalLamport {
    pub(super) fn new(size: usize, own: usize, settings: &Settings) -> Self {
        Self {
            own,
            clock: Lamport::new(),
            stamped: 0,
            promised: 0,
            times: vec![0; size].into(),
            past: vec![0; size].into(),
            last: (0, 0),
            held: HoldBack::new(size),
            is_finished: false,
            breaks_ties: !settings.breaks(Rule::LamportNoTieBreak),
            waits: !settings.breaks(Rule::LamportNoWait),
        }
    }

    /// The time that this member's next packet has at the least: what the clock says, in reach of the last one.
    fn least_time(&self) -> u64 {
        let in_reach = self.stamped.saturating_add(Lamport::REACH);
        self.clock.value().saturating_add(1).min(in_reach)
    }

    /// The packet of the smallest time: that, and its rank.
    fn head(&self) -> Option<(u64, usize)> {
        let fronts = self.held.ranks().filter_map(|rank| {
            let (_, time) = self.held.front(rank)?;
            Some((*time, self.place_of(rank), rank))
        });
        fronts.min().map(|(time, _, rank)| (time, rank))
    }

    /// Where a rank stands among those of the same time.
    fn place_of(&self, rank: usize) -> usize {
        if self.breaks_ties {
            return rank;
        }
        let size = self.times.len();
        (rank + size - self.own) % size
    }

    /// Whether all packets of that rank beyond that time come after the head.
    fn rules_out(past: u64, rank: usize, head: (u64, usize)) -> bool {
        past.checked_add(1).is_none_or(|least| (least, rank) > head)
    }

    fn is_due(&self, head: (u64, usize)) -> bool {
        let is_past = |rank: usize| {
            let past = if rank == self.own {
                self.least_time() - 1
            } else {
                self.past[rank]
            };
            Self::rules_out(past, rank, head)
        };
        self.is_finished || !self.waits || self.held.ranks().all(is_past)
    }

    fn is_possible(&self, from: usize, time: u64) -> bool {
        let last = self.times[from];
        time > last && time - last <= Lamport::REACH && time <= u64::MAX - Lamport::REACH
    }
}

impl Ordering for TotalLamport {
    fn stamp(&mut self, _sequence: u64, out: &mut Vec<u8>) {
        self.stamped = self.least_time();
        if self.stamped > self.clock.value() {
            // At the end of 64 bits it stays; the stamp is then refused by all.
            let _ = self.clock.send();
        }
        Lamport::at(self.stamped).encode(out);
    }

    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), BadStamp> {
        let time = Lamport::decode(stamp).map_err(|_| BadStamp)?;
        let from = packet.from;
        if !self.is_possible(from, time.value()) {
            return Err(BadStamp);
        }
        if from != self.own {
            // It is in reach: the clock has gone past the sender's last stamp already, and no stamp is near the end of 64 bits.
            self.clock.receive(time).map_err(|_| BadStamp)?;
        }
        self.times[from] = time.value();
        self.past[from] = self.past[from].max(time.value());
        self.held.push(packet, time.value());
        Ok(())
    }

    fn on_promise(&mut self, from: usize, promise: u64) {
        // What nobody can have promised is made up; and others will say more, so nothing waits for it.
        if promise.saturating_sub(self.clock.value()) <= Lamport::REACH {
            self.past[from] = self.past[from].max(promise);
        }
    }

    fn promise(&mut self) -> u64 {
        self.promised = self.least_time() - 1;
        self.promised
    }

    fn owes(&self) -> bool {
        let said = self.promised.max(self.stamped);
        // What was delivered here may still wait elsewhere, for this member.
        let waiting = self.head().unwrap_or(self.last);
        said < self.least_time() - 1 && !Self::rules_out(said, self.own, waiting)
    }

    fn has_something_to_stamp(&self) -> bool {
        self.clock.value() - self.stamped > Lamport::REACH && !self.held.is_empty()
    }

    fn next(&mut self) -> Option<Next> {
        if self.held.is_empty() {
            return None;
        }
        let head = self.head()?;
        if !self.is_due(head) {
            return None;
        }
        self.last = head;
        self.held.pop(head.1).map(|(packet, _)| Next::of(packet))
    }

    fn finish(&mut self) {
        self.is_finished = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::world::{due, packet};

    fn order(size: usize, own: usize) -> TotalLamport {
        TotalLamport::new(size, own, &Settings::new(&ORDER))
    }

    fn stamp(time: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        Lamport::at(time).encode(&mut bytes);
        bytes
    }

    impl TotalLamport {
        fn come(&mut self, from: usize, sequence: u64, time: u64) -> Result<(), BadStamp> {
            self.on_packet(packet(from, sequence), &stamp(time))
        }

        fn leave(&mut self, sequence: u64) -> u64 {
            let mut bytes = Vec::new();
            self.stamp(sequence, &mut bytes);
            self.on_packet(packet(self.own, sequence), &bytes)
                .expect("its own");
            self.stamped
        }
    }

    #[test]
    fn a_packet_waits_until_all_have_gone_past_it() {
        let mut order = order(3, 0);
        order.come(1, 1, 5).expect("possible");
        assert_eq!(due(&mut order), []);
        order.on_promise(2, 4);
        assert_eq!(due(&mut order), [(1, 1)]);
    }

    #[test]
    fn equal_times_go_by_rank() {
        let mut order = order(3, 2);
        order.come(1, 1, 5).expect("possible");
        order.come(0, 1, 5).expect("possible");
        assert_eq!(due(&mut order), [(0, 1), (1, 1)]);
    }

    #[test]
    fn a_lower_rank_that_may_still_send_at_that_time_is_waited_for() {
        let mut order = order(3, 2);
        order.come(1, 1, 5).expect("possible");
        order.on_promise(0, 4);
        assert_eq!(due(&mut order), []);
        order.on_promise(0, 5);
        assert_eq!(due(&mut order), [(1, 1)]);
    }

    #[test]
    fn who_is_alone_waits_for_nobody_and_owes_nothing() {
        let mut order = order(1, 0);
        order.leave(1);
        assert_eq!(due(&mut order), [(0, 1)]);
        assert!(!order.owes());
    }

    #[test]
    fn it_owes_its_word_until_it_is_given_also_for_what_it_has_delivered() {
        let mut order = order(2, 1);
        order.come(0, 1, 2).expect("possible");
        assert_eq!(due(&mut order), [(0, 1)]);
        assert!(order.owes());
        assert_eq!(order.promise(), 3);
        assert!(!order.owes());
        assert_eq!(order.leave(1), 4);
        assert!(!order.owes());
    }

    #[test]
    fn a_packet_is_as_good_as_a_promise() {
        let mut order = order(2, 0);
        order.come(1, 1, 5).expect("possible");
        order.leave(1);
        assert!(!order.owes());
    }

    #[test]
    fn what_is_left_when_the_view_ends_goes_by_time() {
        let mut order = order(3, 0);
        order.come(2, 1, 3).expect("possible");
        order.come(1, 1, 4).expect("possible");
        order.come(1, 2, 9).expect("possible");
        order.finish();
        assert_eq!(due(&mut order), [(2, 1), (1, 1), (1, 2)]);
    }

    #[track_caller]
    fn refused(stamp: &[u8]) {
        let mut order = order(3, 0);
        order.come(1, 1, 5).expect("possible");
        let before = order.clone();
        assert_eq!(order.on_packet(packet(1, 2), stamp), Err(BadStamp));
        assert_eq!(order, before);
    }

    #[test]
    fn a_stamp_that_cannot_be_is_refused_and_nothing_changes() {
        refused(&[]);
        refused(&[6, 0]);
        refused(&[0x80]);
        refused(&stamp(0));
        refused(&stamp(5));
        refused(&stamp(6 + Lamport::REACH));
        refused(&stamp(u64::MAX));
    }

    #[test]
    fn a_promise_beyond_reach_is_not_believed() {
        let mut order = order(3, 0);
        order.come(1, 1, 5).expect("possible");
        order.on_promise(2, u64::MAX);
        assert_eq!(due(&mut order), []);
    }

    /// Two stamps in reach of each other, and the second out of reach of this member's own: it follows in two steps.
    #[test]
    fn made_up_stamps_are_followed_in_steps_that_nobody_refuses() {
        let mut order = order(2, 1);
        let mut other = super::tests::order(2, 0);
        for (sequence, time) in [(1, Lamport::REACH), (2, 2 * Lamport::REACH)] {
            order.come(0, sequence, time).expect("in reach");
            other.times[0] = time;
        }
        let mut sequence = 0;
        while order.has_something_to_stamp() || sequence == 0 {
            sequence += 1;
            let time = order.leave(sequence);
            other.come(1, sequence, time).expect("in reach");
        }
        assert_eq!(sequence, 2);
        assert!(order.promise() >= 2 * Lamport::REACH);
    }

    #[test]
    fn near_the_end_of_64_bits_stamps_are_refused_and_nothing_overflows() {
        let mut order = order(2, 0);
        let mut sequence = 0;
        let mut time = 0;
        while order.come(1, sequence + 1, time + Lamport::REACH).is_ok() {
            sequence += 1;
            time += Lamport::REACH;
        }
        assert_eq!(sequence, 65_534);
        order.clock = Lamport::at(u64::MAX);
        order.stamped = u64::MAX - 1;
        let mut bytes = Vec::new();
        for _ in 0..3 {
            order.stamp(1, &mut bytes);
        }
        assert_eq!(order.promise(), u64::MAX - 1);
        assert_eq!(
            order.on_packet(packet(0, 1), &stamp(u64::MAX)),
            Err(BadStamp)
        );
    }
}
