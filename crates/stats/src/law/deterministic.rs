//! The deterministic law: every gap is the same (the D of Kendall's notation).

use super::{LONGEST, Law, LawEntry, LawError};

pub(super) const ENTRY: LawEntry = LawEntry {
    name: "deterministic",
    letter: 'd',
    parameter: "gap in seconds",
    lowest: 0.0,
    highest: LONGEST,
    build,
};

fn build(seconds: f64) -> Result<Box<dyn Law + Send + Sync>, LawError> {
    let seconds = ENTRY.admit(seconds)?;
    Ok(Box::new(Deterministic { seconds }))
}

/// Always waits `seconds`; of 0, not at all.
#[derive(Debug)]
struct Deterministic {
    seconds: f64,
}

impl Law for Deterministic {
    fn entry(&self) -> &'static LawEntry {
        &ENTRY
    }

    fn mean(&self) -> f64 {
        self.seconds
    }

    fn gap(&self, _unit: f64) -> f64 {
        self.seconds
    }

    fn density(&self, _seconds: f64) -> Option<f64> {
        None
    }

    fn cumulative(&self, seconds: f64) -> f64 {
        if seconds >= self.seconds { 1.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parameter: f64, seconds: f64, probability: f64) {
        let law = build(parameter).unwrap();
        assert_eq!(law.gap(0.7), parameter);
        assert_eq!(law.density(seconds), None);
        assert_eq!(law.cumulative(seconds), probability);
    }

    #[test]
    fn all_probability_lies_on_the_gap() {
        check(0.25, 0.25, 1.0);
        check(0.25, 0.25_f64.next_down(), 0.0);
    }

    #[test]
    fn no_gap_at_all_is_allowed() {
        check(0.0, 0.0, 1.0);
    }
}
