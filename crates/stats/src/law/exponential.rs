//! The exponential law: events fall independently of each other at a constant rate, as calls do
//! at a telephone exchange (a Poisson process; the M of Kendall's notation).

use super::{Law, LawEntry, LawError, draw::within_unit};

pub(super) const ENTRY: LawEntry = LawEntry {
    name: "exponential",
    letter: 'e',
    parameter: "rate in events per second",
    lowest: 1e-8,
    highest: 1e9,
    build,
};

fn build(rate: f64) -> Result<Box<dyn Law + Send + Sync>, LawError> {
    let rate = ENTRY.admit(rate)?;
    Ok(Box::new(Exponential { rate }))
}

/// Waits 1 / `rate` seconds on average; how long one has waited says nothing of how long is left.
#[derive(Debug)]
struct Exponential {
    rate: f64,
}

impl Law for Exponential {
    fn entry(&self) -> &'static LawEntry {
        &ENTRY
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    /// -ln(1 - unit) / rate. The unit is at most 1 - 2^-53, so the logarithm is finite and no gap
    /// is longer than 53 · ln 2, about 37, mean gaps.
    fn gap(&self, unit: f64) -> f64 {
        -(-within_unit(unit)).ln_1p() / self.rate
    }

    fn density(&self, seconds: f64) -> Option<f64> {
        let late = seconds >= 0.0;
        Some(if late {
            self.rate * (-self.rate * seconds).exp()
        } else {
            0.0
        })
    }

    /// 1 - e^(-rate · seconds), without the cancellation of small gaps.
    fn cumulative(&self, seconds: f64) -> f64 {
        -(-self.rate * seconds.max(0.0)).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-15 * expected, "{found}");
    }

    #[test]
    fn half_of_the_gaps_are_shorter_than_the_half_life() {
        let law = build(4.0).unwrap();
        check(law.gap(0.5), LN_2 / 4.0);
        check(law.cumulative(LN_2 / 4.0), 0.5);
        check(law.density(LN_2 / 4.0).unwrap(), 2.0);
    }

    #[test]
    fn the_mean_gap_is_one_over_the_rate() {
        check(build(4.0).unwrap().mean(), 0.25);
    }

    #[test]
    fn the_longest_gap_is_thirty_seven_means() {
        check(build(1.0).unwrap().gap(1.0), 53.0 * LN_2);
    }

    #[test]
    fn tiny_gaps_do_not_cancel() {
        check(build(1.0).unwrap().cumulative(1e-20), 1e-20);
    }

    #[test]
    fn density_is_zero_before_zero_and_the_rate_at_it() {
        let law = build(3.0).unwrap();
        assert_eq!(law.density(-0.1), Some(0.0));
        assert_eq!(law.density(0.0), Some(3.0));
    }
}
