//! Packets that are to be sent again, by when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use timing::Tick;

use crate::orders::PacketId;

/// Packets that are to be sent again. What became of one meanwhile stands with the packet ([`Asked`]): a repair that was
/// called off stays in here until its time, and is then passed over.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    due: BinaryHeap<Reverse<(Tick, PacketId)>>,
}

/// What was asked of one packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How often others asked for it since it last came or was sent again; those who ask within [`SPACING`] of each other count
    /// once.
    pub times: u8,
    /// When somebody may count as asking again.
    counts_from: Tick,
    /// Not to be sent again before.
    not_before: Tick,
    /// When it is to be sent again; [`Tick::MAX`] where it is not.
    due: Tick,
}

impl Repairs {
    /// Has that packet sent again at that time, if it was not sent again just now and is not going to be anyway. Whoever asks
    /// while too many wait has to ask again.
    pub fn plan(&mut self, asked: &mut Asked, packet: PacketId, now: Tick, at: Tick) {
        if now < asked.not_before || asked.due < Tick::MAX || self.due.len() >= WAITING_MAX {
            return;
        }
        asked.due = at;
        self.due.push(Reverse((at, packet)));
    }

    /// When the next is due.
    pub fn wake_at(&self) -> Tick {
        self.due.peek().map_or(Tick::MAX, |Reverse((at, _))| *at)
    }

    /// One that is due, with its time; it may have been called off.
    pub fn pop(&mut self, now: Tick) -> Option<(Tick, PacketId)> {
        (self.wake_at() <= now)
            .then(|| self.due.pop())
            .flatten()
            .map(|Reverse(next)| next)
    }
}

impl Asked {
    /// Nobody has asked.
    pub const NEVER: Self = Self {
        times: 0,
        counts_from: Tick::ZERO,
        not_before: Tick::ZERO,
        due: Tick::MAX,
    };

    /// Somebody asks. How often it was by now.
    pub fn count(&mut self, now: Tick) -> u8 {
        if now >= self.counts_from {
            self.times = self.times.saturating_add(1);
            self.counts_from = now + SPACING;
        }
        self.times
    }

    /// It was sent again, by whomever.
    pub fn answered(&mut self, now: Tick) {
        *self = Self {
            not_before: now + SPACING,
            ..Self::NEVER
        };
    }

    /// Whether that time still holds.
    pub fn is_due(&self, at: Tick) -> bool {
        self.due == at
    }
}

/// A packet is sent again at most once in this time: several may ask for it at once, and a repair takes its time to arrive.
const SPACING: Duration = Duration::from_micros(500);
/// All of four rings of default size.
const WAITING_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: PacketId = PacketId {
        from: 1,
        sequence: 7,
    };

    fn at(micros: u64) -> Tick {
        Tick::from_nanos(micros * 1000)
    }

    #[test]
    fn a_packet_is_planned_once_and_not_again_right_after_it_was_sent() {
        let (mut repairs, mut asked) = (Repairs::default(), Asked::NEVER);
        repairs.plan(&mut asked, PACKET, at(0), at(300));
        repairs.plan(&mut asked, PACKET, at(1), at(400));
        assert_eq!(repairs.wake_at(), at(300));
        assert_eq!(repairs.pop(at(299)), None);
        assert_eq!(repairs.pop(at(300)), Some((at(300), PACKET)));
        assert!(asked.is_due(at(300)));
        asked.answered(at(300));
        repairs.plan(&mut asked, PACKET, at(799), at(799));
        assert_eq!(repairs.wake_at(), Tick::MAX);
        repairs.plan(&mut asked, PACKET, at(800), at(800));
        assert_eq!(repairs.wake_at(), at(800));
    }

    #[test]
    fn what_was_heard_meanwhile_is_not_due_any_more() {
        let (mut repairs, mut asked) = (Repairs::default(), Asked::NEVER);
        repairs.plan(&mut asked, PACKET, at(0), at(300));
        asked.answered(at(100));
        assert_eq!(repairs.pop(at(300)), Some((at(300), PACKET)));
        assert!(!asked.is_due(at(300)));
    }

    #[test]
    fn those_who_ask_together_count_once() {
        let mut asked = Asked::NEVER;
        let counts = [0, 10, 499, 500, 800, 1000].map(|micros| asked.count(at(micros)));
        assert_eq!(counts, [1, 1, 1, 2, 2, 3]);
    }
}
