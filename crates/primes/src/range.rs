//! A stretch of whole numbers.

/// Whole numbers from the first to the last, both included; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: u64,
    last: u64,
}

impl Range {
    /// None when there is no number in it.
    pub fn new(first: u64, last: u64) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The least number.
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The greatest number.
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How many numbers there are: up to 2^64.
    pub fn len(self) -> u128 {
        u128::from(self.last - self.first) + 1
    }

    /// Never; for those who ask.
    pub const fn is_empty(self) -> bool {
        false
    }

    /// The first `count` numbers and the others, if there are any; all of them if there are not so many.
    ///
    /// # Panics
    /// When `count` is zero.
    pub fn split_at(self, count: u64) -> (Self, Option<Self>) {
        assert!(count > 0, "a piece has numbers");
        match self.first.checked_add(count) {
            Some(next) if next <= self.last => {
                let piece = Self {
                    last: next - 1,
                    ..self
                };
                (piece, Self::new(next, self.last))
            }
            _ => (self, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_split_without_loss_also_at_the_end_of_all_numbers() {
        let range = Range::new(u64::MAX - 2, u64::MAX).expect("three numbers");
        assert_eq!(range.len(), 3);
        let (piece, rest) = range.split_at(2);
        assert_eq!((piece.first(), piece.last()), (u64::MAX - 2, u64::MAX - 1));
        let rest = rest.expect("one more");
        assert_eq!((rest.first(), rest.last()), (u64::MAX, u64::MAX));
        assert_eq!(rest.split_at(5), (rest, None));
        assert_eq!(Range::new(2, 1), None);
    }
}
