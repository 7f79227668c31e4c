//! Who did which part of a range when: a variant's stints, worker by worker, made fit to be drawn.

use std::collections::BTreeMap;

use history::{PrimesStint, PrimesVariant};

/// What the workers of a variant did in one run.
#[derive(Clone, Debug)]
pub(crate) struct Shift {
    /// The workers that are drawn, by number: all, or [`MOST_LANES`] spread evenly over all.
    pub(crate) lanes: Vec<Lane>,
    /// How many workers there were.
    pub(crate) workers: u64,
    /// When the run was done, in nanoseconds from its start.
    pub(crate) end_ns: f64,
    /// The share of the run's time in which a worker was idle, on average over all.
    pub(crate) idle: f64,
}

/// One worker.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// Its number.
    pub(crate) worker: u64,
    /// What it did, in order.
    pub(crate) stints: Vec<PrimesStint>,
    /// For how long it searched, in nanoseconds.
    pub(crate) busy_ns: f64,
    /// The share of the run's time in which it did not.
    pub(crate) idle: f64,
}

/// One stint, or several of one worker that are too narrow to be drawn apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    /// From when on.
    pub(crate) begin_ns: f64,
    /// Until when.
    pub(crate) end_ns: f64,
    /// The least number.
    pub(crate) first: u64,
    /// The greatest.
    pub(crate) last: u64,
    /// Where in the range, from 0 to 1, its stints lie on average.
    pub(crate) place: f64,
    /// Primes found.
    pub(crate) primes: u64,
    /// How many stints.
    pub(crate) stints: u64,
}

impl Shift {
    /// What the workers of `variant` did; `None` where it was not recorded.
    pub(crate) fn of(variant: &PrimesVariant) -> Option<Self> {
        if variant.stints.is_empty() {
            return None;
        }
        let mut own: BTreeMap<u64, Vec<PrimesStint>> = BTreeMap::new();
        for stint in &variant.stints {
            let worker = u64::from(stint.worker);
            own.entry(worker).or_default().push(stint.clone());
        }
        let ends = variant.stints.iter().map(|stint| stint.end_ns);
        let last = ends.max().unwrap_or(0).max(variant.wall_ns_median);
        let end_ns = last.max(1) as f64;
        let seen = own.keys().next_back().map_or(0, |worker| worker + 1);
        let workers = variant.workers.max(seen);
        let busy = |stints: &[PrimesStint]| -> f64 {
            let lengths = stints.iter().map(|s| s.end_ns.saturating_sub(s.begin_ns));
            lengths.map(|ns| ns as f64).sum()
        };
        let idle = |busy_ns: f64| (1.0 - busy_ns / end_ns).clamp(0.0, 1.0);
        let all: f64 = own.values().map(|stints| busy(stints)).sum();
        let lane = |worker: u64| {
            let mut stints = own.get(&worker).cloned().unwrap_or_default();
            stints.sort_by_key(|stint| (stint.begin_ns, stint.first));
            let busy_ns = busy(&stints);
            Lane {
                worker,
                stints,
                busy_ns,
                idle: idle(busy_ns),
            }
        };
        Some(Self {
            lanes: drawn(workers).map(lane).collect(),
            workers,
            end_ns,
            idle: idle(all / workers as f64),
        })
    }
}

impl Lane {
    /// Its stints as bars of which none is narrower than `least_ns` where it could be joined with the
    /// next. A pause at least as long stays a pause; there are never more bars than the run's time over
    /// `least_ns`, and one.
    pub(crate) fn bars(&self, least_ns: f64, range: (u64, u64)) -> Vec<Bar> {
        let mut bars: Vec<Bar> = Vec::new();
        for stint in &self.stints {
            let next = bar(stint, range);
            match bars.last_mut() {
                Some(last)
                    if last.end_ns - last.begin_ns < least_ns
                        && next.begin_ns - last.end_ns < least_ns =>
                {
                    last.join(&next);
                }
                _ => bars.push(next),
            }
        }
        bars
    }
}

impl Bar {
    fn join(&mut self, next: &Self) {
        let stints = self.stints + next.stints;
        self.place += (next.place - self.place) * next.stints as f64 / stints as f64;
        self.end_ns = self.end_ns.max(next.end_ns);
        self.first = self.first.min(next.first);
        self.last = self.last.max(next.last);
        self.primes = self.primes.saturating_add(next.primes);
        self.stints = stints;
    }
}

