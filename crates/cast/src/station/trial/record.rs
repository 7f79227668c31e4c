//! What a member was given, checked as it comes.

use group::{Order, Reliability, Settings};

use crate::trial::Account;

/// What a member was given.
#[derive(Clone, Debug)]
pub(super) struct Record {
    senders: Vec<Sender>,
    order: &'static Order,
    /// Whether all that was said has to come.
    is_repaired: bool,
    sequence: u64,
    total: u64,
    flaws: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Sender {
    account: Account,
    /// The greatest number that came.
    last: u64,
}

impl Record {
    /// Nothing yet, of so many senders.
    pub(super) fn new(members: usize, settings: &Settings) -> Self {
        Self {
            senders: vec![Sender::default(); members],
            order: settings.order,
            is_repaired: settings.reliability == Reliability::Nak,
            sequence: SEQUENCE,
            total: 0,
            flaws: Vec::new(),
        }
    }

    /// A message of a member, by its number, which is said in it, too.
    pub(super) fn delivered(&mut self, from: usize, number: u64, said: Option<u64>) {
        self.total += 1;
        self.sequence = mixed(self.sequence, from as u64, number);
        let sender = &mut self.senders[from];
        let before = sender.last;
        sender.last = before.max(number);
        let is_new = sender.account.arrived(number.saturating_sub(1));
        if said != Some(number) {
            self.flaw(format!(
                "message {number} of member {from} came with other bytes than were sent"
            ));
        } else if !is_new {
            self.flaw(format!(
                "message {number} of member {from} was delivered twice"
            ));
        } else if self.order.is_fifo && number < before {
            self.flaw(format!(
                "message {number} of member {from} was delivered after {before}"
            ));
        } else if self.order.is_fifo && self.is_repaired && number > before + 1 {
            self.flaw(format!(
                "message {number} of member {from} was delivered after {before}, and none between them"
            ));
        }
    }

    /// That is not as it should be. Many are told by the first of them.
    pub(super) fn flaw(&mut self, text: String) {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push(text);
        }
    }

    /// How many different messages of a member came.
    pub(super) fn of(&self, from: usize) -> u64 {
        self.senders[from].account.received()
    }

    /// Messages of a member that said so many, which did not come.
    pub(super) fn lost(&self, from: usize, said: u64) -> u64 {
        self.senders[from].account.lost(said)
    }

    /// All deliveries.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// A number that two members have in common if they were given the same messages in the same order.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// What was wrong, the first of it.
    pub(super) fn flaws(&self) -> &[String] {
        &self.flaws
    }
}

/// One step of a hash over a sequence: multiplied by an odd number and turned, so that no bit is lost and the order counts.
fn mixed(sequence: u64, from: u64, number: u64) -> u64 {
    let word = number ^ (from << 56);
    ((sequence ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(29)
}

const SEQUENCE: u64 = 0xcbf2_9ce4_8422_2325;
const FLAWS_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use group::ORDERS;

    use super::*;

    fn record(order: &str, reliability: Reliability) -> Record {
        let order = ORDERS.iter().find(|one| one.name == order);
        let mut settings = Settings::new(order.expect("an order"));
        settings.reliability = reliability;
        Record::new(2, &settings)
    }

    #[track_caller]
    fn check((order, reliability): (&str, Reliability), numbers: &[u64], expected: Option<&str>) {
        let mut record = record(order, reliability);
        for number in numbers {
            record.delivered(1, *number, Some(*number));
        }
        match expected {
            None => assert!(record.flaws().is_empty(), "{:?}", record.flaws()),
            Some(text) => assert_eq!(record.flaws(), [text.to_owned()]),
        }
    }

    #[test]
    fn a_sequence_has_no_gap_no_double_and_no_return() {
        let repaired = ("fifo", Reliability::Nak);
        check(repaired, &[1, 2, 3], None);
        let gap = "message 3 of member 1 was delivered after 1, and none between them";
        check(repaired, &[1, 3], Some(gap));
        let double = "message 2 of member 1 was delivered twice";
        check(repaired, &[1, 2, 2], Some(double));
        check(("fifo", Reliability::None), &[1, 3], None);
        let back = "message 2 of member 1 was delivered after 3";
        check(("fifo", Reliability::None), &[1, 3, 2], Some(back));
        check(("none", Reliability::Nak), &[3, 1, 2], None);
        let double = "message 3 of member 1 was delivered twice";
        check(("none", Reliability::Nak), &[3, 1, 3], Some(double));
    }

    #[test]
    fn what_was_not_said_is_a_flaw() {
        let mut record = record("fifo", Reliability::Nak);
        record.delivered(0, 1, None);
        record.delivered(0, 2, Some(3));
        assert_eq!(record.flaws().len(), 2);
        assert_eq!((record.of(0), record.of(1), record.total()), (2, 0, 2));
        assert_eq!(record.lost(0, 5), 3);
    }

    #[test]
    fn the_order_counts() {
        let sequence = |order: &[(usize, u64)]| {
            let mut record = record("total-lamport", Reliability::Nak);
            for (from, number) in order {
                record.delivered(*from, *number, Some(*number));
            }
            record.sequence()
        };
        assert_eq!(sequence(&[(0, 1), (1, 1)]), sequence(&[(0, 1), (1, 1)]));
        assert_ne!(sequence(&[(0, 1), (1, 1)]), sequence(&[(1, 1), (0, 1)]));
        assert_ne!(sequence(&[(0, 1)]), sequence(&[(1, 1)]));
    }
}
