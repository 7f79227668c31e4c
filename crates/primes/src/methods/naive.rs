//! `naive`: division by every smaller number, from 2 on, until one divides.
//!
//! The most basic brute force to the letter: a prime n is divided n - 2 times, so that the numbers to
//! 1,000,000 take 37,567,326,492 divisions. Bounded at the square root it is [`trial`](super::trial),
//! which takes 67,740,404 for the same answer: whoever wants `naive` with that bound is given `trial`.

use crate::Method;
use crate::one_by_one::OneByOne;
use crate::root::Word;

pub(super) const METHOD: Method = Method {
    name: "naive",
    about: "division by every smaller number",
    is_brute_force: true,
    step: "divisions",
    file: file!(),
    prepare: |_| Box::new(OneByOne(test)),
    // One number in ln n is prime and costs n; what the others cost is little beside that.
    weight: |number| {
        let number = number.max(2) as f64;
        number / number.ln() + 5.0
    },
    least_piece: |_| 1,
};

fn test(number: u64) -> (bool, u64) {
    match u32::try_from(number) {
        Ok(number) => divide(number),
        Err(_) => divide(number),
    }
}

#[inline(always)]
fn divide<W: Word>(number: W) -> (bool, u64) {
    // A number divides itself, so this ends.
    let mut divisor = W::from(2);
    while !number.is_multiple_of(divisor) {
        divisor += W::from(1);
    }
    // Divisors 2 to the one that divides were tried; the number itself is none of them.
    let is_prime = divisor == number;
    (is_prime, divisor.into() - 1 - u64::from(is_prime))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Range, Steps};

    /// What arithmetic says: p - 2 divisions for a prime p, q - 1 for a number whose least divisor is q.
    fn divisions(last: usize) -> u64 {
        let mut least_divisor = vec![0; last + 1];
        for divisor in 2..=last {
            for multiple in (divisor..=last).step_by(divisor) {
                if least_divisor[multiple] == 0 {
                    least_divisor[multiple] = divisor;
                }
            }
        }
        (2..=last)
            .map(|number| match least_divisor[number] {
                divisor if divisor == number => number - 2,
                divisor => divisor - 1,
            } as u64)
            .sum()
    }

    #[test]
    fn divisions_are_as_many_as_arithmetic_says() {
        let range = Range::new(0, 10_000).expect("numbers");
        let (count, steps) = (METHOD.prepare)(10_000).count(range);
        assert_eq!((count, steps), (1_229, Steps(divisions(10_000))));
    }

    #[test]
    fn the_divisions_of_the_laboratory_are_known_without_doing_them() {
        assert_eq!(divisions(1_000_000), 37_567_326_492);
    }
}
