//! What a group promises, and with which patience. All members need the same promises.

use std::time::Duration;

use crate::broken::Rule;
use crate::id::fnv;
use crate::view::MEMBERS_MAX;
use crate::{Broken, Order, SettingsError};

/// What a group promises, and how it goes about it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// In which order messages are delivered.
    pub order: &'static Order,
    /// When an ordered message is delivered.
    pub level: Level,
    /// What becomes of datagrams that are lost.
    pub reliability: Reliability,
    /// Who goes on when the group falls apart.
    pub partitions: Partitions,
    /// Half of what is a minority.
    pub quorum: Quorum,
    /// What becomes of senders while a member does not keep up.
    pub slow: Slow,
    /// The largest datagram, 512 to 65,000 bytes.
    pub datagram_bytes: usize,
    /// How many packets of a sender may be on their way to some member, 16 to 4,096.
    pub window_packets: usize,
    /// How many bytes of messages wait while none may be sent; then [`SendError::Busy`](crate::SendError::Busy) is given.
    pub queue_bytes: usize,
    /// The longest time between two signs of life.
    pub heartbeat: Duration,
    /// How long a member must be silent, at the least, before it is suspected.
    pub suspect_after: Duration,
    /// Within which time, drawn at random, one asks for what is missing in a group of 18 and more; in a smaller one a sixteenth of it for each
    /// other that may miss it too, in a group of two at once.
    pub nak_delay: Duration,
    /// How long a newcomer looks for a group before it founds one.
    pub found_after: Duration,
    /// The most bytes of state that a newcomer is given.
    pub state_bytes: usize,
    /// A rule that is broken on purpose.
    pub broken: Option<&'static Broken>,
}

/// When an ordered message is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// As soon as its place is known. A member may deliver it and crash, and nobody else ever does.
    Agreed,
    /// When so many members have it that whoever goes on will deliver it.
    Safe,
}

/// What becomes of datagrams that are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reliability {
    /// They stay lost.
    None,
    /// They are asked for and sent again.
    Nak,
}

/// Who goes on when a group falls apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partitions {
    /// At most one part: whoever has the quorum. The others wait, and come back as newcomers.
    Primary,
    /// Every part for itself; when they meet, the smaller one comes back as newcomers.
    Partitionable,
}

/// Of what the quorum is more than half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quorum {
    /// Of the last view, where half with its first member is enough.
    LastView,
    /// Of so many members, 1 to 64.
    Of(usize),
}

/// What becomes of senders while a member does not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slow {
    /// They wait, and hear [`SendError::Busy`](crate::SendError::Busy) when the queue is full.
    Block,
    /// What finds the queue full is dropped and counted.
    Shed,
    /// The member is expelled when it has held others up for longer than it may be silent.
    Expel,
}

impl Settings {
    /// The defaults, with that order.
    pub fn new(order: &'static Order) -> Self {
        Self {
            order,
            level: Level::Agreed,
            reliability: Reliability::Nak,
            partitions: Partitions::Primary,
            quorum: Quorum::LastView,
            slow: Slow::Block,
            datagram_bytes: 1400,
            window_packets: 512,
            queue_bytes: 1 << 20,
            heartbeat: Duration::from_millis(50),
            suspect_after: Duration::from_millis(250),
            nak_delay: Duration::from_millis(1),
            found_after: Duration::from_millis(300),
            state_bytes: 1 << 20,
            broken: None,
        }
    }

    /// Whether they make sense together.
    ///
    /// # Errors
    /// Says what does not.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.reliability == Reliability::None
            && (self.order.needs_all || self.level == Level::Safe)
        {
            return Err(SettingsError::NeedsRepair(self.order.name));
        }
        for (what, value, range) in [
            ("the datagram's bytes", self.datagram_bytes, 512..=65_000),
            ("the window's packets", self.window_packets, 16..=4096),
        ] {
            if !range.contains(&value) {
                return Err(SettingsError::Range {
                    what,
                    value,
                    least: *range.start(),
                    most: *range.end(),
                });
            }
        }
        let members = match self.quorum {
            Quorum::LastView => 1,
            Quorum::Of(number) => number,
        };
        if !(1..=MEMBERS_MAX).contains(&members) {
            return Err(SettingsError::Range {
                what: "the members of whom a quorum is more than half",
                value: members,
                least: 1,
                most: MEMBERS_MAX,
            });
        }
        if self.heartbeat.is_zero() || self.suspect_after < 2 * self.heartbeat {
            return Err(SettingsError::Impatient);
        }
        Ok(())
    }

    /// Whether so many members of a view may go on where others of it are given up, which did not leave in order: where a number is
    /// configured, more than half of it. So those who are given up are too few to found another group. What may decide for the view
    /// ([`View::may_decide`](crate::View::may_decide)) must agree in any case.
    pub(crate) fn may_give_up(&self, staying: usize) -> bool {
        match (self.partitions, self.quorum) {
            (Partitions::Primary, Quorum::Of(number)) => 2 * staying > number,
            _ => true,
        }
    }

    /// The longest message.
    pub fn message_bytes_max(&self) -> usize {
        self.datagram_bytes
            .saturating_sub(crate::frame::DATA_OVERHEAD_MAX)
    }

    /// Whether what was delivered of a member that is gone is told by one number: where nothing of it is passed over.
    pub(crate) fn tells_fates(&self) -> bool {
        self.order.is_fifo && self.reliability == Reliability::Nak
    }

    /// Whether that rule is broken.
    pub(crate) fn breaks(&self, rule: Rule) -> bool {
        self.broken.is_some_and(|broken| broken.rule == rule)
    }

    /// A hash of what all members must have in common.
    pub(crate) fn promises(&self) -> u32 {
        let number = match self.quorum {
            Quorum::LastView => 0,
            Quorum::Of(number) => number as u64,
        };
        let kinds = [
            self.level as u8,
            self.reliability as u8,
            self.partitions as u8,
        ];
        let number = number.to_be_bytes();
        let hash = fnv(&[self.order.name.as_bytes(), &kinds, &number].concat());
        (hash ^ (hash >> 32)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn of(quorum: Quorum) -> Settings {
        Settings {
            quorum,
            ..Settings::new(&crate::ORDERS[1])
        }
    }

    #[test]
    fn who_promises_something_else_is_told_from_the_others() {
        let mut all = vec![of(Quorum::LastView)];
        all.extend([1, 2, 64, 255, 256, 257, 1 << 32].map(|number| of(Quorum::Of(number))));
        let mut other = of(Quorum::LastView);
        other.level = Level::Safe;
        all.push(other.clone());
        other.partitions = Partitions::Partitionable;
        all.push(other.clone());
        other.order = &crate::ORDERS[2];
        all.push(other);
        let hashes: BTreeSet<u32> = all.iter().map(Settings::promises).collect();
        assert_eq!(hashes.len(), all.len());
        let patient = Settings {
            heartbeat: Duration::from_secs(1),
            ..of(Quorum::LastView)
        };
        assert_eq!(patient.promises(), all[0].promises(), "patience may differ");
    }

    #[test]
    fn a_quorum_is_of_as_many_as_there_can_be() {
        for (number, is_fine) in [(0, false), (1, true), (64, true), (65, false), (256, false)] {
            assert_eq!(of(Quorum::Of(number)).check().is_ok(), is_fine, "{number}");
        }
    }
}
