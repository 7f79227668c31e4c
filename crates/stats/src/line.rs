//! The straight line through points, for claims such as "each further client costs 3 ms".

/// The line y = intercept + slope · x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The y at x = 0, in the unit of y.
    pub intercept: f64,
    /// How much y grows for each x, in the unit of y per unit of x.
    pub slope: f64,
    /// The share of the variance of y that the line explains, from 0 to 1. Points that all have
    /// one y are explained in full.
    pub r_squared: f64,
}

/// The line with the least sum of squared distances in y to the points (x, y).
///
/// ```text
///  slope = Σ(x-x̄)(y-ȳ) / Σ(x-x̄)²    intercept = ȳ - slope·x̄    r² = slope² · Σ(x-x̄)² / Σ(y-ȳ)²
/// ```
///
/// Differences from the means are squared, not the coordinates, which would cancel. `None` for
/// fewer than two different x, and when a coordinate or a result is not finite.
pub fn least_squares(points: &[(f64, f64)]) -> Option<Line> {
    let (first, _) = points.first()?;
    if points.iter().all(|(x, _)| x == first) {
        return None;
    }
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    let slope = xy / xx;
    let line = Line {
        intercept: mean_y - slope * mean_x,
        slope,
        r_squared: match yy {
            0.0 => 1.0,
            _ => (slope * xy / yy).clamp(0.0, 1.0),
        },
    };
    let finite = [line.intercept, line.slope, line.r_squared]
        .iter()
        .all(|figure| figure.is_finite());
    finite.then_some(line)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[track_caller]
    fn check(points: &[(f64, f64)], expected: Option<(f64, f64, f64)>) {
        let found = least_squares(points).map(|line| (line.intercept, line.slope, line.r_squared));
        assert_eq!(found, expected);
    }

    #[test]
    fn fewer_than_two_places_have_no_line() {
        check(&[], None);
        check(&[(1.0, 2.0)], None);
        check(&[(1.0, 2.0), (1.0, 3.0)], None);
        // The mean of three tenths is not a tenth, so their distances from it are not zero.
        check(&[(0.1, 1.0), (0.1, 2.0), (0.1, 4.0)], None);
    }

    #[test]
    fn points_on_a_line_give_that_line() {
        check(&[(0.0, 1.0), (2.0, 5.0), (4.0, 9.0)], Some((1.0, 2.0, 1.0)));
    }

    #[test]
    fn level_points_are_explained_in_full() {
        check(&[(0.0, 3.0), (1.0, 3.0)], Some((3.0, 0.0, 1.0)));
    }

    #[test]
    fn points_without_a_trend_are_not_explained() {
        let square = [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0), (2.0, 2.0)];
        check(&square, Some((1.0, 0.0, 0.0)));
    }

    #[test]
    fn a_bent_row_is_explained_in_part() {
        check(
            &[(-1.0, 0.0), (0.0, 0.0), (1.0, 3.0)],
            Some((1.0, 1.5, 0.75)),
        );
    }

    #[test]
    fn what_is_not_finite_has_no_line() {
        check(&[(0.0, 1.0), (1.0, f64::NAN)], None);
        check(&[(0.0, 1.0), (f64::INFINITY, 1.0)], None);
        check(&[(f64::NAN, 1.0), (f64::NAN, 2.0)], None);
    }

    proptest! {
        #[test]
        fn no_line_nearby_is_closer(
            points in vec((-100.0_f64..100.0, -100.0_f64..100.0), 3..20),
            tilt in -1.0_f64..1.0, lift in -1.0_f64..1.0,
        ) {
            let Some(line) = least_squares(&points) else { return Ok(()) };
            let distance = |intercept: f64, slope: f64| -> f64 {
                points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum()
            };
            let own = distance(line.intercept, line.slope);
            let other = distance(line.intercept + lift, line.slope + tilt);
            prop_assert!(own <= other * (1.0 + 1e-9));
        }
    }
}
