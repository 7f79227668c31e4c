//! A distribution kept in two ways at once, and the ten figures read from it.

use crate::{LARGEST_VALUE, histogram::Histogram, moments::Moments};

/// What is known of a set of `u64` values (in this project nanoseconds): exact moments, and the
/// shape to within a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    moments: Moments,
    histogram: Histogram,
}

impl Distribution {
    /// Of no values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of the same values, seen in both ways. Where the two were read from shared memory while
    /// someone was recording they may differ by the values under way; [`Digest`] copes with that.
    pub fn from_parts(moments: Moments, histogram: Histogram) -> Self {
        Self { moments, histogram }
    }

    /// Takes one value into account.
    pub fn record(&mut self, value: u64) {
        self.moments.record(value);
        self.histogram.record(value);
    }

    /// Takes all the values of `other` into account. The order of merges is of no consequence.
    ///
    /// # Panics
    ///
    /// When the counts together reach 2^64.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.histogram.merge(&other.histogram);
    }

    /// How many values were recorded.
    pub fn count(&self) -> u64 {
        self.moments.count()
    }

    /// The exact part.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The shape.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The figures to report.
    pub fn digest(&self) -> Digest {
        Digest::from(self)
    }
}

/// The figures of a distribution, in the unit of its values (in this project nanoseconds).
///
/// Without values all are `None`. Mean, spread, least and greatest come from exact sums; the
/// quantiles are the tops of buckets, at most 0.8 % above the value of that rank and never
/// outside `min..=max`. Those above [`LARGEST_VALUE`] are not known: `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Digest {
    /// How many values there are.
    pub count: u64,
    /// The arithmetic mean.
    pub mean: Option<f64>,
    /// The sample standard deviation (divided by n - 1); `None` below two values.
    pub spread: Option<f64>,
    /// The coefficient of variation, spread divided by mean, without a unit; `None` below two
    /// values and for a mean of zero.
    pub cv: Option<f64>,
    /// The least value.
    pub min: Option<f64>,
    /// The value that half of the values do not exceed.
    pub p50: Option<f64>,
    /// The value that 90 % of the values do not exceed.
    pub p90: Option<f64>,
    /// The value that 99 % of the values do not exceed.
    pub p99: Option<f64>,
    /// The value that 99.9 % of the values do not exceed.
    pub p999: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
}

impl From<&Distribution> for Digest {
    fn from(distribution: &Distribution) -> Self {
        let Distribution { moments, histogram } = distribution;
        let (min, max) = (moments.min(), moments.max());
        let quantile = |share| {
            let value = histogram.value_at_quantile(share)?;
            if value >= LARGEST_VALUE && max? > LARGEST_VALUE && min != max {
                return None;
            }
            // Not `clamp`, which panics should words from a foreign hand name a min above the max.
            Some(value.min(max?).max(min?) as f64)
        };
        Self {
            count: moments.count(),
            mean: moments.mean(),
            spread: moments.standard_deviation(),
            cv: moments.coefficient_of_variation(),
            min: min.map(|value| value as f64),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: max.map(|value| value as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn distribution_of(values: &[u64]) -> Distribution {
        let mut distribution = Distribution::new();
        values.iter().for_each(|&value| distribution.record(value));
        distribution
    }

    #[track_caller]
    fn check(values: &[u64], expected: Digest) {
        assert_eq!(distribution_of(values).digest(), expected);
    }

    #[test]
    fn no_values_have_no_figures() {
        check(&[], Digest::default());
    }

    #[test]
    fn one_value_is_every_figure_but_the_spread() {
        let value = Some(1000.0);
        check(
            &[1000],
            Digest {
                count: 1,
                mean: value,
                spread: None,
                cv: None,
                min: value,
                p50: value,
                p90: value,
                p99: value,
                p999: value,
                max: value,
            },
        );
    }

    #[test]
    fn a_thousand_values_have_each_quantile_at_its_rank() {
        let values: Vec<u64> = (1..=1000).map(|rank| rank * 1_000_000).collect();
        let digest = distribution_of(&values).digest();
        for (found, exact) in [
            (digest.p50, 500e6),
            (digest.p90, 900e6),
            (digest.p99, 990e6),
            (digest.p999, 999e6),
        ] {
            let found = found.unwrap();
            assert!((exact..=exact * 1.008).contains(&found), "{found}");
        }
        assert_eq!(digest.mean, Some(500_500_000.0));
        assert_eq!((digest.min, digest.max), (Some(1e6), Some(1e9)));
    }

    #[test]
    fn values_beyond_the_buckets_keep_their_exact_ends() {
        let digest = distribution_of(&[1 << 60, 1 << 60]).digest();
        assert_eq!(digest.p50, Some(2.0_f64.powi(60)));
        assert_eq!(digest.max, Some(2.0_f64.powi(60)));
    }

    #[test]
    fn quantiles_beyond_the_buckets_are_not_known() {
        let digest = distribution_of(&[1000, 1 << 50, 1 << 60]).digest();
        assert_eq!(digest.min, Some(1000.0));
        assert_eq!((digest.p50, digest.p99), (None, None));
        assert_eq!(digest.max, Some(2.0_f64.powi(60)));
    }

    #[test]
    fn moments_without_their_shape_still_have_a_mean() {
        let mut moments = Moments::new();
        moments.record(4);
        let digest = Distribution::from_parts(moments, Histogram::new()).digest();
        assert_eq!((digest.mean, digest.p50), (Some(4.0), None));
    }

    proptest! {
        #[test]
        fn the_figures_ascend(values in vec(any::<u64>(), 1..60)) {
            let digest = distribution_of(&values).digest();
            let figures = [digest.min, digest.p50, digest.p90, digest.p99, digest.p999, digest.max];
            let known: Vec<f64> = figures.into_iter().flatten().collect();
            prop_assert!(known.is_sorted() && figures[0].is_some() && figures[5].is_some());
        }

        #[test]
        fn merging_parts_gives_the_whole(values in vec(any::<u64>(), 0..60), cut in 0_usize..60) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = distribution_of(left);
            merged.merge(&distribution_of(right));
            prop_assert_eq!(merged, distribution_of(&values));
        }
    }
}
