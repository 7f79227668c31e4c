//! How well a mean of repetitions is known.

use crate::student_t::critical_t;

/// A range that holds the true mean in a given share of experiments like this one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Where it begins, in the unit of the mean.
    pub low: f64,
    /// Where it ends, in the unit of the mean.
    pub high: f64,
    /// The share of experiments whose interval holds the true mean: 0.95, say.
    pub level: f64,
}

/// The confidence interval mean ± t · standard_deviation / √count of `count` independent figures
/// that are about normally distributed, with Student's t at count - 1 degrees of freedom
/// ("Student", "The probable error of a mean", 1908).
///
/// `mean` and `standard_deviation` (divided by n - 1) are in one unit, which is the interval's.
/// `None` for fewer than two figures, for a level not between 0 and 1, both excluded, and when a
/// mean or deviation is not finite or the deviation negative.
pub fn mean_interval(
    count: u64,
    mean: f64,
    standard_deviation: f64,
    level: f64,
) -> Option<Interval> {
    let level_known = level > 0.0 && level < 1.0;
    let spread_known = standard_deviation.is_finite() && standard_deviation >= 0.0;
    if count < 2 || !level_known || !spread_known || !mean.is_finite() {
        return None;
    }
    let reach = critical_t(level, count - 1) * standard_deviation / (count as f64).sqrt();
    Some(Interval {
        low: mean - reach,
        high: mean + reach,
        level,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: u64, deviation: f64, expected: Option<(f64, f64)>) {
        let found = mean_interval(count, 10.0, deviation, 0.95);
        assert_eq!(found.is_some(), expected.is_some());
        if let (Some(found), Some((low, high))) = (found, expected) {
            assert!((found.low - low).abs() < 1e-6, "{found:?}");
            assert!((found.high - high).abs() < 1e-6, "{found:?}");
            assert_eq!(found.level, 0.95);
        }
    }

    #[test]
    fn one_figure_says_nothing_of_its_mean() {
        check(0, 1.0, None);
        check(1, 1.0, None);
    }

    #[test]
    fn two_figures_have_a_wide_interval() {
        let reach = 12.706_204_736 / 2.0_f64.sqrt();
        check(2, 1.0, Some((10.0 - reach, 10.0 + reach)));
    }

    #[test]
    fn four_figures_reach_half_of_t_deviations() {
        check(4, 2.0, Some((10.0 - 3.182_446_305, 10.0 + 3.182_446_305)));
    }

    #[test]
    fn figures_that_agree_leave_no_doubt() {
        check(5, 0.0, Some((10.0, 10.0)));
    }

    #[test]
    fn what_is_no_number_has_no_interval() {
        check(5, -1.0, None);
        check(5, f64::NAN, None);
        assert_eq!(mean_interval(5, f64::INFINITY, 1.0, 0.95), None);
        for level in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert_eq!(mean_interval(5, 10.0, 1.0, level), None);
        }
    }
}
