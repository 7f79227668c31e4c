//! `trial`: division by every number up to the square root.
//!
//! A composite number has a divisor that is not greater than its square root (of two factors, both
//! cannot be), so no more need be tried. The most basic search that ends in this lifetime; a division
//! each 6 to 7 cycles is all that the processor's divider gives, so nothing in the loop can be tuned.

use crate::{Method, Range, Search, Steps};

pub(super) const METHOD: Method = Method {
    name: "trial",
    about: "division by every number up to the square root",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |_| Box::new(Trial),
    weight: |number| (number as f64).sqrt(),
};

struct Trial;

impl Search for Trial {
    fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
        search(piece, |prime| primes.push(prime))
    }

    fn count(&self, piece: Range) -> (u64, Steps) {
        let mut count = 0;
        let steps = search(piece, |_| count += 1);
        (count, steps)
    }
}

fn search(piece: Range, mut found: impl FnMut(u64)) -> Steps {
    let mut steps = 0;
    for number in piece.first().max(2)..=piece.last() {
        let root = number.isqrt();
        let divisor = (2..=root).find(|divisor| number.is_multiple_of(*divisor));
        // One division for each divisor from 2 to the one that was found, or to the root.
        steps += divisor.unwrap_or(root) - 1;
        if divisor.is_none() {
            found(number);
        }
    }
    Steps(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divisions_of_the_laboratory_are_as_many_as_arithmetic_says() {
        let range = Range::new(1, 1_000_000).expect("numbers");
        let (count, steps) = Trial.count(range);
        assert_eq!(count, 78_498);
        assert_eq!(steps, Steps(67_740_404));
    }
}
