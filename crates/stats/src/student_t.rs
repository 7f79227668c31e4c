//! How far from the centre Student's distribution must be followed to hold a given probability.
//!
//! Formulas are those of M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions"
//! (1964), chapter 26. The probability between -t and t has a finite series for whole degrees of
//! freedom, which is turned around by bisection; for many degrees the normal distribution is
//! corrected instead.

use std::f64::consts::{FRAC_2_SQRT_PI, FRAC_PI_2, SQRT_2};

/// The t with probability `level` between -t and t, for `degrees` of freedom: 12.706 for 0.95
/// and 1. Good to ten digits for levels up to 0.999.
///
/// # Panics
///
/// When `level` is not between 0 and 1, both excluded, or `degrees` is zero.
pub(crate) fn critical_t(level: f64, degrees: u64) -> f64 {
    assert!(level > 0.0 && level < 1.0, "a level is between 0 and 1");
    assert!(degrees > 0, "one value has no spread");
    if degrees < MANY {
        let angle = bisect(FRAC_PI_2, |angle| within_angle(angle, degrees) < level);
        angle.tan() * (degrees as f64).sqrt()
    } else {
        let normal = bisect(WIDEST_NORMAL, |x| within_normal(x) < level);
        corrected(normal, degrees as f64)
    }
}

/// The probability between -t and t, with t = √degrees · tan(angle): formulas 26.7.3 for odd
/// degrees and 26.7.4 for even ones,
///
/// ```text
///  odd    2/π · {angle + sin · [cos + 2/3 · cos³ + 2·4/(3·5) · cos⁵ + …]}   up to cos^(degrees-2)
///  even   sin · {1 + 1/2 · cos² + 1·3/(2·4) · cos⁴ + …}                     up to cos^(degrees-2)
/// ```
fn within_angle(angle: f64, degrees: u64) -> f64 {
    let (sine, cosine) = angle.sin_cos();
    let odd = degrees % 2;
    let mut term = if odd == 1 { cosine } else { 1.0 };
    let mut sum = 0.0;
    for index in 1..=degrees / 2 {
        sum += term;
        term *= cosine * cosine * (2 * index - 1 + odd) as f64 / (2 * index + odd) as f64;
    }
    match odd {
        1 => (angle + sine * sum) / FRAC_PI_2,
        _ => sine * sum,
    }
}

/// The probability of the normal distribution between -x and x, twice formula 26.2.11:
/// √(2/π) · e^(-x²/2) · (x + x³/3 + x⁵/(3·5) + …). All terms are positive, so none cancel.
fn within_normal(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, 0.0, 1.0);
    while sum + term != sum {
        sum += term;
        odd += 2.0;
        term *= x * x / odd;
    }
    FRAC_2_SQRT_PI / SQRT_2 * (-x * x / 2.0).exp() * sum
}

/// Formula 26.7.5, four terms: what is left out is about x¹¹ / (1000 · degrees⁵).
fn corrected(x: f64, degrees: f64) -> f64 {
    let square = x * x;
    let polynomial = |coefficients: &[f64]| {
        coefficients
            .iter()
            .fold(0.0, |sum, &coefficient| sum * square + coefficient)
            * x
    };
    let terms = [
        polynomial(&[79.0, 776.0, 1482.0, -1920.0, -945.0]) / 92160.0,
        polynomial(&[3.0, 19.0, 17.0, -15.0]) / 384.0,
        polynomial(&[5.0, 16.0, 3.0]) / 96.0,
        polynomial(&[1.0, 1.0]) / 4.0,
    ];
    x + terms.iter().fold(0.0, |sum, term| (sum + term) / degrees)
}

/// The point from 0 to `high` at which `below` turns from true to false, to the last bit.
fn bisect(mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    let mut low = 0.0;
    // Each turn halves the distance, and doubles near the answer are all that remains after the
    // bits of a mantissa and of the leading zeros; in practice the loop ends at the `if`.
    for _ in 0..1100 {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// From here on the normal distribution is corrected: 26.7.5 is then good to ten digits, and the
/// series, of half as many terms as there are degrees, stays short.
const MANY: u64 = 200;

/// No level below 1 that a double can hold lies further out; beyond, e^(-x²/2) · sum would
/// round to 1 or a little more.
const WIDEST_NORMAL: f64 = 9.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Two-sided critical values at 0.90, 0.95 and 0.99, as every textbook tabulates them.
    #[track_caller]
    fn check(degrees: u64, expected: [f64; 3]) {
        for (level, expected) in [0.90, 0.95, 0.99].into_iter().zip(expected) {
            let found = critical_t(level, degrees);
            assert!(
                (found - expected).abs() < 1e-6,
                "t({level}, {degrees}) is {found}, not {expected}"
            );
        }
    }

    #[test]
    fn few_degrees_match_the_table() {
        check(1, [6.313_751_515, 12.706_204_736, 63.656_741_162]);
        check(2, [2.919_985_580, 4.302_652_730, 9.924_843_201]);
        check(3, [2.353_363_435, 3.182_446_305, 5.840_909_310]);
        check(4, [2.131_846_786, 2.776_445_105, 4.604_094_871]);
        check(5, [2.015_048_373, 2.570_581_836, 4.032_142_984]);
        check(10, [1.812_461_123, 2.228_138_852, 3.169_272_673]);
    }

    #[test]
    fn many_degrees_match_the_table() {
        check(30, [1.697_260_887, 2.042_272_456, 2.749_995_654]);
        check(120, [1.657_650_899, 1.979_930_405, 2.617_421_145]);
        check(1000, [1.646_378_818, 1.962_339_081, 2.580_754_698]);
    }

    #[test]
    fn endless_degrees_are_the_normal_distribution() {
        check(u64::MAX, [1.644_853_627, 1.959_963_985, 2.575_829_304]);
    }

    #[test]
    fn the_series_and_the_correction_meet() {
        // The terms left out grow with t, so a slip in those kept shows best at low levels.
        for (level, tolerance) in [(0.1, 5e-13), (0.5, 5e-13), (0.95, 1e-10), (0.999, 1e-9)] {
            let angle = bisect(FRAC_PI_2, |angle| within_angle(angle, MANY) < level);
            let series = angle.tan() * (MANY as f64).sqrt();
            let correction = critical_t(level, MANY);
            assert!(
                (series - correction).abs() < tolerance,
                "{series} {correction}"
            );
        }
    }

    #[test]
    fn t_falls_with_the_degrees_and_grows_with_the_level() {
        for degrees in 1..400 {
            for level in [0.2, 0.9, 0.95, 0.99, 0.9999] {
                let t = critical_t(level, degrees);
                assert!(critical_t(level, degrees + 1) < t);
                assert!(critical_t(level + 5e-5, degrees) > t);
            }
        }
    }

    #[test]
    fn a_level_next_to_one_is_finite() {
        let level = 1.0_f64.next_down();
        assert!(critical_t(level, 1).is_finite());
        assert!((8.0..9.0).contains(&critical_t(level, u64::MAX)));
    }

    #[test]
    #[should_panic(expected = "between 0 and 1")]
    fn certainty_is_refused() {
        critical_t(1.0, 5);
    }
}
