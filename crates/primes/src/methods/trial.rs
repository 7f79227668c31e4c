//! `trial`: division by every number up to the square root.
//!
//! A composite number has a divisor that is not greater than its square root (of two factors, both
//! cannot be), so no more need be tried. The most basic search that ends in this lifetime; a division
//! each 6 to 7 cycles is all that the processor's divider gives ([`divide_many`](crate::divide_many)
//! measures that), so nothing in the loop can be tuned. What can be chosen is the divider's width:
//! numbers of 32 bits are divided as such, which is quicker on most processors.

use crate::Method;
use crate::one_by_one::OneByOne;
use crate::root::Word;

pub(super) const METHOD: Method = Method {
    name: "trial",
    about: "division by every number up to the square root",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |_| Box::new(OneByOne(test)),
    weight: |number| divisors_tried(number) + 4.0,
    least_piece: |_| 1,
};

/// About how many divisors up to the root are tried near a number. A prime, one number in ln n, takes
/// them all; composite numbers without a small divisor take half as many again.
pub(super) fn divisors_tried(number: u64) -> f64 {
    let number = number.max(2) as f64;
    1.3 * number.sqrt() / number.ln()
}

#[inline(always)]
fn test(number: u64) -> (bool, u64) {
    match u32::try_from(number) {
        Ok(number) => divide(number),
        Err(_) => divide(number),
    }
}

#[inline(always)]
fn divide<W: Word>(number: W) -> (bool, u64) {
    let root = number.root();
    let mut divisor = W::from(2);
    while divisor <= root {
        if number.is_multiple_of(divisor) {
            return (false, divisor.into() - 1);
        }
        divisor += W::from(1);
    }
    // One division for each divisor from 2 to the root.
    (true, root.into() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Range, Steps};

    #[test]
    fn the_divisions_of_the_laboratory_are_as_many_as_arithmetic_says() {
        let range = Range::new(1, 1_000_000).expect("numbers");
        let (count, steps) = (METHOD.prepare)(1_000_000).count(range);
        assert_eq!(count, 78_498);
        assert_eq!(steps, Steps(67_740_404));
    }
}
