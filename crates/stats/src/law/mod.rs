//! Arrival laws: how long to wait from one event to the next.
//!
//! A law is one file: a struct with the [`Law`] trait, and an `ENTRY` for [`LAWS`]. The registry
//! gives the command line its names and the conformance suite below its cases.

mod draw;
mod entry;

mod deterministic;
mod exponential;
mod uniform;

use std::fmt::Debug;

pub use draw::{gap_from, nanos_of, unit_from};
pub use entry::{LawEntry, LawError, by_name};

/// The distribution of the gaps between events, in seconds.
///
/// **A gap is never negative and at most 3.7e9 s, so in nanoseconds it fits 63 bits.** `gap`
/// inverts `cumulative`, `density` is its slope, and none of them depends on what was asked
/// before.
pub trait Law: Debug {
    /// The law's line in the registry.
    fn entry(&self) -> &'static LawEntry;

    /// The mean gap in seconds.
    fn mean(&self) -> f64;

    /// The gap in seconds for a number that is uniform in `[0, 1)`, by inverse transform. Other
    /// numbers read as the nearest within, and one that is no number as 0.
    fn gap(&self, unit: f64) -> f64;

    /// The probability density at `seconds`, per second. `None`, whatever the argument, for a
    /// law that puts all probability on one gap, an atom.
    fn density(&self, seconds: f64) -> Option<f64>;

    /// The probability of a gap of at most `seconds`.
    fn cumulative(&self, seconds: f64) -> f64;

    /// The law's long name.
    fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The law's short name.
    fn letter(&self) -> char {
        self.entry().letter
    }

    /// What the parameter means, with its unit.
    fn parameter(&self) -> &'static str {
        self.entry().parameter
    }
}

/// All laws, in the order in which they are listed to people.
pub const LAWS: &[LawEntry] = &[deterministic::ENTRY, uniform::ENTRY, exponential::ENTRY];

/// The longest gap or mean gap that may be asked for, in seconds: about three years. The longest
/// gap drawn is 53 · ln 2 times that, 3.7e9 s.
const LONGEST: f64 = 1e8;

/// The shortest gap that may be asked for, in seconds, but for zero: the nanosecond of the clock.
const SHORTEST: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each law at the ends of its range, and in the middle.
    fn cases() -> impl Iterator<Item = Box<dyn Law + Send + Sync>> {
        LAWS.iter().flat_map(|entry| {
            [entry.lowest, 0.5, entry.highest].map(|value| (entry.build)(value).unwrap())
        })
    }

    #[test]
    fn a_law_answers_to_its_name_and_its_letter() {
        for entry in LAWS {
            let law = (entry.build)(1.0).unwrap();
            assert_eq!(law.name(), entry.name);
            assert_eq!(by_name(law.name()).unwrap().letter, law.letter());
            let letter = law.letter().to_string();
            assert_eq!(by_name(&letter).unwrap().name, law.name());
            assert!(!law.parameter().is_empty());
        }
    }

    #[test]
    fn names_are_told_apart() {
        for (index, entry) in LAWS.iter().enumerate() {
            for other in &LAWS[..index] {
                assert!(entry.name != other.name && entry.letter != other.letter);
            }
        }
    }

    #[test]
    fn a_parameter_out_of_range_is_refused_and_named() {
        for entry in LAWS {
            let beyond = [entry.lowest.next_down(), entry.highest.next_up()];
            for found in [f64::NAN, f64::INFINITY, -1.0].into_iter().chain(beyond) {
                let text = (entry.build)(found).unwrap_err().to_string();
                assert!(text.starts_with(entry.name), "{text}");
                assert!(text.ends_with(&format!("found {found:?}")), "{text}");
            }
        }
    }

    #[test]
    fn every_gap_is_finite_and_bounded() {
        for law in cases() {
            let odd = [-1.0, f64::NAN, 2.0, f64::INFINITY, 1.0, 0.0, -0.0];
            for unit in odd.into_iter().chain([1.0_f64.next_down(), 5e-324]) {
                let gap = law.gap(unit);
                assert!((0.0..=3.7e9).contains(&gap), "{law:?} waits {gap} s");
            }
        }
    }

    #[test]
    fn a_law_with_a_density_spreads_it_over_all_probability() {
        // The midpoint rule, over all gaps but the longest one in a million.
        for law in LAWS.iter().map(|entry| (entry.build)(2.0).unwrap()) {
            let end = law.gap(1.0 - 1e-6);
            let steps = 100_000;
            let width = end / f64::from(steps);
            let heights: Option<Vec<f64>> = (0..steps)
                .map(|step| law.density((f64::from(step) + 0.5) * width))
                .collect();
            if let Some(heights) = heights {
                let area: f64 = heights.iter().map(|height| height * width).sum();
                assert!((area - 1.0).abs() < 1e-5, "{law:?} has area {area}");
            }
        }
    }

    #[test]
    fn the_mean_is_that_of_evenly_spread_gaps() {
        for law in cases() {
            let count = 100_000;
            let gaps = (0..count).map(|index| law.gap((f64::from(index) + 0.5) / f64::from(count)));
            let mean = gaps.sum::<f64>() / f64::from(count);
            assert!((mean - law.mean()).abs() <= 1e-4 * law.mean(), "{law:?}");
        }
    }

    #[test]
    fn no_gap_is_negative_and_none_lasts_for_ever() {
        for law in cases() {
            assert_eq!(law.cumulative(-1e-12), 0.0);
            assert_eq!(law.cumulative(f64::INFINITY), 1.0);
            assert_eq!(law.density(-1e-12).unwrap_or(0.0), 0.0);
        }
    }

    proptest! {
        #[test]
        fn the_gap_inverts_the_probability(unit in 0.0_f64..1.0) {
            for law in cases().filter(|law| law.density(1.0).is_some()) {
                prop_assert!((law.cumulative(law.gap(unit)) - unit).abs() < 1e-12);
            }
        }

        #[test]
        fn gaps_grow_with_the_unit(one in 0.0_f64..1.0, other in 0.0_f64..1.0) {
            for law in cases() {
                prop_assert!(law.gap(one.min(other)) <= law.gap(one.max(other)));
            }
        }
    }
}
