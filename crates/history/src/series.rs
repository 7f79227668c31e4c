//! A measured quantity with its count and its spread, ready for a file.

use serde::{Deserialize, Serialize};
use stats::{Distribution, mean_interval};

/// A distribution of durations. Count, mean, spread, least and greatest are exact; the quantiles
/// carry the resolution of their histogram (under 0.8 %).
///
/// Everything but the count is absent when there is nothing to tell it from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// How many values.
    pub count: u64,
    /// Arithmetic mean.
    pub mean_ns: Option<f64>,
    /// Standard deviation of the sample; from two values on.
    pub spread_ns: Option<f64>,
    /// Least value.
    pub min_ns: Option<f64>,
    /// Median.
    pub p50_ns: Option<f64>,
    /// 90th percentile.
    pub p90_ns: Option<f64>,
    /// 99th percentile.
    pub p99_ns: Option<f64>,
    /// 99.9th percentile.
    pub p999_ns: Option<f64>,
    /// Greatest value.
    pub max_ns: Option<f64>,
    /// Coefficient of variation: the spread over the mean. 1 for exponential gaps, 0 for a metronome.
    pub cv: Option<f64>,
    /// Half the width of the 95 % confidence interval of the mean (Student's t).
    pub mean_half_width_ns: Option<f64>,
    /// The non-empty buckets: lowest value, highest value, count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub histogram_ns: Vec<(u64, u64, u64)>,
}

impl Series {
    /// The figures of `distribution`, whose values are nanoseconds.
    pub fn of(distribution: &Distribution) -> Self {
        let digest = distribution.digest();
        let interval = match (digest.mean, digest.spread) {
            (Some(mean), Some(spread)) => mean_interval(digest.count, mean, spread, 0.95),
            _ => None,
        };
        Self {
            count: digest.count,
            mean_ns: digest.mean,
            spread_ns: digest.spread,
            min_ns: digest.min,
            p50_ns: digest.p50,
            p90_ns: digest.p90,
            p99_ns: digest.p99,
            p999_ns: digest.p999,
            max_ns: digest.max,
            cv: digest.cv,
            mean_half_width_ns: interval.map(|interval| (interval.high - interval.low) / 2.0),
            histogram_ns: Vec::new(),
        }
    }

    /// The figures and the shape of `distribution`, whose values are nanoseconds.
    pub fn with_histogram(distribution: &Distribution) -> Self {
        Self {
            histogram_ns: distribution.histogram().buckets().collect(),
            ..Self::of(distribution)
        }
    }
}

impl From<&Distribution> for Series {
    fn from(distribution: &Distribution) -> Self {
        Self::of(distribution)
    }
}
