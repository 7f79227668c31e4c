//! What a member said and what became of it, so that all of it is delivered by the group, and once.
//!
//! A message is settled when this member has delivered it, and not quite: at the level *agreed* a member that is cut off may deliver
//! what those who go on without it never will (a sequencer gives its own messages their places). All of the group has all but
//! the last window of what it sent, so that much is kept until the next view, which everybody begins with the same.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

use group::{Level, MemberId, Reliability, Settings};

/// What a member said.
pub struct Said {
    /// This incarnation's messages that it has not delivered, by their numbers.
    waiting: BTreeMap<u64, Vec<u8>>,
    /// The last ones that it has delivered in this view.
    delivered: VecDeque<(u64, Vec<u8>)>,
    delivered_bytes: usize,
    /// How many bytes of them are kept.
    window_bytes: usize,
    /// Those of earlier incarnations whose fate is not known yet.
    limbo: Vec<Limbo>,
    /// Those that nobody has delivered: to be said again, before all others.
    again: VecDeque<Vec<u8>>,
}

/// An earlier incarnation's messages.
struct Limbo {
    was: MemberId,
    waiting: BTreeMap<u64, Vec<u8>>,
    delivered: VecDeque<(u64, Vec<u8>)>,
}

impl Said {
    /// Nothing yet, to a group of those settings.
    pub fn new(settings: &Settings) -> Self {
        let is_in_doubt =
            settings.level == Level::Agreed && settings.reliability == Reliability::Nak;
        Self {
            waiting: BTreeMap::new(),
            delivered: VecDeque::new(),
            delivered_bytes: 0,
            window_bytes: match is_in_doubt {
                true => settings.window_packets * settings.datagram_bytes,
                false => 0,
            },
            limbo: Vec::new(),
            again: VecDeque::new(),
        }
    }

    /// A message was sent.
    pub fn sent(&mut self, number: u64, message: &[u8]) {
        self.waiting.insert(number, message.to_vec());
    }

    /// One of this incarnation was delivered here.
    pub fn delivered(&mut self, number: u64) {
        let Some(message) = self.waiting.remove(&number) else {
            return;
        };
        self.delivered_bytes += LENGTH_BYTES + message.len();
        self.delivered.push_back((number, message));
        while self.delivered_bytes > self.window_bytes
            && let Some((_, oldest)) = self.delivered.pop_front()
        {
            self.delivered_bytes -= LENGTH_BYTES + oldest.len();
        }
    }

    /// A view began: what was delivered before is delivered by all who are in it.
    pub fn installed(&mut self) {
        self.delivered.clear();
        self.delivered_bytes = 0;
    }

    /// The others went on without that incarnation.
    pub fn expelled(&mut self, was: MemberId) {
        let waiting = std::mem::take(&mut self.waiting);
        let delivered = std::mem::take(&mut self.delivered);
        self.delivered_bytes = 0;
        if !waiting.is_empty() || !delivered.is_empty() {
            self.limbo.push(Limbo {
                was,
                waiting,
                delivered,
            });
        }
    }

    /// The group has delivered that many messages of that incarnation, or nobody knows: of how many it will never be known.
    pub fn settle(&mut self, was: MemberId, through: Option<u64>) -> u64 {
        let mut unknown = 0;
        for limbo in std::mem::take(&mut self.limbo) {
            let Some(through) = through.filter(|_| limbo.was == was) else {
                unknown += limbo.waiting.len() as u64;
                continue;
            };
            let all = limbo.delivered.into_iter().chain(limbo.waiting);
            let behind = all.filter(|(number, _)| *number > through);
            self.again.extend(behind.map(|(_, message)| message));
        }
        unknown
    }

    /// Nobody has delivered these and nobody will.
    pub fn discarded(&mut self, numbers: RangeInclusive<u64>) {
        for number in numbers {
            self.again.extend(self.waiting.remove(&number));
        }
    }

    /// A message that is to be said again.
    pub fn next_again(&mut self) -> Option<Vec<u8>> {
        self.again.pop_front()
    }

    /// Whether the fate of some is still to be told; until then nothing new is said.
    pub fn is_in_limbo(&self) -> bool {
        !self.limbo.is_empty()
    }

    /// Of how many it is not known whether they are delivered.
    pub fn unsettled(&self) -> usize {
        let limbo: usize = self.limbo.iter().map(|limbo| limbo.waiting.len()).sum();
        self.waiting.len() + self.again.len() + limbo
    }

    /// Whether there is nothing of which that is not known.
    pub fn is_settled(&self) -> bool {
        self.unsettled() == 0 && !self.is_in_limbo()
    }
}

/// What a message takes in a packet beside itself.
const LENGTH_BYTES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use group::ORDERS;

    fn said(level: Level) -> Said {
        let settings = Settings {
            level,
            datagram_bytes: 512,
            window_packets: 16,
            ..Settings::new(&ORDERS[0])
        };
        let mut said = Said::new(&settings);
        for number in 1..=4_u8 {
            said.sent(number.into(), &[number]);
        }
        said
    }

    fn all_again(said: &mut Said) -> Vec<u8> {
        std::iter::from_fn(|| said.next_again()).flatten().collect()
    }

    #[test]
    fn what_the_group_has_not_delivered_is_said_again_even_where_this_member_has() {
        let mut said = said(Level::Agreed);
        (1..=3).for_each(|number| said.delivered(number));
        said.expelled(MemberId(7));
        assert!(said.is_in_limbo());
        assert_eq!(said.settle(MemberId(7), Some(1)), 0);
        assert_eq!(all_again(&mut said), [2, 3, 4]);
        assert!(said.is_settled());
    }

    #[test]
    fn what_is_safe_or_of_an_earlier_view_is_settled() {
        let mut safe = said(Level::Safe);
        safe.delivered(1);
        let mut later = said(Level::Agreed);
        later.delivered(1);
        later.installed();
        for said in [&mut safe, &mut later] {
            said.expelled(MemberId(7));
            assert_eq!(said.settle(MemberId(7), Some(0)), 0);
            assert_eq!(all_again(said), [2, 3, 4]);
        }
    }

    #[test]
    fn what_nobody_knows_is_counted() {
        let mut said = said(Level::Agreed);
        said.delivered(1);
        said.discarded(2..=2);
        said.expelled(MemberId(7));
        assert_eq!(said.settle(MemberId(7), None), 2);
        assert_eq!(all_again(&mut said), [2]);
    }

    #[test]
    fn no_more_is_kept_than_a_window_holds() {
        let mut said = said(Level::Agreed);
        for number in 5..=1000 {
            said.sent(number, &[0; 98]);
            said.delivered(number);
        }
        assert_eq!(said.delivered.len(), 16 * 512 / 100);
        assert_eq!(said.delivered.back().map(|(number, _)| *number), Some(1000));
    }
}
