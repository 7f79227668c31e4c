//! A sum of doubles that is never rounded before it is read.
//!
//! This is the small superaccumulator of R. M. Neal, "Fast exact summation using small and large
//! superaccumulators" (2015), section 2: one very wide fixed-point number which holds every bit
//! that a double can have, from 2^-1074 to 2^1023, and 76 more above for carries.
//!
//! ```text
//!  chunk    66         65            1          0        each 64 bits wide and signed,
//!         |carry|........|   ...   |....|........|       32 bits apart: the upper half
//!                                   |carry|.......|      of a chunk collects carries
//! ```
//!
//! Chunk `i` counts units of 2^(32·i - 1075). An addition touches two chunks and moves no carry;
//! carries are moved up only before a chunk could overflow, once in [`ADDITIONS`] additions.

use std::fmt;

use num_bigint::BigUint;

use crate::quotient::nearest_quotient;

/// An exact sum of finite doubles. The order of additions, retractions and merges is of no
/// consequence: equal sums are equal, word for word.
///
/// Bound: 2^76 additions of the largest double, beyond which the topmost chunk would wrap.
#[derive(Clone)]
pub struct ExactSum {
    chunks: [i64; Self::WORDS],
    /// Additions since carries were last moved; at most [`ADDITIONS`].
    pending: u32,
}

impl ExactSum {
    /// How many words [`ExactSum::to_words`] gives: 64 chunks for the exponents of a double
    /// (2047 of them, 32 a chunk), two for a mantissa that begins in the last of those, one for
    /// the carries of many and the sign.
    pub const WORDS: usize = 67;

    /// The sum of nothing, which is 0.0.
    pub const fn new() -> Self {
        Self {
            chunks: [0; Self::WORDS],
            pending: 0,
        }
    }

    /// Adds `value`, exactly. Both zeros change nothing.
    ///
    /// # Panics
    ///
    /// When `value` is infinite or not a number: the caller refuses those first.
    pub fn add(&mut self, value: f64) {
        assert!(value.is_finite(), "only finite numbers have an exact sum");
        if self.pending == ADDITIONS {
            self.carry();
        }
        self.pending += 1;

        let bits = value.to_bits();
        let field = (bits >> 52) & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        let mantissa = fraction | (u64::from(field > 0) << 52);
        // A subnormal's lowest bit lies where that of the smallest normal does.
        let position = field.max(1);
        let (index, shift) = ((position / 32) as usize, position % 32);
        // The bits that the left shift drops are the ones the right shift keeps.
        let low = ((mantissa << shift) & LOW_HALF) as i64;
        let high = (mantissa >> (32 - shift)) as i64;
        if value.is_sign_negative() {
            self.chunks[index] -= low;
            self.chunks[index + 1] -= high;
        } else {
            self.chunks[index] += low;
            self.chunks[index + 1] += high;
        }
    }

    /// Takes `value` out again: after `add(x)` and `subtract(x)` the sum is what it was. A value
    /// that was never added may be subtracted too.
    ///
    /// # Panics
    ///
    /// When `value` is infinite or not a number.
    pub fn subtract(&mut self, value: f64) {
        self.add(-value);
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.carry();
        let mut other = other.clone();
        other.carry();
        for (chunk, addend) in self.chunks.iter_mut().zip(other.chunks) {
            *chunk = chunk.wrapping_add(addend);
        }
        // Carried chunks are below 2^32, so they weigh less than one addition does.
        self.pending = 1;
    }

    /// The sum, rounded once to the nearest double, ties to even; infinite when it lies beyond
    /// the doubles. A sum that is exactly zero is 0.0, whatever the signs of its terms.
    pub fn value(&self) -> f64 {
        self.quotient(1)
    }

    /// The sum divided by `count`, rounded once: not [`ExactSum::value`] divided, which would
    /// round twice and be infinite when only the sum is. `None` when `count` is zero.
    ///
    /// A negative mean too small for the smallest subnormal is -0.0.
    pub fn mean(&self, count: u64) -> Option<f64> {
        (count > 0).then(|| self.quotient(count))
    }

    /// The sum as words, lowest first: word `i` counts units of 2^(32·i - 1075), each below 2^32
    /// but for the last, which holds the sign in two's complement. Equal sums have equal words;
    /// an empty sum has zeros only.
    pub fn to_words(&self) -> [u64; Self::WORDS] {
        let mut carried = self.clone();
        carried.carry();
        carried.chunks.map(i64::cast_unsigned)
    }

    /// The sum that [`ExactSum::to_words`] wrote down. Any words are a sum: a wider word is read
    /// as a signed multiple of its unit, so nothing here panics.
    pub fn from_words(words: &[u64; Self::WORDS]) -> Self {
        Self {
            chunks: words.map(u64::cast_signed),
            // Not known to be small, so the next addition moves carries first.
            pending: ADDITIONS,
        }
    }

