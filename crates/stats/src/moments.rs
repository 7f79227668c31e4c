//! Count, mean and variance of whole numbers, from sums that are exact.
//!
//! The sums of the values and of their squares are kept as whole numbers wide enough never to
//! overflow, so the variance (n·Σx² - (Σx)²) / (n·(n-1)), which in floating point cancels to
//! nothing when the spread is small beside the mean, is here exact until its one rounding.

use num_bigint::BigUint;

use crate::quotient::{UNIT_PLACES, nearest_quotient};

/// What is known of a set of `u64` values (in this project nanoseconds) without keeping them.
///
/// Bound: 2^64 - 1 values, of any size: their sum stays below 2^128 and the sum of their squares
/// below 2^192, which is what the fields hold. Nothing is rounded, whatever is merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    count: u64,
    sum: u128,
    /// The sum of squares is `squares_high · 2^128 + squares_low`.
    squares_low: u128,
    squares_high: u64,
    /// Zero as long as the count is.
    min: u64,
    max: u64,
}

impl Moments {
    /// How many words [`Moments::to_words`] gives.
    pub const WORDS: usize = 8;

    /// Of no values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one value into account.
    pub fn record(&mut self, value: u64) {
        let wide = u128::from(value);
        self.merge(&Self {
            count: 1,
            sum: wide,
            squares_low: wide * wide,
            squares_high: 0,
            min: value,
            max: value,
        });
    }

    /// Takes so many values of zero into account.
    ///
    /// # Panics
    ///
    /// When the count reaches 2^64.
    pub fn record_zeros(&mut self, count: u64) {
        self.merge(&Self {
            count,
            ..Self::default()
        });
    }

