//! A histogram as HdrHistogram's percentile text, which its plotter and others like it read.
//!
//! The form is that of `AbstractHistogram.outputPercentileDistribution` of HdrHistogram for Java:
//! a line for each of ever finer percentiles, five for every halving of the distance to 100 %.
//!
//! ```text
//!        Value     Percentile TotalCount 1/(1-Percentile)
//!
//!       10.000 0.000000000000          1           1.00
//!       10.000 0.100000000000          1           1.11
//!       10.000 0.200000000000          1           1.25
//!       10.000 0.300000000000          1           1.43
//!       20.000 0.400000000000          3           1.67
//!       20.000 1.000000000000          3
//! #[Mean    =       16.667, StdDeviation   =        4.714]
//! #[Max     =       20.000, Total count    =            3]
//! #[Buckets =           40, SubBuckets     =          256]
//! ```

use std::fmt::Write;

use crate::{buckets::DOUBLINGS, histogram::Histogram};

impl Histogram {
    /// The percentile text, each value divided by `unit_divisor`: 1e6 turns nanoseconds into the
    /// milliseconds that the plotter expects. A value stands for the top of its bucket, in the
    /// mean and the standard deviation (divided by n) for its middle. The lines are bounded: five
    /// for each of at most 54 halvings. Without values there are a head, a foot and no lines.
    ///
    /// # Panics
    ///
    /// When `unit_divisor` is not positive and finite.
    pub fn to_hgrm(&self, unit_divisor: f64) -> String {
        assert!(
            unit_divisor > 0.0 && unit_divisor.is_finite(),
            "a unit is positive and finite"
        );
        let mut text = format!(
            "{:>12} {:>14} {:>10} {:>14}\n\n",
            "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
        );
        for (value, level, seen) in percentiles(self) {
            let value = value as f64 / unit_divisor;
            write!(text, "{value:12.3} {level:.12} {seen:10}").expect("a String takes any text");
            text.push_str(&match level {
                1.0 => "\n".to_owned(),
                _ => format!(" {:14.2}\n", 1.0 / (1.0 - level)),
            });
        }

        let (mean, deviation) = mean_and_deviation(self);
        let max = self.value_at_quantile(1.0).unwrap_or(0) as f64;
        let count = self.count();
        let [mean, deviation, max] = [mean, deviation, max].map(|value| value / unit_divisor);
        text + &format!(
            "#[Mean    = {mean:12.3}, StdDeviation   = {deviation:12.3}]\n\
             #[Max     = {max:12.3}, Total count    = {count:12}]\n\
             #[Buckets = {DOUBLINGS:12}, SubBuckets     = {:12}]\n",
            256
        )
    }
}

/// The lines as (value, percentile out of 1, values counted up to it), the last at 1.
fn percentiles(histogram: &Histogram) -> Vec<(u64, f64, u64)> {
    let mut lines = Vec::new();
    let (mut level, mut seen) = (0.0, 0);
    let total = histogram.count();
    for (_, high, count) in histogram.buckets() {
        seen += count;
        while level < 1.0 && seen as f64 / total as f64 >= level {
            lines.push((high, level, seen));
            level = next_level(level);
            if seen == total {
                break;
            }
        }
    }
    // However few levels the last bucket was asked for, it closes the text.
    lines.extend(
        histogram
            .value_at_quantile(1.0)
            .map(|max| (max, 1.0, total)),
    );
    lines
}

/// The level after `level`, which is below 1: a tenth further at first, and half as far whenever
/// the distance to 1 has halved. Where a step no longer changes the double, 1.
fn next_level(level: f64) -> f64 {
    let halvings = (1.0 / (1.0 - level)).log2().floor();
    let next = level + 1.0 / (TICKS_PER_HALVING * (halvings + 1.0).exp2());
    if next > level { next } else { 1.0 }
}

/// Mean and standard deviation of the buckets' middles, zero without values.
fn mean_and_deviation(histogram: &Histogram) -> (f64, f64) {
    let middles = || {
        histogram
            .buckets()
            .map(|(low, high, count)| ((low + (high - low).div_ceil(2)) as f64, count as f64))
    };
    if histogram.count() == 0 {
        return (0.0, 0.0);
    }
    let count = histogram.count() as f64;
    let mean = middles().map(|(value, n)| value * n).sum::<f64>() / count;
    let squares: f64 = middles().map(|(value, n)| (value - mean).powi(2) * n).sum();
    (mean, (squares / count).sqrt())
}

/// What HdrHistogram's own tools use.
const TICKS_PER_HALVING: f64 = 5.0;

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::buckets::LARGEST_VALUE;

    #[track_caller]
    fn check(values: &[u64], unit_divisor: f64, expected: &str) {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&value| histogram.record(value));
        assert_eq!(histogram.to_hgrm(unit_divisor), expected);
    }

    #[test]
    fn no_values_make_a_head_and_a_foot() {
        check(
            &[],
            1.0,
            "       Value     Percentile TotalCount 1/(1-Percentile)

#[Mean    =        0.000, StdDeviation   =        0.000]
#[Max     =        0.000, Total count    =            0]
#[Buckets =           40, SubBuckets     =          256]
",
        );
    }

    #[test]
    fn three_values_are_written_in_the_unit_asked_for() {
        check(
            &[100, 200, 200],
            10.0,
            "       Value     Percentile TotalCount 1/(1-Percentile)

      10.000 0.000000000000          1           1.00
      10.000 0.100000000000          1           1.11
      10.000 0.200000000000          1           1.25
      10.000 0.300000000000          1           1.43
      20.000 0.400000000000          3           1.67
      20.000 1.000000000000          3
#[Mean    =       16.667, StdDeviation   =        4.714]
#[Max     =       20.000, Total count    =            3]
#[Buckets =           40, SubBuckets     =          256]
",
        );
    }

    #[test]
    fn one_rare_value_among_very_many_ends_the_text_soon() {
        let mut histogram = Histogram::new();
        histogram.record_n(1, u64::MAX - 1);
        histogram.record(2);
        assert!(percentiles(&histogram).len() <= 5 * 54 + 2);
    }

    #[test]
    #[should_panic(expected = "positive and finite")]
    fn a_unit_of_zero_is_refused() {
        Histogram::new().to_hgrm(0.0);
    }

    proptest! {
        #[test]
        fn the_lines_are_those_of_hdrhistogram(
            values in vec(
                (0_u64..=LARGEST_VALUE, 0_u32..47).prop_map(|(bits, shift)| bits >> shift), 1..200,
            ),
        ) {
            let mut ours = Histogram::new();
            let mut theirs = hdrhistogram::Histogram::<u64>::new_with_bounds(1, LARGEST_VALUE, 2)
                .expect("the bounds are in order");
            for &value in &values {
                ours.record(value);
                theirs.record(value).expect("the value is within the bounds");
            }
            let mut seen = 0;
            let expected: Vec<_> = theirs
                .iter_quantiles(5)
                .map(|line| {
                    seen += line.count_since_last_iteration();
                    (line.value_iterated_to(), line.quantile_iterated_to(), seen)
                })
                .collect();
            prop_assert_eq!(percentiles(&ours), expected);
            let (mean, deviation) = mean_and_deviation(&ours);
            prop_assert!((mean - theirs.mean()).abs() <= 1e-9 * mean);
            prop_assert!((deviation - theirs.stdev()).abs() <= 1e-6 * deviation);
        }
    }
}
