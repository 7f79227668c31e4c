//! Outcomes of searches as the run's folder keeps them.

use history::{PrimesRun, PrimesStint, Spread};
use parallel::{Outcome, Stint};
use timing::Tick;

/// One run's figures.
pub fn run(outcome: &Outcome, wall_ns: u64) -> PrimesRun {
    PrimesRun {
        wall_ns,
        cpu_ns: outcome.cpu_ns,
        steps: outcome.steps.0,
        redone: outcome.redone,
    }
}

/// Who did what when.
pub fn stints(outcome: &Outcome, start: Tick) -> Vec<PrimesStint> {
    outcome
        .stints
        .iter()
        .map(|stint| of(stint, start))
        .collect()
}

fn of(stint: &Stint, start: Tick) -> PrimesStint {
    PrimesStint {
        worker: stint.worker,
        first: stint.piece.first(),
        last: stint.piece.last(),
        begin_ns: stint.begin.nanos_since(start),
        end_ns: stint.end.nanos_since(start),
        primes: stint.primes,
    }
}

/// Least, median and greatest; None of none.
pub fn spread(values: &[f64]) -> Option<Spread> {
    let (min, max) = stats::range(values)?;
    let median = stats::median(values)?;
    Some(Spread { min, median, max })
}

/// The run whose wall time is the median, of an even number the quicker of the two in the middle.
pub fn median_run(runs: &[PrimesRun]) -> Option<usize> {
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|index| runs[*index].wall_ns);
    order.get(runs.len().checked_sub(1)? / 2).copied()
}

/// Seconds of processor time a second; None where it is not known.
pub fn cpu_over_wall(run: &PrimesRun) -> Option<f64> {
    (run.cpu_ns > 0 && run.wall_ns > 0).then(|| run.cpu_ns as f64 / run.wall_ns as f64)
}

#[cfg(test)]
mod tests {
    use primes::{Range, Steps};

    use super::*;

    fn pieces(count: u64, workers: u32) -> Outcome {
        let stints = (0..count).map(|index| Stint {
            worker: (index % u64::from(workers)) as u32,
            piece: Range::new(10 * index, 10 * index + 9).expect("numbers"),
            begin: Tick::from_nanos(100 + index),
            end: Tick::from_nanos(200 + index),
            primes: 1,
            steps: Steps(1),
        });
        Outcome {
            stints: stints.collect(),
            ..Outcome::default()
        }
    }

    #[test]
    fn stints_are_told_from_the_start_on() {
        let few = stints(&pieces(7, 3), Tick::from_nanos(100));
        assert_eq!(few.len(), 7);
        assert_eq!((few[6].worker, few[6].begin_ns, few[6].end_ns), (0, 6, 106));
        assert_eq!(stints(&Outcome::default(), Tick::ZERO), []);
    }

    #[test]
    fn a_median_is_of_what_was_measured() {
        let of = |walls: &[u64]| {
            let run = |wall_ns: &u64| PrimesRun {
                wall_ns: *wall_ns,
                ..PrimesRun::default()
            };
            median_run(&walls.iter().map(run).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[5]), Some(0));
        assert_eq!(of(&[5, 3, 4]), Some(2));
        assert_eq!(of(&[5, 3, 4, 9]), Some(2));
    }

    #[test]
    fn a_spread_has_least_median_and_greatest() {
        let check = |values: &[f64], expected| {
            let spread = spread(values);
            assert_eq!(spread.map(|s| (s.min, s.median, s.max)), expected);
        };
        check(&[], None);
        check(&[2.0], Some((2.0, 2.0, 2.0)));
        check(&[3.0, 1.0, 2.0], Some((1.0, 2.0, 3.0)));
        check(&[4.0, 1.0, 2.0, 3.0], Some((1.0, 2.5, 4.0)));
    }
}