    /// Moves carries up, until every chunk but the last is within `0..2^32`. That form is unique.
    fn carry(&mut self) {
        let mut carry = 0;
        for chunk in &mut self.chunks[..Self::WORDS - 1] {
            // Splitting before adding keeps even a full chunk from overflowing.
            let low = (*chunk & LOW_HALF as i64) + carry;
            carry = (*chunk >> 32) + (low >> 32);
            *chunk = low & LOW_HALF as i64;
        }
        let top = &mut self.chunks[Self::WORDS - 1];
        *top = top.wrapping_add(carry);
        self.pending = 0;
    }

    /// The sum divided by `divisor`, which is not zero.
    fn quotient(&self, divisor: u64) -> f64 {
        let mut carried = self.clone();
        carried.carry();
        let negative = carried.chunks[Self::WORDS - 1] < 0;
        if negative {
            for chunk in &mut carried.chunks {
                *chunk = chunk.wrapping_neg();
            }
            carried.carry();
        }
        let mut digits: Vec<u32> = carried.chunks.iter().map(|&chunk| chunk as u32).collect();
        digits.push((carried.chunks[Self::WORDS - 1] >> 32) as u32);
        let magnitude = nearest_quotient(&BigUint::new(digits), &divisor.into());
        if negative { -magnitude } else { magnitude }
    }
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.to_words() == other.to_words()
    }
}

impl Eq for ExactSum {}

impl fmt::Debug for ExactSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExactSum").field(&self.value()).finish()
    }
}

/// How many additions carried chunks can take. One adds less than 2^52 to a chunk (a mantissa of
/// 53 bits shifted right by one at least), and 2^32 + 2047 · 2^52 stays below 2^63.
const ADDITIONS: u32 = 2047;

