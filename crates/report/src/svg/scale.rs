//! From a value to a place on an axis.

/// A linear or logarithmic axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
    kind: ScaleKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum ScaleKind {
    Linear,
    Logarithmic,
}

impl Scale {
    /// A linear axis that shows `domain` on `range`. A domain without extent or of no numbers is
    /// widened, so that every value has a place.
    pub(crate) fn linear(domain: (f64, f64), range: (f64, f64)) -> Self {
        let low = finite_or(domain.0, 0.0);
        let high = finite_or(domain.1, low + 1.0);
        let high = if high > low {
            high
        } else {
            low + low.abs().max(1.0)
        };
        let kind = ScaleKind::Linear;
        Self {
            domain: (low, high),
            range,
            kind,
        }
    }

    /// A logarithmic axis; a domain that reaches zero begins at a millionth of its end.
    pub(crate) fn logarithmic(domain: (f64, f64), range: (f64, f64)) -> Self {
        let high = finite_or(domain.1, 0.0);
        let high = if high > 0.0 { high } else { 1.0 };
        let low = finite_or(domain.0, high).min(high);
        let low = if low > 0.0 { low } else { high * 1e-6 };
        let high = if high > low * 1.001 { high } else { low * 10.0 };
        let kind = ScaleKind::Logarithmic;
        Self {
            domain: (low, high),
            range,
            kind,
        }
    }

    /// The place of `value`; on a logarithmic axis all values at or below zero lie at its beginning.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = match self.kind {
            ScaleKind::Linear => (value - low) / (high - low),
            ScaleKind::Logarithmic if value <= low * 1e-6 => 0.0,
            ScaleKind::Logarithmic => (value / low).ln() / (high / low).ln(),
        };
        self.range.0 + finite_or(share, 0.0) * (self.range.1 - self.range.0)
    }

    /// The values from which to which it reaches.
    pub(crate) fn domain(&self) -> (f64, f64) {
        self.domain
    }

    /// Round values within the domain: about `count` of them on a linear axis; on a logarithmic one
    /// the decades, and between them 2 and 5 or 3 where there is room.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        match self.kind {
            ScaleKind::Linear => self.linear_ticks(count),
            ScaleKind::Logarithmic => self.logarithmic_ticks(),
        }
    }

    fn linear_ticks(&self, count: usize) -> Vec<f64> {
        let (low, high) = self.domain;
        let raw = (high - low) / count.max(1) as f64;
        let magnitude = 10f64.powf(raw.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * magnitude);
        let step = *steps
            .iter()
            .find(|step| **step >= raw * 0.999)
            .unwrap_or(&steps[4]);
        let first = (low / step - 1e-9).ceil();
        let last = (high / step + 1e-9).floor();
        // Multiples of the step, not sums: these drift.
        (0..=(last - first).clamp(0.0, 100.0) as u32)
            .map(|index| (first + f64::from(index)) * step)
            .collect()
    }

    fn logarithmic_ticks(&self) -> Vec<f64> {
        let (low, high) = self.domain;
        let decades = (high / low).log10();
        let factors: &[f64] = match decades {
            d if d <= 0.7 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0],
            d if d <= 1.6 => &[1.0, 2.0, 5.0],
            d if d <= 4.0 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let skip = (decades / 8.0).ceil().max(1.0) as i32;
        let exponents = low.log10().floor() as i32..=high.log10().ceil() as i32;
        exponents
            .filter(|exponent| exponent.rem_euclid(skip) == 0)
            .flat_map(|exponent| {
                factors
                    .iter()
                    .map(move |factor| factor * 10f64.powi(exponent))
            })
            .filter(|tick| (low * 0.999..=high * 1.001).contains(tick))
            .collect()
    }
}

fn finite_or(value: f64, fallback: f64) -> f64 {
    if value.is_finite() { value } else { fallback }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: Scale, count: usize, expected: &[f64]) {
        let ticks = scale.ticks(count);
        assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
        for (tick, wanted) in ticks.iter().zip(expected) {
            assert!((tick - wanted).abs() <= 1e-9 * wanted.abs(), "{ticks:?}");
        }
    }

    #[test]
    fn linear_ticks_are_round_and_within() {
        check(
            Scale::linear((0.0, 100.0), (0.0, 1.0)),
            5,
            &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0],
        );
        check(Scale::linear((2.9, 4.3), (0.0, 1.0)), 3, &[3.0, 3.5, 4.0]);
        check(
            Scale::linear((0.0, 0.3), (0.0, 1.0)),
            3,
            &[0.0, 0.1, 0.2, 0.3],
        );
    }

    #[test]
    fn logarithmic_ticks_are_finer_where_there_is_room() {
        check(
            Scale::logarithmic((1.0, 10.0), (0.0, 1.0)),
            0,
            &[1.0, 2.0, 5.0, 10.0],
        );
        check(
            Scale::logarithmic((1.0, 100.0), (0.0, 1.0)),
            0,
            &[1.0, 3.0, 10.0, 30.0, 100.0],
        );
        let wide = Scale::logarithmic((1e-6, 1.0), (0.0, 1.0)).ticks(0);
        assert_eq!(wide.len(), 7);
    }

    #[test]
    fn a_domain_without_extent_is_widened() {
        for scale in [
            Scale::linear((0.0, 0.0), (0.0, 10.0)),
            Scale::linear((5.0, 5.0), (0.0, 10.0)),
            Scale::linear((f64::NAN, f64::INFINITY), (0.0, 10.0)),
            Scale::logarithmic((0.0, 0.0), (0.0, 10.0)),
            Scale::logarithmic((7.0, 7.0), (0.0, 10.0)),
            Scale::logarithmic((f64::INFINITY, 0.0), (0.0, 10.0)),
        ] {
            let places = [0.0, 5.0, 7.0, -1.0, f64::NAN].map(|value| scale.at(value));
            assert!(places.iter().all(|place| place.is_finite()), "{scale:?}");
            assert!(scale.ticks(5).iter().all(|tick| tick.is_finite()));
        }
    }

    #[test]
    fn an_axis_may_run_downwards() {
        let scale = Scale::linear((0.0, 10.0), (100.0, 0.0));
        assert_eq!(
            (scale.at(0.0), scale.at(10.0), scale.at(2.5)),
            (100.0, 0.0, 75.0)
        );
    }

    #[test]
    fn zero_lies_at_the_beginning_of_a_logarithmic_axis() {
        assert_eq!(Scale::logarithmic((1.0, 10.0), (3.0, 9.0)).at(0.0), 3.0);
    }
}
