//! Median, range and quantiles of a handful of figures, such as one for each repetition.
//!
//! A set which is empty or has a member that is not finite has none of them: a place cannot be
//! found between numbers that have no order. Nothing here panics.

/// The middle of the figures, halfway between the two middle ones when their count is even.
/// `None` for an empty set and for one with an infinity or a NaN.
pub fn median(figures: &[f64]) -> Option<f64> {
    quantile(figures, 0.5)
}

/// The least and the greatest of the figures. `None` for an empty set and for one with an
/// infinity or a NaN.
pub fn range(figures: &[f64]) -> Option<(f64, f64)> {
    let sorted = sorted(figures)?;
    Some((*sorted.first()?, *sorted.last()?))
}

/// The quantile at `share` of the figures by the seventh definition of R. J. Hyndman and Y. Fan,
/// "Sample quantiles in statistical packages" (1996), section 2: linear between the figures, the
/// least at 0 and the greatest at 1. With the figures numbered from 0, it lies at share · (n - 1).
///
/// `None` for an empty set, for one with an infinity or a NaN, and for a share not within 0 to 1.
pub fn quantile(figures: &[f64], share: f64) -> Option<f64> {
    let sorted = sorted(figures)?;
    if sorted.is_empty() || !(0.0..=1.0).contains(&share) {
        return None;
    }
    let place = share * (sorted.len() - 1) as f64;
    let low = sorted[place.floor() as usize];
    let high = sorted[place.ceil() as usize];
    let part = place.fract();
    // Weighing both keeps huge figures from overflowing, which their difference would; the clamp
    // keeps equal ones equal.
    Some((low * (1.0 - part) + high * part).clamp(low, high))
}

/// The figures in ascending order, if all are finite.
fn sorted(figures: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .iter()
        .all(|figure| figure.is_finite())
        .then_some(sorted)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[track_caller]
    fn check(figures: &[f64], share: f64, expected: Option<f64>) {
        assert_eq!(quantile(figures, share), expected);
    }

    #[test]
    fn an_empty_set_has_no_figures() {
        check(&[], 0.5, None);
        assert_eq!((median(&[]), range(&[])), (None, None));
    }

    #[test]
    fn what_is_not_finite_has_no_place() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            check(&[1.0, odd, 2.0], 0.5, None);
            assert_eq!(range(&[odd]), None);
            check(&[1.0, 2.0], odd, None);
        }
    }

    #[test]
    fn the_median_of_an_even_count_is_halfway() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[9.0, 1.0, 3.0]), Some(3.0));
    }

    #[test]
    fn quantiles_are_linear_between_the_figures() {
        let figures = [10.0, 20.0, 40.0, 80.0, 160.0];
        check(&figures, 0.0, Some(10.0));
        check(&figures, 0.25, Some(20.0));
        check(&figures, 0.875, Some(120.0));
        check(&figures, 1.0, Some(160.0));
        check(&figures, 1.1, None);
    }

    #[test]
    fn huge_figures_do_not_overflow() {
        check(&[f64::MIN, f64::MAX], 0.5, Some(0.0));
        check(&[f64::MAX, f64::MAX], 0.3, Some(f64::MAX));
    }

    #[test]
    fn the_range_does_not_depend_on_order() {
        assert_eq!(range(&[2.0, -1.0, 7.0, 0.0]), Some((-1.0, 7.0)));
    }

    proptest! {
        #[test]
        fn a_quantile_lies_within_the_range_and_grows(
            figures in vec(-1e9_f64..1e9, 1..20), one in 0.0_f64..=1.0, other in 0.0_f64..=1.0,
        ) {
            let (low, high) = range(&figures).unwrap();
            let (near, far) = (one.min(other), one.max(other));
            let (near, far) = (quantile(&figures, near).unwrap(), quantile(&figures, far).unwrap());
            prop_assert!(low <= near && near <= far && far <= high);
        }
    }
}
