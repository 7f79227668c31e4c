//! `wheel`: division by 2, 3, 5 and then by every number that none of them divides, up to the root.
//!
//! What 2, 3 and 5 do not divide, none of their multiples divides, so those need not be tried. The
//! others repeat every 2 · 3 · 5 = 30 numbers: 8 of each 30, from 7 on in gaps of 4, 2, 4, 2, 4, 6, 2, 6.
//! The wheel that rolls over them leaves 27 % of the divisors of [`trial`](super::trial). A greater
//! wheel saves little more: with 7 it would be 23 %, from a table of 48 gaps.

use super::trial::divisors_tried;
use crate::Method;
use crate::one_by_one::OneByOne;
use crate::root::Word;

pub(super) const METHOD: Method = Method {
    name: "wheel",
    about: "division by 2, 3, 5 and by what they do not divide, up to the square root",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |_| Box::new(OneByOne(test)),
    weight: |number| divisors_tried(number) * 8.0 / 30.0 + 4.0,
    least_piece: |_| 1,
};

#[inline(always)]
fn test(number: u64) -> (bool, u64) {
    for (before, divisor) in [2, 3, 5].into_iter().enumerate() {
        if divisor * divisor > number {
            return (true, before as u64);
        }
        if number.is_multiple_of(divisor) {
            return (false, before as u64 + 1);
        }
    }
    let (is_prime, rolled) = match u32::try_from(number) {
        Ok(number) => roll(number),
        Err(_) => roll(number),
    };
    (is_prime, rolled + 3)
}

#[inline(always)]
fn roll<W: Word>(number: W) -> (bool, u64) {
    let root = number.root();
    let (mut divisor, mut steps) = (W::from(7), 0);
    loop {
        for gap in GAPS {
            if divisor > root {
                return (true, steps);
            }
            steps += 1;
            if number.is_multiple_of(divisor) {
                return (false, steps);
            }
            divisor += W::from(gap);
        }
    }
}

/// From 7 on to the next number that 2, 3 and 5 do not divide: 11, 13, 17, 19, 23, 29, 31, 37.
const GAPS: [u8; 8] = [4, 2, 4, 2, 4, 6, 2, 6];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_divisor_that_the_wheel_should_try_is_tried_and_no_other() {
        for number in (2..50_000_u64).chain(4_294_967_291..4_294_967_300) {
            let tries = (2..=number.isqrt())
                .filter(|d| [2, 3, 5].contains(d) || (d % 2) * (d % 3) * (d % 5) > 0);
            let mut steps = 0;
            let mut is_prime = true;
            for divisor in tries {
                steps += 1;
                if number % divisor == 0 {
                    is_prime = false;
                    break;
                }
            }
            assert_eq!(test(number), (is_prime, steps), "{number}");
        }
    }
}
