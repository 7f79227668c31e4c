//! Laws of speed-up: how much of a program must be serial for it to gain what it gains.
//!
//! Both laws know one number of a program, its serial fraction s, and pass through a speed-up of 1 on
//! one processor whatever s is. They differ in what they hold fixed: Amdahl the work, of whose time on
//! one processor s is the serial part; Gustafson the time, of which s is the serial part on all
//! processors, while the work grows with them.

/// A law of speed-up with one parameter, the serial fraction from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct SpeedUpLaw {
    /// Whose it is.
    pub name: &'static str,
    /// The speed-up S on p processors with the serial fraction s, written out.
    pub formula: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// The same formula, of the serial fraction and the number of processors.
    pub speed_up: fn(f64, f64) -> f64,
}

/// The work is fixed: however many processors, never more than 1 / s.
pub const AMDAHL: SpeedUpLaw = SpeedUpLaw {
    name: "Amdahl",
    formula: "S(p) = 1 / (s + (1 − s) / p)",
    source: "G. M. Amdahl, Validity of the single processor approach to achieving large scale \
             computing capabilities (AFIPS 1967)",
    speed_up: |serial, processors| 1.0 / (serial + (1.0 - serial) / processors),
};

/// The time is fixed and the work grows: a straight line.
pub const GUSTAFSON: SpeedUpLaw = SpeedUpLaw {
    name: "Gustafson",
    formula: "S(p) = s + (1 − s) · p",
    source: "J. L. Gustafson, Reevaluating Amdahl's law (Communications of the ACM 31, 1988)",
    speed_up: |serial, processors| serial + (1.0 - serial) * processors,
};

/// A law fitted to measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SerialFit {
    /// The serial fraction, from 0 to 1. At 0 the measurements may lie above the law.
    pub serial: f64,
    /// How many measurements decided it: those on more than one processor.
    pub count: usize,
    /// How far a measurement lies from the law: the root of the mean of the squares, a speed-up.
    pub residual: f64,
    /// The share of the measurements' variance that the law explains: 1 at best, below 0 when their mean
    /// would explain them better. `None` where one measurement, or one speed-up, leaves no variance.
    pub r_squared: Option<f64>,
}

/// The serial fraction that brings `law` nearest to the points (processors, speed-up).
///
/// ```text
///  minimise over s in [0, 1]:  Σ (Sᵢ - S(s, pᵢ))²
/// ```
///
/// The sum may have more than one valley, so it is looked at in a thousand places first; the best is
/// then narrowed by golden sections (J. Kiefer, Sequential minimax search for a maximum, 1953). `None`
/// without a point on more than one processor, and when a point is not finite or not above zero.
pub fn fit_serial(points: &[(f64, f64)], law: &SpeedUpLaw) -> Option<SerialFit> {
    let is_sound = |(p, s): &(f64, f64)| p.is_finite() && *p >= 1.0 && s.is_finite() && *s > 0.0;
    if !points.iter().all(is_sound) {
        return None;
    }
    let telling = points.iter().copied().filter(|(p, _)| *p > 1.0);
    let telling: Vec<(f64, f64)> = telling.collect();
    if telling.is_empty() {
        return None;
    }
    let distance = |serial: f64| -> f64 {
        let off = |(p, s): &(f64, f64)| (s - (law.speed_up)(serial, *p)).powi(2);
        telling.iter().map(off).sum()
    };
    let serial = least(distance);
    let count = telling.len();
    let mean = telling.iter().map(|(_, s)| s).sum::<f64>() / count as f64;
    let variance: f64 = telling.iter().map(|(_, s)| (s - mean).powi(2)).sum();
    Some(SerialFit {
        serial,
        count,
        residual: (distance(serial) / count as f64).sqrt(),
        r_squared: (variance > 0.0).then(|| 1.0 - distance(serial) / variance),
    })
}

/// Where in [0, 1] a function is least.
fn least(of: impl Fn(f64) -> f64) -> f64 {
    let place = |step: usize| step as f64 / PLACES as f64;
    let best = (0..=PLACES).min_by(|one, other| of(place(*one)).total_cmp(&of(place(*other))));
    let best = best.unwrap_or(0);
    let mut low = place(best.saturating_sub(1));
    let mut high = place((best + 1).min(PLACES));
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..SECTIONS {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if of(left) <= of(right) {
            high = right;
        } else {
            low = left;
        }
    }
    // The ends themselves are no inner points of any section.
    let middle = (low + high) / 2.0;
    match [0.0, 1.0].into_iter().find(|end| of(*end) <= of(middle)) {
        Some(end) => end,
        None => middle,
    }
}

