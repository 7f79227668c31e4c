//! Which of the numbers arrived, told one by one.

use super::{NUMBERS_MAX, Wrong};

/// What a receiver has seen.
///
/// Each number is remembered, in a bit, so that one which comes twice counts once, however late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    seen: Vec<u64>,
    /// One more than the greatest.
    next: u64,
    received: u64,
    duplicates: u64,
    out_of_order: u64,
    corrupt: u64,
    strays: u64,
}

impl Account {
    /// A datagram of the run, by its number. Says whether it is new.
    pub fn arrived(&mut self, number: u64) -> bool {
        if number >= NUMBERS_MAX {
            // Never given out.
            self.corrupt += 1;
            return false;
        }
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            self.duplicates += 1;
            return false;
        }
        self.seen[word] |= bit;
        self.received += 1;
        match number < self.next {
            true => self.out_of_order += 1,
            false => self.next = number + 1,
        }
        true
    }

    /// One that is no datagram of the run.
    pub fn refused(&mut self, why: Wrong) {
        match why {
            Wrong::Stray => self.strays += 1,
            Wrong::Corrupt => self.corrupt += 1,
        }
    }

    /// Numbers that arrived, each counted once.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Of the numbers from 0 to `sent`, those that did not.
    pub fn lost(&self, sent: u64) -> u64 {
        sent.saturating_sub(self.received)
    }

    /// Arrivals of what had arrived already.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// First arrivals behind a greater number.
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }

    /// What was not what was sent.
    pub fn corrupt(&self) -> u64 {
        self.corrupt
    }

    /// What was somebody else's.
    pub fn strays(&self) -> u64 {
        self.strays
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[track_caller]
    fn check(numbers: &[u64], received: u64, duplicates: u64, out_of_order: u64) {
        let mut account = Account::default();
        for number in numbers {
            account.arrived(*number);
        }
        let found = (
            account.received(),
            account.duplicates(),
            account.out_of_order(),
        );
        assert_eq!(found, (received, duplicates, out_of_order));
    }

    #[test]
    fn each_number_counts_once() {
        check(&[], 0, 0, 0);
        check(&[0, 1, 2], 3, 0, 0);
        check(&[0, 0, 0], 1, 2, 0);
        check(&[2, 1, 0], 3, 0, 2);
        check(&[5, 6, 5], 2, 1, 0);
        check(&[0, 1_000_000, 1], 3, 0, 1);
    }

    #[test]
    fn a_number_that_was_never_given_out_takes_no_memory() {
        let mut account = Account::default();
        assert!(!account.arrived(u64::MAX) && !account.arrived(NUMBERS_MAX));
        assert_eq!((account.corrupt(), account.received()), (2, 0));
        assert!(account.seen.is_empty());
    }

    #[test]
    fn what_is_refused_is_counted_by_why() {
        let mut account = Account::default();
        account.refused(Wrong::Stray);
        account.refused(Wrong::Corrupt);
        account.refused(Wrong::Corrupt);
        assert_eq!((account.strays(), account.corrupt()), (1, 2));
    }

    proptest! {
        #[test]
        fn received_and_lost_are_what_was_sent(numbers in vec(0..500_u64, 0..1000)) {
            let mut account = Account::default();
            let mut model = BTreeSet::new();
            let mut late = 0;
            for number in &numbers {
                let greatest = model.last().copied();
                let is_new = model.insert(*number);
                late += u64::from(is_new && greatest.is_some_and(|greatest| greatest > *number));
                prop_assert_eq!(account.arrived(*number), is_new);
            }
            prop_assert_eq!(account.received(), model.len() as u64);
            prop_assert_eq!(account.received() + account.lost(500), 500);
            prop_assert_eq!(account.received() + account.duplicates(), numbers.len() as u64);
            prop_assert_eq!(account.out_of_order(), late);
        }
    }
}
