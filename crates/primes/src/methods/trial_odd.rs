//! `trial-odd`: division by every odd number up to the square root; of the even numbers, 2 is prime.
//!
//! An odd number has no even divisor, and whether a number is odd is seen without a division: half of
//! the divisions of [`trial`](super::trial) are saved. What [`trial-fast`](super::trial_fast) is
//! compared with, because it tries the same divisors in the same order.

use super::trial::divisors_tried;
use crate::Method;
use crate::one_by_one::OneByOne;
use crate::root::Word;

pub(super) const METHOD: Method = Method {
    name: "trial-odd",
    about: "division by every odd number up to the square root",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |_| Box::new(OneByOne(test)),
    weight: |number| divisors_tried(number) / 2.0 + 3.0,
    least_piece: |_| 1,
};

#[inline(always)]
fn test(number: u64) -> (bool, u64) {
    if number.is_multiple_of(2) {
        return (number == 2, 0);
    }
    match u32::try_from(number) {
        Ok(number) => divide(number),
        Err(_) => divide(number),
    }
}

#[inline(always)]
fn divide<W: Word>(number: W) -> (bool, u64) {
    let root = number.root();
    let mut divisor = W::from(3);
    while divisor <= root {
        if number.is_multiple_of(divisor) {
            return (false, divisor.into() / 2);
        }
        divisor += W::from(2);
    }
    // Of the numbers 1 to the root, (root + 1) / 2 are odd, and 1 is not tried.
    (true, root.into().div_ceil(2) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Range, Steps};

    #[test]
    fn half_of_the_divisions_are_saved() {
        let range = Range::new(1, 1_000_000).expect("numbers");
        let (count, steps) = (METHOD.prepare)(1_000_000).count(range);
        assert_eq!((count, steps), (78_498, Steps(33_600_560)));
    }
}