fn bar(stint: &PrimesStint, (first, last): (u64, u64)) -> Bar {
    let middle = stint.first as f64 / 2.0 + stint.last as f64 / 2.0;
    let place = (middle - first as f64) / (last.saturating_sub(first)).max(1) as f64;
    Bar {
        begin_ns: stint.begin_ns as f64,
        end_ns: stint.end_ns.max(stint.begin_ns) as f64,
        first: stint.first,
        last: stint.last,
        place: place.clamp(0.0, 1.0),
        primes: stint.primes,
        stints: 1,
    }
}

/// The numbers of the workers that are drawn, of so many; the first and the last are among them.
fn drawn(workers: u64) -> impl Iterator<Item = u64> {
    let lanes = workers.min(MOST_LANES);
    (0..lanes).map(move |lane| match workers > lanes {
        true => (u128::from(lane) * u128::from(workers - 1) / u128::from(lanes - 1)) as u64,
        false => lane,
    })
}

/// More workers than this are drawn in part.
pub(crate) const MOST_LANES: u64 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn stint(worker: u32, begin_ns: u64, end_ns: u64) -> PrimesStint {
        PrimesStint {
            worker,
            first: begin_ns + 1,
            last: end_ns,
            begin_ns,
            end_ns,
            primes: 1,
        }
    }

    fn shift(workers: u64, stints: Vec<PrimesStint>) -> Shift {
        let variant = PrimesVariant {
            workers,
            stints,
            wall_ns_median: 100,
            ..PrimesVariant::default()
        };
        Shift::of(&variant).expect("stints")
    }

    #[test]
    fn a_worker_that_waits_for_the_others_is_idle() {
        let shift = shift(2, vec![stint(0, 0, 25), stint(1, 0, 60), stint(1, 60, 100)]);
        let idle: Vec<f64> = shift.lanes.iter().map(|lane| lane.idle).collect();
        assert_eq!(idle, [0.75, 0.0]);
        assert_eq!((shift.idle, shift.end_ns), (0.375, 100.0));
    }

    #[test]
    fn a_worker_that_did_nothing_has_an_empty_lane() {
        let shift = shift(3, vec![stint(0, 0, 100)]);
        assert_eq!(shift.lanes.len(), 3);
        assert!(shift.lanes[2].stints.is_empty() && shift.lanes[2].idle == 1.0);
        assert!(Shift::of(&PrimesVariant::default()).is_none());
    }

    #[test]
    fn of_many_workers_the_first_and_the_last_are_drawn() {
        for workers in [MOST_LANES, MOST_LANES + 1, 1000, u64::MAX] {
            let lanes: Vec<u64> = drawn(workers).collect();
            assert_eq!(lanes.len() as u64, MOST_LANES);
            assert_eq!((lanes[0], *lanes.last().expect("a lane")), (0, workers - 1));
            assert!(lanes.is_sorted_by(|one, other| one < other));
        }
        assert_eq!(drawn(0).count(), 0);
    }

    #[test]
    fn narrow_stints_are_joined_and_pauses_stay() {
        let stints = [(0, 2), (2, 4), (4, 6), (50, 52), (52, 99)];
        let stints = stints.map(|(begin, end)| stint(0, begin, end)).to_vec();
        let lane = &shift(1, stints).lanes[0];
        let bars = lane.bars(5.0, (1, 100));
        let ends: Vec<(f64, f64, u64)> = bars
            .iter()
            .map(|b| (b.begin_ns, b.end_ns, b.stints))
            .collect();
        assert_eq!(ends, [(0.0, 6.0, 3), (50.0, 99.0, 2)]);
        assert_eq!((bars[0].first, bars[0].last, bars[0].primes), (1, 6, 3));
        assert_eq!(lane.bars(0.0, (1, 100)).len(), 5);
    }

    #[test]
    fn however_many_stints_there_are_the_bars_are_bounded() {
        let stints = (0..10_000).map(|i| stint(0, i * 3, i * 3 + 2)).collect();
        let shift = shift(1, stints);
        let least = shift.end_ns / 300.0;
        assert!(shift.lanes[0].bars(least, (1, 30_000)).len() <= 301);
    }

    #[test]
    fn a_place_lies_within_the_range() {
        let place = |first, last| {
            let stint = PrimesStint {
                first,
                last,
                ..PrimesStint::default()
            };
            bar(&stint, (0, u64::MAX)).place
        };
        assert_eq!(place(0, 0), 0.0);
        assert_eq!(place(u64::MAX, u64::MAX), 1.0);
        assert!((place(0, u64::MAX) - 0.5).abs() < 1e-9);
    }
}
