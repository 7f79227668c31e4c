//! The Kolmogorov-Smirnov test: how far a sample strays from a continuous law.
//!
//! The statistic is the greatest distance between two staircases of probability: the share of
//! samples up to t, and what the law says of t (A. N. Kolmogorov, "Sulla determinazione empirica
//! di una legge di distribuzione", 1933). For independent samples of the law itself its own
//! distribution is known, whichever the law.

use crate::law::Law;

/// A statistic, and what to think of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsTest {
    /// The greatest distance of the two staircases, from 0 to 1.
    pub statistic: f64,
    /// How many samples there were.
    pub count: u64,
    /// The probability that a sample of the law itself strays at least as far.
    pub p_value: f64,
    /// The distance that 5 in 100 samples of the law itself exceed.
    pub limit_5_percent: f64,
    /// Whether the statistic is within that limit.
    pub accepted: bool,
}

impl KsTest {
    /// Judges the statistic of `count` samples, at least one, as M. A. Stephens did ("EDF
    /// statistics for goodness of fit and some comparisons", 1974, table 1A): multiplied by
    /// √n + 0.12 + 0.11/√n it follows the limit for endless samples. Fair from four samples up
    /// (W. H. Press et al., "Numerical Recipes", 3rd edition, section 14.3.3).
    pub(crate) fn new(statistic: f64, count: u64) -> Self {
        let root = (count as f64).sqrt();
        let scale = root + 0.12 + 0.11 / root;
        let limit_5_percent = LAMBDA_5_PERCENT / scale;
        Self {
            statistic,
            count,
            p_value: exceeding(scale * statistic),
            limit_5_percent,
            accepted: statistic <= limit_5_percent,
        }
    }
}

/// The statistic of a sample in ascending order, in seconds, and a continuous law:
/// max over i of max(i/n - F(xᵢ), F(xᵢ) - (i-1)/n). Equal samples make one high step, whose foot
/// is that of the first and whose top is that of the last, so repetition needs no special case.
///
/// No samples stray by 0. A sample that is no number strays by 1, for it fits no law. For a law
/// with an atom the figure means nothing.
pub fn ks_statistic(sorted: &[f64], law: &dyn Law) -> f64 {
    if sorted.iter().any(|sample| sample.is_nan()) {
        return 1.0;
    }
    let count = sorted.len() as f64;
    sorted
        .iter()
        .enumerate()
        .fold(0.0, |farthest, (index, &sample)| {
            let expected = law.cumulative(sample);
            let above = (index + 1) as f64 / count - expected;
            let below = expected - index as f64 / count;
            above.max(below).max(farthest)
        })
}

/// What the counts of buckets tell of the statistic of the samples in them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinnedKs {
    /// The greatest distance at the edges of buckets. That of the samples is at least as great.
    pub statistic: f64,
    /// The greatest distance that samples anywhere within the buckets could make. That of the
    /// samples is at most as great.
    pub highest: f64,
    /// How many samples there were.
    pub count: u64,
}

impl BinnedKs {
    /// Judges [`BinnedKs::statistic`]: what is refused would be refused with the samples at hand
    /// too; what is accepted only barely might not be accepted with them.
    pub fn test(&self) -> KsTest {
        KsTest::new(self.statistic, self.count)
    }
}

/// The statistic of gaps in nanoseconds of which only counts are known, such as those of
/// [`crate::Histogram::buckets`], and a continuous law. Bins are (least, greatest, count), both
/// ends within, ascending and not overlapping; the samples of a bin are taken to lie from `least`
/// up to but without `greatest` + 1 ns, which is where a clock that drops fractions leaves them.
///
/// An approximation with bounds: it looks at the edges only, see [`BinnedKs`]. `None` without
/// samples.
pub fn binned_ks(bins: &[(u64, u64, u64)], law: &dyn Law) -> Option<BinnedKs> {
    let count: u64 = bins.iter().map(|&(_, _, count)| count).sum();
    if count == 0 {
        return None;
    }
    let (mut statistic, mut highest) = (0.0_f64, 0.0_f64);
    let mut seen = 0;
    for &(low, high, within) in bins {
        let before = seen as f64 / count as f64;
        seen += within;
        let after = seen as f64 / count as f64;
        let foot = law.cumulative(low as f64 / NANOS_PER_SECOND);
        let top = law.cumulative((high as f64 + 1.0) / NANOS_PER_SECOND);
        statistic = statistic
            .max((foot - before).abs())
            .max((top - after).abs());
        // All samples could sit at the foot, or at the top.
        highest = highest.max(after - foot).max(top - before);
    }
    Some(BinnedKs {
        statistic,
        highest,
        count,
    })
}

/// Kolmogorov's limit: the probability that √n times the statistic exceeds `lambda`,
/// 2 · Σ (-1)^(j-1) · e^(-2·j²·lambda²) over j from 1.
fn exceeding(lambda: f64) -> f64 {
    // Below, the series needs ever more terms for what differs from 1 by less than 1e-12.
    if lambda < 0.2 {
        return 1.0;
    }
    let mut sum = 0.0;
    let mut sign = 2.0;
    // At 0.2 the twenty-fifth term is below 1e-21.
    for j in 1..=25 {
        sum += sign * (-2.0 * f64::from(j * j) * lambda * lambda).exp();
        sign = -sign;
    }
    sum.clamp(0.0, 1.0)
}

/// The lambda that is exceeded with probability 0.05.
const LAMBDA_5_PERCENT: f64 = 1.358_098_6;

