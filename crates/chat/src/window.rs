//! Which of a sender's messages have come.

use std::ops::RangeInclusive;

/// A sender's sequence numbers: the highest, and which of the 64 up to it have come. Memory does not grow.
///
/// ```text
///         base            high - 63                     high
///   ───────┴──────────────────┬───────────────────────────┴──────────────▶ sequence
///    before this member came  │ come, or missing: may be late │ new; those skipped are missing
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    high: u64,
    /// Bit n: whether `high - n` has come.
    come: u64,
    /// Up to here nothing is missed: it was sent before this member listened.
    base: u64,
}

/// What a sequence number is to a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Higher than all before, and these between were skipped.
    New(Option<RangeInclusive<u64>>),
    /// Lower than the highest, and had not come; whether it was told as lost.
    Late {
        /// Whether it was missed.
        was_missed: bool,
    },
    /// It has come before.
    Duplicate,
    /// So much lower that it is no longer known whether it has come.
    TooOld,
    /// So much higher that it cannot be the same sender's.
    TooFar,
}

impl Window {
    /// Of a sender who has sent `sent` messages that nobody here listened to.
    pub(crate) fn from(sent: u64) -> Self {
        Self {
            high: sent,
            come: 0,
            base: sent,
        }
    }

    /// What that number would be.
    pub(crate) fn place(&self, sequence: u64) -> Place {
        if sequence > self.high {
            let skipped = sequence - self.high - 1;
            return match skipped {
                0 => Place::New(None),
                _ if skipped > SKIP_MAX => Place::TooFar,
                _ => Place::New(Some(self.high + 1..=sequence - 1)),
            };
        }
        match self.bit(sequence) {
            None => Place::TooOld,
            Some(bit) if self.come & bit != 0 => Place::Duplicate,
            Some(_) => Place::Late {
                was_missed: sequence > self.base,
            },
        }
    }

    /// A message with that number has come, which [`Window::place`] called new or late.
    pub(crate) fn take(&mut self, sequence: u64) {
        self.raise(sequence);
        self.come |= self.bit(sequence).unwrap_or(0);
    }

    /// The sender says that it has sent so many; gives those that are missing beyond what was known.
    pub(crate) fn sent(&mut self, sent: u64) -> Option<RangeInclusive<u64>> {
        let missing = self.high.saturating_add(1)..=sent;
        if missing.is_empty() || sent - self.high > SKIP_MAX {
            return None;
        }
        self.raise(sent);
        Some(missing)
    }

    /// Whether that message has not come though it was sent after this member listened.
    pub(crate) fn lacks(&self, sequence: u64) -> bool {
        let has_come = |bit| self.come & bit != 0;
        // What is older than the window has come or was told as lost.
        let is_open = sequence > self.high || self.bit(sequence).is_some_and(|bit| !has_come(bit));
        sequence > self.base && is_open
    }

    /// Up to there nothing is missed.
    pub(crate) fn forgive(&mut self, sequence: u64) {
        self.base = self.base.max(sequence);
    }

    fn raise(&mut self, high: u64) {
        if let Some(by) = high.checked_sub(self.high) {
            self.come = match u32::try_from(by) {
                Ok(by) => self.come.checked_shl(by).unwrap_or(0),
                Err(_) => 0,
            };
            self.high = high;
        }
    }

    fn bit(&self, sequence: u64) -> Option<u64> {
        let back = self.high.checked_sub(sequence)?;
        1_u64.checked_shl(u32::try_from(back).ok()?)
    }
}

/// A sender that nobody heard for more messages than this is believed to be another one: else one forged number
/// would make all of the true sender's messages old.
const SKIP_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_skipped_is_missing_until_it_comes() {
        let mut window = Window::from(0);
        window.take(1);
        assert_eq!(window.place(4), Place::New(Some(2..=3)));
        window.take(4);
        assert!(window.lacks(2) && window.lacks(3) && !window.lacks(4));
        assert_eq!(window.place(3), Place::Late { was_missed: true });
        window.take(3);
        assert_eq!(window.place(3), Place::Duplicate);
        assert!(window.lacks(2) && !window.lacks(3) && window.lacks(5));
    }

    #[test]
    fn what_was_sent_before_one_listened_is_not_missed() {
        let mut window = Window::from(7);
        assert!(!window.lacks(7) && window.lacks(8));
        assert_eq!(window.place(7), Place::Late { was_missed: false });
        assert_eq!(window.place(8), Place::New(None));
        window.forgive(9);
        assert!(!window.lacks(8));
    }

    #[test]
    fn a_farewell_tells_of_the_last_ones() {
        let mut window = Window::from(0);
        window.take(1);
        assert_eq!(window.sent(3), Some(2..=3));
        assert_eq!(window.sent(3), None);
        assert_eq!(window.sent(u64::MAX), None);
        assert!(window.lacks(3));
    }

    #[test]
    fn numbers_out_of_all_proportion_change_nothing() {
        let mut window = Window::from(0);
        assert_eq!(window.place(u64::MAX), Place::TooFar);
        window.take(1);
        for sequence in 2..=200 {
            window.take(sequence);
        }
        assert_eq!(window.place(136), Place::TooOld);
        assert_eq!(window.place(137), Place::Duplicate);
        assert_eq!(window.place(0), Place::TooOld);
    }

    proptest! {
        /// Against a set that forgets nothing.
        #[test]
        fn no_number_is_new_twice(numbers in prop::collection::vec(1..200_u64, 0..300)) {
            let (mut window, mut seen) = (Window::from(0), BTreeSet::new());
            for number in numbers {
                match window.place(number) {
                    Place::New(skipped) => {
                        prop_assert!(seen.last().is_none_or(|last| *last < number));
                        for number in skipped.into_iter().flatten() {
                            prop_assert!(!seen.contains(&number));
                        }
                    }
                    Place::Late { was_missed } => prop_assert!(was_missed && !seen.contains(&number)),
                    Place::Duplicate => prop_assert!(seen.contains(&number)),
                    Place::TooOld | Place::TooFar => continue,
                }
                seen.insert(number);
                window.take(number);
                prop_assert!(!window.lacks(number));
            }
        }
    }
}
