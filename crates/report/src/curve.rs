//! The arrival law that a run asked for, as curves to lay over what was observed.

use std::fmt::Debug;

use history::LawSummary;
use stats::Law;

use crate::number;

/// A law with its parameter. Durations are nanoseconds.
#[derive(Debug)]
pub(crate) struct Curve {
    law: Box<dyn Law + Send + Sync>,
}

impl Curve {
    /// The law of a summary; `None` for a name or a parameter that this version does not know.
    pub(crate) fn of(summary: &LawSummary) -> Option<Self> {
        let law = (stats::by_name(&summary.name)?.build)(summary.parameter).ok()?;
        Some(Self { law })
    }

    /// The exponential law of this mean, to compare gaps with of which nobody said how they were to
    /// be; `None` when the mean is not above zero.
    pub(crate) fn exponential(mean_ns: f64) -> Option<Self> {
        Self::of(&LawSummary {
            name: "exponential".to_owned(),
            parameter: 1e9 / mean_ns,
            mean_ns,
        })
    }

    /// The probability density per nanosecond; `None` for a law with all probability on one gap.
    pub(crate) fn density(&self, ns: f64) -> Option<f64> {
        Some(self.law.density(ns / 1e9)? / 1e9)
    }

    /// The share of gaps longer than this.
    pub(crate) fn survival(&self, ns: f64) -> f64 {
        1.0 - self.law.cumulative(ns / 1e9)
    }

    /// The gap that a share of gaps do not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        self.law.gap(share) * 1e9
    }
}

/// A law in words: `exponential, mean 500 ms`.
pub(crate) fn in_words(law: &LawSummary) -> String {
    let name = if law.name.is_empty() {
        "no law"
    } else {
        &law.name
    };
    format!("{name}, mean {}", number::duration(law.mean_ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_is_a_straight_line_on_a_logarithmic_scale() {
        let curve = Curve::exponential(2e6).expect("a mean above zero");
        assert!((curve.survival(2e6).ln() + 1.0).abs() < 1e-9);
        assert!((curve.survival(8e6).ln() + 4.0).abs() < 1e-9);
        let density = curve.density(0.0).expect("a density");
        assert!((density * 2e6 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_law_that_nobody_knows_has_no_curve() {
        assert!(Curve::of(&LawSummary::default()).is_none());
        assert!(Curve::exponential(0.0).is_none());
        assert!(Curve::exponential(f64::NAN).is_none());
    }

    #[test]
    fn a_metronome_has_no_density() {
        let law = LawSummary {
            name: "deterministic".to_owned(),
            parameter: 0.5,
            mean_ns: 5e8,
        };
        let curve = Curve::of(&law).expect("a law");
        assert_eq!(curve.density(5e8), None);
        assert_eq!((curve.survival(4e8), curve.survival(6e8)), (1.0, 0.0));
    }
}
