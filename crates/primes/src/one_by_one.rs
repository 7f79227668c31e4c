//! A search that looks at one number after another, and all it needs to be told is how.

use crate::{Range, Search, Steps};

/// Searches by a test: it is given a number that is at least two, and says whether it is prime and how
/// many steps that took.
pub(crate) struct OneByOne<T>(pub(crate) T);

impl<T: Fn(u64) -> (bool, u64) + Send + Sync> Search for OneByOne<T> {
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
        self.search(piece, |prime| primes.push(prime))
    }

    fn count(&self, piece: Range) -> (u64, Steps) {
        let mut count = 0;
        let steps = self.search(piece, |_| count += 1);
        (count, steps)
    }
}

impl<T: Fn(u64) -> (bool, u64)> OneByOne<T> {
    #[inline(always)]
    fn search(&self, piece: Range, mut found: impl FnMut(u64)) -> Steps {
        let mut all = 0;
        for number in piece.first().max(2)..=piece.last() {
            let (is_prime, steps) = (self.0)(number);
            all += steps;
            if is_prime {
                found(number);
            }
        }
        Steps(all)
    }
}