    /// Takes all the values of `other` into account. The order of merges is of no consequence.
    ///
    /// # Panics
    ///
    /// When the counts together reach 2^64.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min = match self.count {
            0 => other.min,
            _ => self.min.min(other.min),
        };
        self.max = self.max.max(other.max);
        self.count = self
            .count
            .checked_add(other.count)
            .expect("no run has 2^64 values");
        self.sum += other.sum;
        let (low, carry) = self.squares_low.overflowing_add(other.squares_low);
        self.squares_low = low;
        self.squares_high += other.squares_high + u64::from(carry);
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of the values, in their unit.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The least value; `None` when there is none.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The greatest value; `None` when there is none.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The mean in the unit of the values, rounded once; `None` when there are none.
    pub fn mean(&self) -> Option<f64> {
        let sum = BigUint::from(self.sum) << UNIT_PLACES;
        (self.count > 0).then(|| nearest_quotient(&sum, &self.count.into()))
    }

    /// The sample variance (divided by n - 1) in the square of the values' unit, rounded once;
    /// `None` for fewer than two values.
    pub fn variance(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let count = BigUint::from(self.count);
        let sum = BigUint::from(self.sum);
        let squares = (BigUint::from(self.squares_high) << 128) + self.squares_low;
        // Never negative, by the inequality of Cauchy and Schwarz.
        let numerator = &count * squares - &sum * &sum;
        let denominator = &count * (self.count - 1);
        Some(nearest_quotient(&(numerator << UNIT_PLACES), &denominator))
    }

    /// The square root of [`Moments::variance`], in the unit of the values.
    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The standard deviation divided by the mean, without a unit; `None` for fewer than two
    /// values and for a mean of zero.
    pub fn coefficient_of_variation(&self) -> Option<f64> {
        let mean = self.mean().filter(|&mean| mean > 0.0)?;
        Some(self.standard_deviation()? / mean)
    }

    /// The state as words: count, sum (low, high), sum of squares (low, middle, high), least,
    /// greatest. All zero when nothing was recorded.
    pub fn to_words(&self) -> [u64; Self::WORDS] {
        [
            self.count,
            self.sum as u64,
            (self.sum >> 64) as u64,
            self.squares_low as u64,
            (self.squares_low >> 64) as u64,
            self.squares_high,
            self.min,
            self.max,
        ]
    }

    /// The state that [`Moments::to_words`] wrote down. Other words than those describe no set of
    /// values, and the figures made from them mean nothing.
    pub fn from_words(words: &[u64; Self::WORDS]) -> Self {
        let [count, sum_low, sum_high, low, middle, high, min, max] = *words;
        let wide = |low, high| u128::from(low) | (u128::from(high) << 64);
        Self {
            count,
            sum: wide(sum_low, sum_high),
            squares_low: wide(low, middle),
            squares_high: high,
            min,
            max,
        }
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::quotient::tests::assert_nearest;

    fn moments_of(values: &[u64]) -> Moments {
        let mut moments = Moments::new();
        values.iter().for_each(|&value| moments.record(value));
        moments
    }

    #[track_caller]
    fn check(values: &[u64], mean: Option<f64>, variance: Option<f64>) {
        let moments = moments_of(values);
        assert_eq!((moments.mean(), moments.variance()), (mean, variance));
    }

    #[test]
    fn no_values_have_no_figures() {
        check(&[], None, None);
        let empty = Moments::new();
        assert_eq!((empty.min(), empty.max()), (None, None));
        assert_eq!(empty.to_words(), [0; Moments::WORDS]);
        assert_eq!(empty.coefficient_of_variation(), None);
    }

    #[test]
    fn one_value_has_a_mean_and_no_spread() {
        check(&[7], Some(7.0), None);
        check(&[0], Some(0.0), None);
    }

    #[test]
    fn the_variance_divides_by_one_less_than_the_count() {
        check(&[2, 4, 4, 4, 5, 5, 7, 9], Some(5.0), Some(32.0 / 7.0));
    }

    #[test]
    fn a_small_spread_survives_a_large_mean() {
        let base = u64::MAX - 2;
        check(
            &[base, base + 1, base + 2],
            Some(2.0_f64.powi(64)),
            Some(1.0),
        );
    }

    #[test]
    fn the_largest_values_do_not_overflow() {
        let half = 2.0_f64.powi(63);
        check(&[u64::MAX, 0], Some(half), Some(half * half * 2.0));
        let mut moments = moments_of(&[u64::MAX]);
        for _ in 0..63 {
            moments.merge(&moments.clone());
        }
        assert_eq!(moments.count(), 1 << 63);
        assert_eq!(moments.variance(), Some(0.0));
    }

    #[test]
    fn a_least_value_of_zero_is_not_taken_for_none() {
        let mut moments = moments_of(&[0]);
        moments.merge(&moments_of(&[5]));
        assert_eq!((moments.min(), moments.max()), (Some(0), Some(5)));
        moments.merge(&Moments::new());
        assert_eq!(moments.min(), Some(0));
    }

    #[test]
    fn the_coefficient_of_variation_needs_a_mean() {
        assert_eq!(moments_of(&[0, 0]).coefficient_of_variation(), None);
        assert_eq!(moments_of(&[5, 5]).coefficient_of_variation(), Some(0.0));
        let two = moments_of(&[1, 3]).coefficient_of_variation();
        assert_eq!(two, Some(2.0_f64.sqrt() / 2.0));
    }

    #[test]
    #[should_panic(expected = "no run has 2^64 values")]
    fn a_count_beyond_the_bound_is_refused() {
        let mut words = [0; Moments::WORDS];
        words[0] = u64::MAX;
        Moments::from_words(&words).record(1);
    }

    proptest! {
        #[test]
        fn the_figures_are_those_of_exact_arithmetic(values in vec(any::<u64>(), 2..40)) {
            let moments = moments_of(&values);
            let n = values.len() as u64;
            let sum: BigInt = values.iter().map(|&value| BigInt::from(value)).sum();
            assert_nearest(moments.mean().unwrap(), &(&sum << UNIT_PLACES), n);
            // Σ(n·x - Σx)² = n² · (n - 1) · variance, the definition and not the shortcut.
            let deviations: BigInt = values
                .iter()
                .map(|&value| (BigInt::from(value) * n - &sum).pow(2))
                .sum();
            let denominator = n * n * (n - 1);
            assert_nearest(moments.variance().unwrap(), &(deviations << UNIT_PLACES), denominator);
            prop_assert_eq!(moments.min(), values.iter().copied().min());
            prop_assert_eq!(moments.max(), values.iter().copied().max());
        }

        #[test]
        fn merging_parts_gives_the_whole(values in vec(any::<u64>(), 0..40), cut in 0_usize..40) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = moments_of(left);
            merged.merge(&moments_of(right));
            prop_assert_eq!(merged, moments_of(&values));
        }

        #[test]
        fn words_come_back_as_the_same_moments(values in vec(any::<u64>(), 0..40)) {
            let moments = moments_of(&values);
            prop_assert_eq!(Moments::from_words(&moments.to_words()), moments);
        }
    }
}
