//! How often values of each magnitude were seen.
//!
//! The buckets are those of [`crate::buckets`](crate::bucket_of); counts are kept up to the
//! highest bucket in use, so an empty histogram holds nothing and a full one 41 KiB.

use crate::buckets::{BUCKETS, bucket_bounds, bucket_of};

/// Counts of `u64` values (in this project nanoseconds) in buckets less than 0.8 % wide.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// By bucket index; buckets beyond the end are empty.
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Of no values yet.
    pub const fn new() -> Self {
        Self {
            counts: Vec::new(),
            total: 0,
        }
    }

    /// Counts one value. Above [`crate::LARGEST_VALUE`] it counts as that.
    pub fn record(&mut self, value: u64) {
        self.record_n(value, 1);
    }

    /// Counts a value that was seen `count` times.
    ///
    /// # Panics
    ///
    /// When the counts together reach 2^64.
    pub fn record_n(&mut self, value: u64, count: u64) {
        self.record_bucket(bucket_of(value), count);
    }

    /// Counts `count` values that fell in the bucket `index`: how counts from shared memory come
    /// in. A count of zero changes nothing.
    ///
    /// # Panics
    ///
    /// When `index` is not below [`BUCKETS`] or the counts together reach 2^64.
    pub fn record_bucket(&mut self, index: usize, count: u64) {
        assert!(index < BUCKETS, "a bucket index is below BUCKETS");
        if count == 0 {
            return;
        }
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        self.total = self
            .total
            .checked_add(count)
            .expect("no run has 2^64 values");
        self.counts[index] += count;
    }

    /// Counts everything that `other` counted.
    ///
    /// # Panics
    ///
    /// When the counts together reach 2^64.
    pub fn merge(&mut self, other: &Self) {
        for (index, &count) in other.counts.iter().enumerate() {
            self.record_bucket(index, count);
        }
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The greatest value of the bucket which holds the value of rank ⌈quantile · count⌉, the
    /// least value having rank 1: at least that share of the values is not greater. `None` when
    /// nothing was counted.
    ///
    /// A quantile beyond 0 or 1 reads as the nearer of the two, one that is no number as 0.
    pub fn value_at_quantile(&self, quantile: f64) -> Option<u64> {
        // One step down, or a product that should be whole could round up to the next rank, as
        // 0.07 · 100 does (HdrHistogram, `getValueAtPercentile`).
        let share = quantile.clamp(0.0, 1.0).next_down();
        let rank = (share * self.total as f64).ceil() as u64;
        let mut seen = 0;
        self.buckets()
            .find(|&(_, _, count)| {
                seen += count;
                seen >= rank
            })
            .map(|(_, high, _)| high)
    }

    /// The buckets that are not empty as (least value, greatest value, count), ascending.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.counts
            .iter()
            .enumerate()
            .filter(|&(_, &count)| count > 0)
            .map(|(index, &count)| {
                let (low, high) = bucket_bounds(index);
                (low, high, count)
            })
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.buckets().eq(other.buckets())
    }
}

impl Eq for Histogram {}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::buckets::LARGEST_VALUE;

    fn histogram_of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&value| histogram.record(value));
        histogram
    }

    #[track_caller]
    fn check(values: &[u64], quantile: f64, expected: Option<u64>) {
        assert_eq!(histogram_of(values).value_at_quantile(quantile), expected);
    }

    #[test]
    fn nothing_counted_has_no_quantile() {
        check(&[], 0.5, None);
        assert_eq!(Histogram::new().buckets().count(), 0);
    }

    #[test]
    fn the_ends_are_the_least_and_the_greatest() {
        check(&[3, 9, 27], 0.0, Some(3));
        check(&[3, 9, 27], 1.0, Some(27));
        check(&[3, 9, 27], -1.0, Some(3));
        check(&[3, 9, 27], 2.0, Some(27));
        check(&[3, 9, 27], f64::NAN, Some(3));
    }

    #[test]
    fn the_median_of_four_is_the_second() {
        check(&[1, 2, 3, 4], 0.5, Some(2));
    }

    #[test]
    fn a_rank_that_is_whole_is_not_rounded_up() {
        let hundred: Vec<u64> = (1..=100).collect();
        check(&hundred, 0.07, Some(7));
        check(&hundred, 0.071, Some(8));
    }

    #[test]
    fn a_value_reads_as_the_top_of_its_bucket() {
        check(&[1000], 0.5, Some(1003));
        check(&[u64::MAX], 0.5, Some(LARGEST_VALUE));
    }

    #[test]
    fn zero_counts_change_nothing() {
        let mut histogram = histogram_of(&[5]);
        histogram.record_n(1 << 40, 0);
        assert_eq!(histogram, histogram_of(&[5]));
        assert_eq!(histogram.counts.len(), 6);
    }

    #[test]
    fn a_capacity_left_over_does_not_make_histograms_unequal() {
        let longer = Histogram {
            counts: vec![0, 1, 0],
            total: 1,
        };
        assert_eq!(longer, histogram_of(&[1]));
        assert_ne!(longer, histogram_of(&[2]));
    }

    #[test]
    #[should_panic(expected = "below BUCKETS")]
    fn a_bucket_beyond_the_last_is_refused() {
        Histogram::new().record_bucket(BUCKETS, 0);
    }

    #[test]
    #[should_panic(expected = "no run has 2^64 values")]
    fn a_total_beyond_the_bound_is_refused() {
        let mut histogram = histogram_of(&[1]);
        histogram.record_n(2, u64::MAX);
    }

    proptest! {
        #[test]
        fn a_quantile_is_the_bucket_of_the_ranked_value(
            mut values in vec(
                (any::<u64>(), 17_u32..64).prop_map(|(bits, shift)| bits >> shift), 1..300,
            ),
            thousandths in 1_usize..=1000,
        ) {
            values.sort_unstable();
            let rank = (thousandths * values.len()).div_ceil(1000);
            let (_, expected) = bucket_bounds(bucket_of(values[rank - 1]));
            let found = histogram_of(&values).value_at_quantile(thousandths as f64 / 1000.0);
            prop_assert_eq!(found, Some(expected));
        }

        #[test]
        fn merging_parts_gives_the_whole(values in vec(0_u64..1 << 50, 0..80), cut in 0_usize..80) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = histogram_of(left);
            merged.merge(&histogram_of(right));
            prop_assert_eq!(merged.count(), values.len() as u64);
            prop_assert_eq!(merged, histogram_of(&values));
        }

        #[test]
        fn every_value_is_within_a_bucket_listed(values in vec(0_u64..=LARGEST_VALUE, 1..80)) {
            let histogram = histogram_of(&values);
            for (low, high, count) in histogram.buckets() {
                let within = values.iter().filter(|&&value| (low..=high).contains(&value)).count();
                prop_assert_eq!(count, within as u64);
            }
            let listed: u64 = histogram.buckets().map(|(_, _, count)| count).sum();
            prop_assert_eq!(listed, values.len() as u64);
        }
    }
}
