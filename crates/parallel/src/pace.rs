//! How many numbers make up a piece: so many as are searched in a short time.

use std::time::Duration;

/// The length of the pieces that one worker searches, by the time that the last ones took.
#[derive(Debug)]
pub(crate) struct Pace {
    numbers: u64,
    least: u64,
    most: u64,
}

impl Pace {
    /// Begins with so many numbers; with fewer than `least` what a piece costs besides would show, and `most`
    /// bounds what a piece takes in memory, which comes first.
    pub(crate) fn new(numbers: u64, least: u64, most: u64) -> Self {
        let least = least.clamp(1, most);
        Self {
            numbers: numbers.clamp(least, most),
            least,
            most,
        }
    }

    /// Numbers of the next piece, at least one.
    pub(crate) fn numbers(&self) -> u64 {
        self.numbers
    }

    /// A piece of so many numbers took so long.
    pub(crate) fn took(&mut self, numbers: u64, nanos: u64) {
        let target = TARGET.as_nanos();
        let ideal = u128::from(numbers) * target / u128::from(nanos.max(1));
        let ideal = u64::try_from(ideal).unwrap_or(u64::MAX);
        // A short piece, or a long pause of the machine, says little: so step by step.
        let (least, most) = (self.numbers / 8, self.numbers.saturating_mul(4));
        let is_whole = numbers >= self.numbers;
        if is_whole || ideal < self.numbers {
            self.numbers = ideal.clamp(least, most).clamp(self.least, self.most);
        }
    }
}

/// Short for whoever waits for an answer to ^C, long against the microseconds that a piece costs besides.
pub(crate) const TARGET: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_grow_and_shrink_towards_the_target() {
        let mut pace = Pace::new(1, 1, 1 << 20);
        for _ in 0..20 {
            let numbers = pace.numbers();
            pace.took(numbers, numbers * 1_000);
        }
        assert_eq!(pace.numbers(), 50_000);
        for _ in 0..10 {
            let numbers = pace.numbers();
            pace.took(numbers, numbers * 1_000_000_000);
        }
        assert_eq!(pace.numbers(), 1);
    }

    #[test]
    fn a_piece_is_bounded_and_never_empty() {
        let mut pace = Pace::new(0, 1, 100);
        assert_eq!(pace.numbers(), 1);
        for _ in 0..20 {
            pace.took(pace.numbers(), 0);
        }
        assert_eq!(pace.numbers(), 100);
        pace.took(1, u64::MAX);
        assert!(pace.numbers() >= 1);
    }

    #[test]
    fn a_piece_is_no_shorter_than_the_method_would_have_it_and_no_longer_than_memory_allows() {
        let mut pace = Pace::new(5, 1_000, 1 << 20);
        assert_eq!(pace.numbers(), 1_000);
        pace.took(1_000, u64::MAX);
        assert_eq!(pace.numbers(), 1_000);
        assert_eq!(Pace::new(5, 1 << 30, 1 << 20).numbers(), 1 << 20);
    }

    #[test]
    fn the_short_end_of_a_share_does_not_shorten_the_next_pieces() {
        let mut pace = Pace::new(1_000, 1, 1 << 20);
        pace.took(3, 30);
        assert_eq!(pace.numbers(), 1_000);
    }
}
