//! The uniform law: every gap from zero to a longest one is as likely as any other.

use super::{LONGEST, Law, LawEntry, LawError, SHORTEST, draw::within_unit};

pub(super) const ENTRY: LawEntry = LawEntry {
    name: "uniform",
    letter: 'u',
    parameter: "longest gap in seconds",
    lowest: SHORTEST,
    highest: LONGEST,
    build,
};

fn build(longest: f64) -> Result<Box<dyn Law + Send + Sync>, LawError> {
    let longest = ENTRY.admit(longest)?;
    Ok(Box::new(Uniform { longest }))
}

/// Waits 0 to `longest` seconds, half of it on average.
#[derive(Debug)]
struct Uniform {
    longest: f64,
}

impl Law for Uniform {
    fn entry(&self) -> &'static LawEntry {
        &ENTRY
    }

    fn mean(&self) -> f64 {
        self.longest / 2.0
    }

    fn gap(&self, unit: f64) -> f64 {
        within_unit(unit) * self.longest
    }

    fn density(&self, seconds: f64) -> Option<f64> {
        let within = (0.0..=self.longest).contains(&seconds);
        Some(if within { 1.0 / self.longest } else { 0.0 })
    }

    fn cumulative(&self, seconds: f64) -> f64 {
        (seconds / self.longest).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: f64, density: f64, probability: f64) {
        let law = build(4.0).unwrap();
        assert_eq!(law.density(seconds), Some(density));
        assert_eq!(law.cumulative(seconds), probability);
    }

    #[test]
    fn probability_grows_evenly_up_to_the_longest_gap() {
        check(-1.0, 0.0, 0.0);
        check(0.0, 0.25, 0.0);
        check(1.0, 0.25, 0.25);
        check(4.0, 0.25, 1.0);
        check(5.0, 0.0, 1.0);
    }

    #[test]
    fn the_mean_is_half_of_the_longest_gap() {
        assert_eq!(build(4.0).unwrap().mean(), 2.0);
        assert_eq!(build(4.0).unwrap().gap(0.5), 2.0);
    }
}
