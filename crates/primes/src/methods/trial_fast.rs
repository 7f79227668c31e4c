//! `trial-fast`: one odd divisor after another up to the square root, without dividing.
//!
//! It tries the divisors of [`trial-odd`](super::trial_odd) in the same order and counts them in the same way.
//! What differs is how it sees that d divides n: by a multiplication and a comparison, which a processor does for up
//! to 16 divisors at once, where a division takes it 6 cycles or more for each.
//!
//! # Why an inverse exists
//! Take words of 4 bits: numbers from 0 to 15, arithmetic modulo 16. Write down 5 · 0, 5 · 1, …, 5 · 15 modulo 16:
//!
//! ```text
//!   0  5  10  15  4  9  14  3  8  13  2  7  12  1  6  11
//! ```
//!
//! Every number is there once. It must be so for each odd factor: if d a and d b were equal modulo 16, 16 would divide
//! d (a - b), and as d is odd, 16 would divide a - b, so that a and b are the same. So one of them is 1: 5 · 13 = 65 =
//! 4 · 16 + 1, and 13 is called the inverse of 5. (An even factor never yields 1, so there must be odd divisors.)
//!
//! # Why a comparison is the test
//! Multiplying by 13 undoes multiplying by 5. If n = 5 q, then 13 n = q modulo 16: **the exact quotient**. These n are
//! 0, 5, 10, 15, and their quotients 0, 1, 2, 3, up to floor(15 / 5). Now multiplying by 13, too, takes no two numbers
//! to the same place, and the places 0 to 3 are taken. So all other n land above 3:
//!
//! ```text
//!   n           0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
//!   13 n        0 13 10  7  4  1 14 11  8  5  2 15 12  9  6  3
//!   at most 3?  x              x              x              x
//! ```
//!
//! In words of 32 bits: d divides n if and only if n · inverse(d) mod 2^32 ≤ floor((2^32 - 1) / d). For n from 2^32 on,
//! the same with 64. (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994,
//! section 9; Lemire, Kaser and Kurz, "Faster remainder by direct computation", 2019, compare it with others.)
//!
//! Inverses and limits are made once for a whole search. How they are used is in `divisibility/`.

use super::trial::divisors_tried;
use crate::divisibility::{Choice, Tables};
use crate::one_by_one::EachPrime;
use crate::{Method, Range, Steps};

pub(super) const METHOD: Method = Method {
    name: "trial-fast",
    about: "the divisors of trial-odd, many at once by multiplication with their inverses",
    is_brute_force: true,
    step: "divisors",
    file: file!(),
    prepare: |greatest| Box::new(TrialFast::new(greatest, Choice::best())),
    // Up to 2^32, 16 divisors at once; then 8, and words twice as long take three times as long.
    weight: |number| {
        let of_divisors = divisors_tried(number) / 2.0;
        let per_divisor = if number >> 32 == 0 { 1.0 } else { 6.0 };
        of_divisors * per_divisor + 20.0
    },
    // Blocks of some thousand numbers share the inverses that are made for them.
    least_piece: |number| if number >> 32 == 0 { 1 << 11 } else { 1 << 14 },
};

struct TrialFast {
    tables: Tables,
    choice: Choice,
}

impl TrialFast {
    fn new(greatest: u64, choice: Choice) -> Self {
        let tables = Tables::new(greatest);
        Self { tables, choice }
    }
}

impl EachPrime for TrialFast {
    #[inline(always)]
    fn each(&self, piece: Range, mut found: impl FnMut(u64)) -> Steps {
        if (piece.first()..=piece.last()).contains(&2) {
            found(2);
        }
        Steps(self.tables.search(self.choice, piece, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Search;
    use crate::methods::trial_odd;

    #[track_caller]
    fn check(first: u64, last: u64) {
        let range = Range::new(first, last).expect("numbers");
        let mut expected = Vec::new();
        let steps = (trial_odd::METHOD.prepare)(last).find(range, &mut expected);
        for choice in Choice::all() {
            let search = TrialFast::new(last, choice);
            let mut primes = Vec::new();
            assert_eq!(search.find(range, &mut primes), steps, "{choice:?} {first}");
            assert_eq!(primes, expected, "{choice:?} {first}");
        }
    }

    #[test]
    fn every_kernel_finds_what_division_finds_in_as_many_steps() {
        check(0, 100_000);
        check(16_640 - 700, 16_641 + 700);
        check((1 << 32) - 5_000, (1 << 32) + 5_000);
        check((1 << 32) + 131_072, (1 << 32) + 131_080);
        // The square and the products of primes beside the end of the table, and beside the ends of chunks.
        for divisor in [65_521_u64, 65_537, 65_539, 69_629, 69_653, 1_000_003] {
            check(divisor * divisor - 2, divisor * divisor + 2);
            check(divisor * 1_000_033 - 2, divisor * 1_000_033 + 2);
        }
    }

    #[test]
    fn every_kernel_does_the_laboratory_s_numbers() {
        let range = Range::new(1, 1_000_000).expect("numbers");
        for choice in Choice::all() {
            let (count, steps) = TrialFast::new(1_000_000, choice).count(range);
            assert_eq!((count, steps), (78_498, Steps(33_600_560)), "{choice:?}");
        }
    }
}
