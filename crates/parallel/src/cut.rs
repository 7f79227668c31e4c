//! A range cut into shares, each found by its index.

use std::sync::Arc;

use primes::Range;

use crate::scale::{Scale, number_at};

/// Shares that follow on each other and make up the range; some may be empty.
#[derive(Debug)]
pub(crate) struct Cut {
    scale: Arc<Scale>,
    count: u64,
    is_by_work: bool,
}

impl Cut {
    /// Shares of equally many numbers, but for one.
    pub(crate) fn by_numbers(scale: &Arc<Scale>, count: u64) -> Self {
        Self::new(scale, count, false)
    }

    /// Shares of about equal work.
    pub(crate) fn by_work(scale: &Arc<Scale>, count: u64) -> Self {
        Self::new(scale, count, true)
    }

    fn new(scale: &Arc<Scale>, count: u64, is_by_work: bool) -> Self {
        assert!(count > 0, "a range has a share");
        Self {
            scale: Arc::clone(scale),
            count,
            is_by_work,
        }
    }

    /// None when there is no number in it.
    pub(crate) fn share(&self, index: u64) -> Option<Range> {
        let (from, to) = (self.before(index), self.before(index + 1));
        let range = self.scale.range();
        (from < to)
            .then(|| Range::new(number_at(range, from), number_at(range, to - 1)))
            .flatten()
    }

    /// How many numbers lie before a share.
    fn before(&self, index: u64) -> u128 {
        assert!(index <= self.count, "share {index} of {}", self.count);
        let len = self.scale.range().len();
        match self.is_by_work && 0 < index && index < self.count {
            true => {
                let part = index as f64 / self.count as f64;
                self.scale.numbers_for(self.scale.total() * part)
            }
            false => {
                len / u128::from(self.count) * u128::from(index)
                    + len % u128::from(self.count) * u128::from(index) / u128::from(self.count)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primes::METHODS;

    #[track_caller]
    fn check(first: u64, last: u64, count: u64) {
        let range = Range::new(first, last).expect("numbers");
        let scale = Arc::new(Scale::new(range, &METHODS[0]));
        for cut in [Cut::by_numbers(&scale, count), Cut::by_work(&scale, count)] {
            let mut next = Some(first);
            for share in (0..count).filter_map(|index| cut.share(index)) {
                assert_eq!(Some(share.first()), next);
                next = share.last().checked_add(1);
            }
            assert_eq!(next, last.checked_add(1));
        }
    }

    #[test]
    fn shares_make_up_the_range_without_gap_or_overlap() {
        check(1, 1_000_000, 64);
        check(1, 10, 10);
        check(1, 3, 7);
        check(0, u64::MAX, 1000);
        check(u64::MAX - 5, u64::MAX, 3);
        check(999_983, 999_983, 1);
    }
}
