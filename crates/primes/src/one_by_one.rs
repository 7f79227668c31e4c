//! A search that comes to one prime after another, and all it needs to be told is how.

use crate::{Range, Search, Steps};

/// Comes to each prime of a piece in its turn.
pub(crate) trait EachPrime: Send + Sync {
    fn each(&self, piece: Range, found: impl FnMut(u64)) -> Steps;
}

impl<T: EachPrime> Search for T {
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
        self.each(piece, |prime| primes.push(prime))
    }

    fn count(&self, piece: Range) -> (u64, Steps) {
        let mut count = 0;
        let steps = self.each(piece, |_| count += 1);
        (count, steps)
    }
}

/// Searches by a test: it is given a number that is at least two, and says whether it is prime and how
/// many steps that took.
pub(crate) struct OneByOne<T>(pub(crate) T);

impl<T: Fn(u64) -> (bool, u64) + Send + Sync> EachPrime for OneByOne<T> {
    #[inline(always)]
    fn each(&self, piece: Range, mut found: impl FnMut(u64)) -> Steps {
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