const PLACES: usize = 1000;
/// 0.002 · 0.618⁷⁰ is below what a double near 1 can tell apart.
const SECTIONS: usize = 70;

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const LAWS: [SpeedUpLaw; 2] = [AMDAHL, GUSTAFSON];

    #[track_caller]
    fn check(points: &[(f64, f64)], law: &SpeedUpLaw, expected: f64) {
        let fit = fit_serial(points, law).expect("a fit");
        assert!(
            (fit.serial - expected).abs() < 1e-9,
            "{}: {fit:?}",
            law.name
        );
    }

    #[test]
    fn a_known_serial_fraction_is_recovered() {
        for law in &LAWS {
            for serial in [0.0, 1e-6, 0.01, 0.036, 0.5, 0.9995, 1.0] {
                let at = |p: f64| (p, (law.speed_up)(serial, p));
                let points = [1.0, 2.0, 3.0, 4.0, 8.0, 64.0].map(at);
                check(&points, law, serial);
                let fit = fit_serial(&points, law).expect("a fit");
                assert_eq!(fit.count, 5);
                assert!(fit.residual < 1e-9, "{fit:?}");
                assert!(fit.r_squared.is_none_or(|r| r > 1.0 - 1e-9), "{fit:?}");
            }
        }
    }

    #[test]
    fn two_workers_that_gain_nearly_two_have_a_small_serial_part() {
        check(&[(1.0, 1.0), (2.0, 1.93)], &AMDAHL, 2.0 / 1.93 - 1.0);
        check(&[(1.0, 1.0), (2.0, 1.93)], &GUSTAFSON, 0.07);
    }

    #[test]
    fn one_measurement_tests_no_law() {
        let fit = fit_serial(&[(2.0, 1.5)], &AMDAHL).expect("a fit");
        assert_eq!((fit.count, fit.r_squared), (1, None));
    }

    #[test]
    fn more_than_the_ideal_is_no_serial_part_and_a_residual() {
        for law in &LAWS {
            let fit = fit_serial(&[(2.0, 2.5)], law).expect("a fit");
            assert_eq!((fit.serial, fit.residual), (0.0, 0.5));
        }
    }

    #[test]
    fn a_loss_is_wholly_serial_and_worse_explained_than_by_a_mean() {
        let fit = fit_serial(&[(2.0, 0.5), (4.0, 0.25)], &AMDAHL).expect("a fit");
        assert_eq!(fit.serial, 1.0);
        assert!(fit.r_squared.is_some_and(|r| r < 0.0), "{fit:?}");
    }

    #[test]
    fn points_that_say_nothing_have_no_fit() {
        for points in [
            &[][..],
            &[(1.0, 1.0)],
            &[(2.0, f64::NAN)],
            &[(f64::INFINITY, 2.0)],
            &[(2.0, 0.0)],
            &[(0.0, 1.0), (2.0, 1.5)],
        ] {
            assert_eq!(fit_serial(points, &AMDAHL), None, "{points:?}");
        }
    }

    proptest! {
        #[test]
        fn no_other_fraction_is_closer(
            points in vec((2.0_f64..64.0, 0.5_f64..64.0), 1..8),
            other in 0.0_f64..=1.0,
        ) {
            for law in &LAWS {
                let fit = fit_serial(&points, law).expect("a fit");
                let distance = |serial: f64| -> f64 {
                    points.iter().map(|(p, s)| (s - (law.speed_up)(serial, *p)).powi(2)).sum()
                };
                prop_assert!(distance(fit.serial) <= distance(other) * (1.0 + 1e-9));
            }
        }

        /// Gustafson's law is a line in s, of which the least squares are known in closed form.
        #[test]
        fn a_line_is_fitted_as_its_formula_says(
            points in vec((2.0_f64..64.0, 0.5_f64..64.0), 1..8),
        ) {
            let (mut above, mut below) = (0.0, 0.0);
            for (p, s) in &points {
                above += (p - s) * (p - 1.0);
                below += (p - 1.0).powi(2);
            }
            let expected = (above / below).clamp(0.0, 1.0);
            let fit = fit_serial(&points, &GUSTAFSON).expect("a fit");
            prop_assert!((fit.serial - expected).abs() < 1e-6, "{fit:?} {expected}");
        }
    }
}
