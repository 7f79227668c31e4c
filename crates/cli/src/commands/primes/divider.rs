//! The limit of every method that divides: what the processor's divider does in a second.
//!
//! It is measured before each run of the baseline, so that the machine's moods are those of the runs; the
//! best of all measurements is the limit.

use history::{Divider, PrimesRun};
use timing::Clock;

use super::quest::Quest;

/// Divisions a second, again and again.
pub struct Meter {
    /// Of the greatest number that is searched.
    bits: u32,
    rates: Vec<f64>,
    /// Cycles a second, measured beside them where that is possible.
    speeds: Vec<f64>,
}

impl Meter {
    /// None where the method does not divide.
    pub fn new(quest: &Quest) -> Option<Self> {
        let bits = u64::BITS - quest.range.last().leading_zeros();
        (quest.method.step == "divisions").then(|| Self {
            bits: bits.max(FEWEST_BITS),
            rates: Vec::new(),
            speeds: Vec::new(),
        })
    }

    /// Measures once more: the best of some tries.
    pub fn measure(&mut self, clock: &dyn Clock) {
        let division = |seed| {
            let begin = clock.now();
            primes::divide_many(self.bits, DIVISIONS, seed);
            rate(DIVISIONS, clock.now().nanos_since(begin))
        };
        let addition = |_| {
            let begin = clock.now();
            let count = primes::add_many(ADDITIONS)?;
            Some(rate(count, clock.now().nanos_since(begin)))
        };
        let divisions = (0..TRIES).map(division).max_by(f64::total_cmp);
        let additions = (0..TRIES).filter_map(addition).max_by(f64::total_cmp);
        self.rates.extend(divisions);
        self.speeds.extend(additions);
    }

    /// The limit, and how near these runs came to it.
    pub fn limit(&self, baseline: &[PrimesRun]) -> Option<Divider> {
        // What disturbs a measurement makes it too low, never too high.
        let (_, divisions_per_s) = stats::range(&self.rates)?;
        let shares = baseline
            .iter()
            .map(|run| rate(run.steps, run.wall_ns) / divisions_per_s);
        Some(Divider {
            bits: match self.bits {
                ..=32 => 32,
                _ => 64,
            },
            divisions_per_s,
            cycles: stats::range(&self.speeds).map(|(_, speed)| speed / divisions_per_s),
            share: stats::median(&shares.collect::<Vec<_>>()),
        })
    }
}

/// A second.
fn rate(count: u64, nanos: u64) -> f64 {
    count as f64 * 1e9 / nanos.max(1) as f64
}

/// Some 10 ms each.
const DIVISIONS: u64 = 5_000_000;
/// Some 3 ms each.
const ADDITIONS: u64 = 10_000_000;
const TRIES: u64 = 3;
/// For so few there are numbers with a divisor up to their root to be tried.
const FEWEST_BITS: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_set_against_the_best_measurement() {
        let meter = Meter {
            bits: 20,
            rates: vec![1000.0, 500.0, 2000.0],
            speeds: vec![6000.0, 6600.0, 5500.0],
        };
        let runs = [1000, 500, 1000].map(|steps| PrimesRun {
            wall_ns: 1_000_000_000,
            steps,
            ..PrimesRun::default()
        });
        let limit = meter.limit(&runs).expect("measured");
        assert_eq!((limit.bits, limit.divisions_per_s), (32, 2000.0));
        assert_eq!((limit.cycles, limit.share), (Some(3.3), Some(0.5)));
        assert_eq!(meter.limit(&[]).expect("measured").share, None);
    }
}
