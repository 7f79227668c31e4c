//! The signed updates of late: the same bytes again must not be done again.
//!
//! Whoever can listen on the way can send a signed update a second time while its signature is in date (RFC 8945, section
//! 10). But an honest client too sends its datagram again when the answer got lost: it must not be told of a failure then.
//! So what is remembered of an update is its answer, and a repeated one gets that again.

use std::collections::BTreeMap;

/// The signed updates of late of one key, by when they were signed.
///
/// **What is forgotten is also refused**: at most [`Recent::COUNT_MAX`] are kept, and when one that is forgotten was signed
/// at a second, nothing that was signed then or before is taken any more. A flood of updates, or a clock that is set back,
/// thus makes the time shorter in which an update must arrive, and lets none through twice.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    seen: BTreeMap<(u64, Mark), Option<u16>>,
    /// Nothing that was signed at this second or before is taken; 0 where nothing was forgotten.
    floor_s: u64,
}

/// The first half of a signature, or all of it: enough to tell two apart.
pub(crate) type Mark = [u8; 16];

/// What is known of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Nothing: from now on it is known.
    New,
    /// It is being decided.
    Waiting,
    /// It was answered, with that code.
    Answered(u16),
    /// It was signed before what has been forgotten.
    Old,
}

impl Recent {
    /// How many are kept, about 12 MB of memory: at 10,000 updates a second, those of 26 seconds.
    pub(crate) const COUNT_MAX: usize = 1 << 18;

    /// Looks at an update that was signed at a second, and keeps it in mind. What was signed more than `fudge_s` before
    /// now is forgotten: its time is over.
    pub(crate) fn see(&mut self, signed_s: u64, mark: Mark, now_s: u64, fudge_s: u64) -> Sight {
        while let Some(first) = self.seen.first_entry() {
            if first.key().0.saturating_add(fudge_s) >= now_s {
                break;
            }
            self.floor_s = first.remove_entry().0.0;
        }
        if let Some(answered) = self.seen.get(&(signed_s, mark)) {
            return answered.map_or(Sight::Waiting, Sight::Answered);
        }
        if signed_s <= self.floor_s {
            return Sight::Old;
        }
        self.seen.insert((signed_s, mark), None);
        if self.seen.len() > Self::COUNT_MAX {
            let (second, _) = *self.seen.first_entry().expect("one was put in").key();
            self.floor_s = second;
            self.seen = self.seen.split_off(&(second + 1, [0; 16]));
        }
        match signed_s <= self.floor_s {
            true => Sight::Old,
            false => Sight::New,
        }
    }

    /// Says what an update was answered.
    pub(crate) fn answered(&mut self, signed_s: u64, mark: Mark, rcode: u16) {
        if let Some(answered) = self.seen.get_mut(&(signed_s, mark)) {
            *answered = Some(rcode);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: u32) -> Mark {
        let mut mark = [0; 16];
        mark[..4].copy_from_slice(&number.to_be_bytes());
        mark
    }

    #[test]
    fn a_repeated_update_gets_its_answer_again() {
        let mut recent = Recent::default();
        assert_eq!(recent.see(1000, mark(1), 1000, 300), Sight::New);
        assert_eq!(recent.see(1000, mark(1), 1001, 300), Sight::Waiting);
        recent.answered(1000, mark(1), 6);
        assert_eq!(recent.see(1000, mark(1), 1300, 300), Sight::Answered(6));
        assert_eq!(recent.see(1000, mark(2), 1300, 300), Sight::New);
    }

    #[test]
    fn what_is_forgotten_is_refused_also_when_the_clock_is_set_back() {
        let mut recent = Recent::default();
        assert_eq!(recent.see(1000, mark(1), 1000, 300), Sight::New);
        assert_eq!(recent.see(1400, mark(2), 1400, 300), Sight::New);
        assert_eq!(recent.see(1000, mark(1), 1000, 300), Sight::Old);
        assert_eq!(recent.see(999, mark(3), 1000, 300), Sight::Old);
        assert_eq!(recent.see(1001, mark(4), 1000, 300), Sight::New);
    }

    #[test]
    fn a_flood_shortens_the_time_and_lets_none_through_twice() {
        let mut recent = Recent::default();
        let count = Recent::COUNT_MAX as u32;
        for number in 0..count {
            let second = 1000 + u64::from(number / 1000);
            assert_eq!(recent.see(second, mark(number), 1000, 300), Sight::New);
        }
        assert_eq!(recent.see(1270, mark(count), 1000, 300), Sight::New);
        assert!(recent.seen.len() <= Recent::COUNT_MAX);
        assert_eq!(recent.see(1000, mark(7), 1000, 300), Sight::Old);
        assert_eq!(recent.see(1001, mark(1001), 1000, 300), Sight::Waiting);
    }

    #[test]
    fn a_flood_within_one_second_is_refused_too() {
        let mut recent = Recent::default();
        for number in 0..Recent::COUNT_MAX as u32 {
            assert_eq!(recent.see(1000, mark(number), 1000, 300), Sight::New);
        }
        assert_eq!(recent.see(1000, mark(u32::MAX), 1000, 300), Sight::Old);
        assert_eq!(recent.see(1000, mark(0), 1000, 300), Sight::Old);
        assert_eq!(recent.see(1001, mark(0), 1001, 300), Sight::New);
    }
}