/// The bits of a chunk that are not carries.
const LOW_HALF: u64 = 0xffff_ffff;

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use proptest::{collection::vec, num::f64 as double, prelude::*};

    use super::*;
    use crate::quotient::tests::{assert_nearest, units};

    /// Contributes the most to one chunk: all mantissa bits are set, and shifted by 31.
    const WIDEST: f64 = f64::from_bits((31 << 52) | ((1 << 52) - 1));

    fn sum_of(values: &[f64]) -> ExactSum {
        let mut sum = ExactSum::new();
        values.iter().for_each(|&value| sum.add(value));
        sum
    }

    #[track_caller]
    fn check(values: &[f64], expected: f64) {
        assert_eq!(sum_of(values).value().to_bits(), expected.to_bits());
    }

    /// Any finite double, small, large and subnormal alike.
    fn finite() -> impl Strategy<Value = f64> {
        double::POSITIVE | double::NEGATIVE | double::NORMAL | double::SUBNORMAL | double::ZERO
    }

    #[test]
    fn nothing_and_negative_zeros_sum_to_zero() {
        check(&[], 0.0);
        check(&[-0.0, -0.0], 0.0);
        check(&[1.5, -1.5], 0.0);
    }

    #[test]
    fn a_small_term_survives_two_large_ones() {
        check(&[1e308, 1.0, -1e308], 1.0);
        check(&[-1e308, 5e-324, 1e308], 5e-324);
    }

    #[test]
    fn a_sum_beyond_the_doubles_is_infinite_and_comes_back() {
        check(&[f64::MAX, f64::MAX], f64::INFINITY);
        check(&[f64::MIN, f64::MIN], f64::NEG_INFINITY);
        check(&[f64::MAX, f64::MAX, f64::MIN], f64::MAX);
    }

    #[test]
    fn a_tenth_ten_times_is_rounded_only_once() {
        // The double nearest to 0.1 is a little more than 0.1, ten times it still rounds to one.
        check(&[0.1; 10], 1.0);
    }

    #[test]
    fn the_mean_is_finite_where_the_sum_is_not() {
        assert_eq!(sum_of(&[f64::MAX; 3]).mean(3), Some(f64::MAX));
    }

    #[test]
    fn the_mean_of_nothing_is_absent() {
        assert_eq!(ExactSum::new().mean(0), None);
    }

    #[test]
    fn the_mean_is_not_the_rounded_sum_divided() {
        let values = [
            1.0,
            f64::EPSILON / 2.0,
            f64::EPSILON / 2.0 * 2.0_f64.powi(-50),
        ];
        let sum = sum_of(&values);
        assert_nearest(
            sum.mean(3).unwrap(),
            &values.iter().copied().map(units).sum(),
            3,
        );
    }

    #[test]
    fn carries_are_moved_before_a_chunk_overflows() {
        for value in [WIDEST, -WIDEST] {
            let mut sum = ExactSum::new();
            for count in 1..=3 * u64::from(ADDITIONS) {
                sum.add(value);
                if count % 1000 == 0 {
                    assert_nearest(sum.value(), &(units(value) * count), 1);
                }
            }
        }
    }

    #[test]
    fn a_merged_sum_leaves_room_for_as_many_additions_again() {
        let mut full = ExactSum::new();
        (0..ADDITIONS).for_each(|_| full.add(WIDEST));
        let mut sum = ExactSum::new();
        sum.merge(&full);
        (0..ADDITIONS).for_each(|_| sum.add(WIDEST));
        full.merge(&full.clone());
        assert_eq!(sum, full);
        assert_nearest(sum.value(), &(units(WIDEST) * 2 * ADDITIONS), 1);
    }

    #[test]
    fn a_hundred_million_mixed_values_do_not_drift() {
        let values = [
            1e-9,
            -3.5e17,
            2.0_f64.powi(-1070),
            7.25,
            f64::MAX,
            f64::MIN,
            1e300,
        ];
        let mut sum = sum_of(&values);
        // Merging a sum with itself doubles it: 7 · 2^24 values are more than 10^8.
        for _ in 0..24 {
            sum.merge(&sum.clone());
        }
        let exact: BigInt = values.iter().copied().map(units).sum();
        assert_nearest(sum.value(), &(&exact << 24), 1);
        assert_nearest(sum.mean(7 << 24).unwrap(), &exact, 7);
    }

    #[test]
    fn two_to_the_sixtieth_of_the_largest_double_still_have_a_mean() {
        for value in [f64::MAX, f64::MIN] {
            let mut sum = sum_of(&[value]);
            for _ in 0..60 {
                sum.merge(&sum.clone());
            }
            assert_eq!(sum.mean(1 << 60), Some(value));
        }
    }

    #[test]
    fn additions_through_words_keep_their_carries() {
        let mut words = [0; ExactSum::WORDS];
        for _ in 0..10_000 {
            let mut sum = ExactSum::from_words(&words);
            sum.add(f64::MAX);
            words = sum.to_words();
        }
        assert_eq!(ExactSum::from_words(&words).mean(10_000), Some(f64::MAX));
    }

    #[test]
    fn words_of_any_kind_are_a_sum() {
        for (word, value) in [(u64::MAX >> 1, 1.0), (1 << 63, -1.0)] {
            let mut sum = ExactSum::from_words(&[word; ExactSum::WORDS]);
            let before = sum.clone();
            sum.add(value);
            assert_ne!(sum, before);
            sum.subtract(value);
            assert_eq!(sum, before);
        }
    }

    #[test]
    #[should_panic(expected = "only finite numbers")]
    fn infinity_is_refused() {
        ExactSum::new().add(f64::INFINITY);
    }

    #[test]
    #[should_panic(expected = "only finite numbers")]
    fn not_a_number_is_refused() {
        ExactSum::new().subtract(f64::NAN);
    }

    proptest! {
        #[test]
        fn the_sum_is_the_double_nearest_to_the_exact_one(values in vec(finite(), 0..60)) {
            let exact: BigInt = values.iter().copied().map(units).sum();
            let value = sum_of(&values).value();
            if value.is_finite() {
                assert_nearest(value, &exact, 1);
            } else {
                let edge: BigInt = (BigInt::from(1) << 2099) - (BigInt::from(1) << 2045);
                assert!(*exact.magnitude() >= *edge.magnitude());
            }
        }

        #[test]
        fn the_mean_is_the_double_nearest_to_the_exact_one(
            values in vec(finite(), 1..40), extra: u32,
        ) {
            let count = values.len() as u64 + u64::from(extra);
            let exact: BigInt = values.iter().copied().map(units).sum();
            assert_nearest(sum_of(&values).mean(count).unwrap(), &exact, count);
        }

        #[test]
        fn subnormal_sums_and_means_are_exact_too(values in vec(-9_i64..9, 1..9), count in 1_u64..9) {
            let values: Vec<f64> = values.iter().map(|&n| n as f64 * 5e-324).collect();
            let exact: BigInt = values.iter().copied().map(units).sum();
            assert_nearest(sum_of(&values).mean(count).unwrap(), &exact, count);
        }

        #[test]
        fn retracting_what_was_added_leaves_what_was(
            kept in vec(finite(), 0..30), passing in vec(finite(), 0..30),
        ) {
            let before = sum_of(&kept);
            let mut sum = before.clone();
            passing.iter().for_each(|&value| sum.add(value));
            passing.iter().rev().for_each(|&value| sum.subtract(value));
            prop_assert_eq!(sum.to_words(), before.to_words());
        }

        #[test]
        fn merging_parts_gives_the_whole(values in vec(finite(), 0..60), cut in 0_usize..60) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = sum_of(left);
            merged.merge(&sum_of(right));
            prop_assert_eq!(merged.to_words(), sum_of(&values).to_words());
        }

        #[test]
        fn words_come_back_as_the_same_sum(values in vec(finite(), 0..60)) {
            let sum = sum_of(&values);
            prop_assert_eq!(ExactSum::from_words(&sum.to_words()), sum);
        }
    }
}