const NANOS_PER_SECOND: f64 = 1e9;

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{Histogram, law::by_name};

    fn law(name: &str, parameter: f64) -> Box<dyn Law + Send + Sync> {
        (by_name(name).unwrap().build)(parameter).unwrap()
    }

    #[track_caller]
    fn check(sorted: &[f64], expected: f64) {
        let found = ks_statistic(sorted, &*law("uniform", 1.0));
        assert!((found - expected).abs() < 1e-15, "{found}");
    }

    #[test]
    fn evenly_spread_samples_stray_by_half_a_step() {
        check(&[0.125, 0.375, 0.625, 0.875], 0.125);
    }

    #[test]
    fn one_sample_strays_by_the_larger_side() {
        check(&[0.3], 0.7);
        check(&[0.9], 0.9);
    }

    #[test]
    fn equal_samples_make_one_high_step() {
        check(&[0.5, 0.5, 0.5, 0.5], 0.5);
        check(&[0.1, 0.6, 0.6, 0.6], 0.4);
        check(&[0.2, 0.2, 0.2, 0.9], 0.55);
    }

    #[test]
    fn no_samples_stray_by_nothing_and_no_number_by_everything() {
        check(&[], 0.0);
        check(&[0.5, f64::NAN], 1.0);
        check(&[f64::INFINITY], 1.0);
    }

    #[track_caller]
    fn check_limit(count: u64, expected: f64) {
        let limit = KsTest::new(0.0, count).limit_5_percent;
        assert!((limit - expected).abs() < 2e-3, "{limit}");
    }

    #[test]
    fn limits_match_the_exact_table() {
        // L. H. Miller, "Table of percentage points of Kolmogorov statistics" (1956).
        check_limit(5, 0.563_28);
        check_limit(10, 0.409_25);
        check_limit(20, 0.294_08);
        check_limit(100, 0.134_03);
    }

    #[test]
    fn the_limit_is_where_the_p_value_is_five_percent() {
        for count in [4, 50, 1000, 1_000_000] {
            let limit = KsTest::new(0.0, count).limit_5_percent;
            let test = KsTest::new(limit, count);
            assert!((test.p_value - 0.05).abs() < 1e-6, "{test:?}");
            assert!(test.accepted && !KsTest::new(limit.next_up(), count).accepted);
        }
    }

    #[test]
    fn the_limiting_distribution_matches_the_table() {
        // N. Smirnov, "Table for estimating the goodness of fit of empirical distributions" (1948).
        for (lambda, below) in [(0.5, 0.036_055), (1.0, 0.730_000), (1.5, 0.977_782)] {
            assert!((1.0 - exceeding(lambda) - below).abs() < 1e-6, "{lambda}");
        }
        assert!(1.0 - exceeding(0.2) < 1e-11);
        assert_eq!((exceeding(0.0), exceeding(f64::INFINITY)), (1.0, 0.0));
    }

    #[test]
    fn no_bins_have_no_statistic() {
        assert_eq!(binned_ks(&[], &*law("uniform", 1.0)), None);
        assert_eq!(binned_ks(&[(0, 5, 0)], &*law("uniform", 1.0)), None);
    }

    #[test]
    fn bins_as_full_as_the_law_says_do_not_stray() {
        let bins = [(0, 249_999_999, 25), (250_000_000, 999_999_999, 75)];
        let found = binned_ks(&bins, &*law("uniform", 1.0)).unwrap();
        assert_eq!(found.statistic, 0.0);
        assert_eq!((found.highest, found.count), (0.75, 100));
        assert!(found.test().accepted);
    }

    #[test]
    fn the_edge_before_a_bin_and_the_edge_after_it_both_count() {
        for bin in [(600_000_000, 999_999_999, 9), (0, 399_999_999, 9)] {
            let found = binned_ks(&[bin], &*law("uniform", 1.0)).unwrap();
            assert!((found.statistic - 0.6).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn an_empty_stretch_between_bins_is_seen() {
        let bins = [(0, 99_999_999, 50), (900_000_000, 999_999_999, 50)];
        let found = binned_ks(&bins, &*law("uniform", 1.0)).unwrap();
        assert!((found.statistic - 0.4).abs() < 1e-12);
        assert!(!found.test().accepted);
    }

    proptest! {
        #[test]
        fn the_statistic_is_the_greatest_distance_of_the_staircases(
            mut samples in vec((0_u32..50).prop_map(|step| f64::from(step) / 40.0), 1..40),
        ) {
            samples.sort_by(f64::total_cmp);
            let law = law("exponential", 2.0);
            let share = |fits: &dyn Fn(f64) -> bool| {
                samples.iter().filter(|&&sample| fits(sample)).count() as f64 / samples.len() as f64
            };
            // The supremum is reached at a sample, from the right or from the left.
            let expected = samples.iter().fold(0.0_f64, |farthest, &at| {
                let from_right = share(&|sample| sample <= at) - law.cumulative(at);
                let from_left = share(&|sample| sample < at) - law.cumulative(at);
                farthest.max(from_right.abs()).max(from_left.abs())
            });
            prop_assert!((ks_statistic(&samples, &*law) - expected).abs() < 1e-12);
        }

        #[test]
        fn the_samples_stray_within_the_bounds_of_their_bins(
            mut nanos in vec(1_u64..3_000_000_000, 1..200), rate in 0.2_f64..5.0,
        ) {
            nanos.sort_unstable();
            let mut histogram = Histogram::new();
            nanos.iter().for_each(|&value| histogram.record(value));
            let bins: Vec<_> = histogram.buckets().collect();
            let samples: Vec<f64> = nanos.iter().map(|&value| value as f64 / 1e9).collect();
            let law = law("exponential", rate);
            let exact = ks_statistic(&samples, &*law);
            let found = binned_ks(&bins, &*law).unwrap();
            prop_assert!(found.statistic <= exact + 1e-12 && exact <= found.highest + 1e-12);
        }
    }
}
