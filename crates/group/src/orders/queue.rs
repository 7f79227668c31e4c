//! Packets handed over as they are given: all that the weaker orders do, for what may be given when is the streams' affair.

use std::collections::VecDeque;

use super::{BadStamp, Next, Ordering, PacketId};

/// Packets as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Queue {
    packets: VecDeque<PacketId>,
}

impl Ordering for Queue {
    fn stamp(&mut self, _sequence: u64, _out: &mut Vec<u8>) {}

    fn on_packet(&mut self, packet: PacketId, stamp: &[u8]) -> Result<(), BadStamp> {
        if !stamp.is_empty() {
            return Err(BadStamp);
        }
        self.packets.push_back(packet);
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
        self.packets.pop_front().map(Next::of)
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_went_in() {
        let mut queue = Queue::default();
        let packets = [(1, 2), (0, 1), (1, 1)].map(|(from, sequence)| PacketId { from, sequence });
        for packet in packets {
            queue.on_packet(packet, &[]).expect("no stamp is right");
        }
        let given: Vec<PacketId> = std::iter::from_fn(|| queue.next())
            .map(|next| next.packet)
            .collect();
        assert_eq!(given, packets);
    }

    #[test]
    fn a_stamp_is_refused_for_nobody_writes_one() {
        let packet = PacketId {
            from: 0,
            sequence: 1,
        };
        let mut queue = Queue::default();
        assert_eq!(queue.on_packet(packet, &[0]), Err(BadStamp));
        assert_eq!(queue.next(), None);
    }
}
