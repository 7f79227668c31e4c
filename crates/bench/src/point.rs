//! What the runs of a point come to.

use history::{BenchKind, Figure, Measured, Point};

use crate::{Experiment, obstacle};

/// Whether the clients were late, so far as the least time of the point goes. Where there is none,
/// answers take as long as they take, and a client is no later than they are.
pub(crate) fn is_generator_late(floor_ns: u64, run: &Measured) -> bool {
    let allowed = floor_ns as f64 * LATENESS_SHARE;
    floor_ns > 0 && run.lateness.p99_ns.is_some_and(|late| late > allowed)
}

/// Adds a run, and says again what all runs come to. Only runs in which every client was answered
/// rightly have figures, and only those in which the clients were on time have ones that are the
/// server's.
pub(crate) fn add(point: &mut Point, mut run: Measured, experiment: &Experiment) {
    run.generator_late = is_generator_late(point.floor_ns, &run);
    point.runs.push(run);
    sum_up(point, experiment.kind, experiment.runs);
}

fn sum_up(point: &mut Point, kind: BenchKind, wanted: u32) {
    let counted: Vec<&Measured> = point.runs.iter().filter(|run| run.counts()).collect();
    if kind == BenchKind::Burst {
        let mut walls: Vec<u64> = counted.iter().map(|run| run.wall_ns).collect();
        walls.sort_unstable();
        point.wall_ns_min = walls.first().copied();
        point.wall_ns_max = walls.last().copied();
        let figures: Vec<f64> = walls.iter().map(|&wall| wall as f64).collect();
        point.wall_ns_median = stats::median(&figures).map(|median| median as u64);
    }
    point.figures = figures(kind, &counted);
    let count = counted.len();
    point.not_reached = obstacle::of_runs(&point.runs).or_else(|| match kind {
        BenchKind::Idle => obstacle::of_silence(point),
        _ => None,
    });
    point.doubts = doubts(point, count, wanted);
}

fn figures(kind: BenchKind, counted: &[&Measured]) -> Vec<Figure> {
    let quantities = kind.quantities().iter().filter_map(|&quantity| {
        let values: Vec<f64> = counted.iter().filter_map(|run| quantity.of(run)).collect();
        Some(Figure {
            quantity,
            count: values.len() as u64,
            median: stats::median(&values)?,
            min: values.iter().copied().reduce(f64::min)?,
            max: values.iter().copied().reduce(f64::max)?,
        })
    });
    quantities.collect()
}

fn doubts(point: &Point, counted: usize, wanted: u32) -> Vec<String> {
    let mut doubts = Vec::new();
    let runs = point.runs.iter().enumerate();
    for (index, run) in runs.filter(|(_, run)| !run.is_whole()) {
        let failed = run.outcomes.iter().filter(|(outcome, _)| *outcome != OK);
        let failed: Vec<String> = failed
            .map(|(outcome, n)| format!("{outcome} {n}"))
            .collect();
        let (run, failed) = (index + 1, failed.join(", "));
        doubts.push(format!(
            "run {run}: not all clients were answered rightly: {failed}"
        ));
    }
    let late: Vec<f64> = point
        .runs
        .iter()
        .filter(|run| run.generator_late)
        .filter_map(|run| run.lateness.p99_ns)
        .collect();
    // Runs that could not be made yet are no reason to doubt those that were.
    if !late.is_empty() && counted < (wanted as usize).min(point.runs.len()) {
        let worst = late.iter().copied().fold(0.0, f64::max);
        doubts.push(format!(
            "in {} of {} runs the clients were late by up to {:.1} ms (p99), over {:.0} % of the \
             floor; runs that count: {counted}; use a longer --task or a quieter machine",
            late.len(),
            point.runs.len(),
            worst / 1e6,
            LATENESS_SHARE * 100.0,
        ));
    }
    doubts
}

const OK: &str = "ok";

/// A client that is late by more than this share of the least time blurs what is measured.
const LATENESS_SHARE: f64 = 0.25;

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> Point {
        Point {
            floor_ns: 100,
            ..Point::default()
        }
    }

    fn add(point: &mut Point, mut run: Measured, wanted: u32) {
        run.generator_late = is_generator_late(point.floor_ns, &run);
        point.runs.push(run);
        sum_up(point, BenchKind::Burst, wanted);
    }

    fn run(wall_ns: u64, outcome: &str) -> Measured {
        Measured {
            wall_ns,
            outcomes: [(outcome.to_owned(), 10)].into(),
            ..Measured::default()
        }
    }

    #[test]
    fn the_median_is_over_whole_runs_only_and_the_other_is_named() {
        let mut point = point();
        for (wall, outcome) in [(300, "ok"), (1, "reset"), (200, "ok"), (250, "ok")] {
            add(&mut point, run(wall, outcome), 4);
        }
        assert_eq!(point.wall_ns_median, Some(250));
        assert_eq!(
            (point.wall_ns_min, point.wall_ns_max),
            (Some(200), Some(300))
        );
        assert_eq!(point.doubts.len(), 1);
        assert!(point.doubts[0].contains("run 2") && point.doubts[0].contains("reset 10"));
    }

    #[test]
    fn a_point_without_a_whole_run_has_no_time() {
        let mut point = point();
        add(&mut point, run(1, "timeout"), 1);
        assert_eq!((point.wall_ns_median, point.figures.len()), (None, 0));
        assert!(point.not_reached.is_some());
    }

    #[test]
    fn figures_are_over_the_runs_that_count() {
        let mut point = point();
        for (wall, outcome) in [(300, "ok"), (1, "reset"), (200, "ok")] {
            add(&mut point, run(wall, outcome), 3);
        }
        let figure = point
            .figure(history::Quantity::CompletionTime)
            .expect("one");
        assert_eq!((figure.count, figure.median), (2, 250.0));
        assert_eq!((figure.min, figure.max), (200.0, 300.0));
        assert_eq!(point.not_reached, None);
    }

    #[test]
    fn without_a_floor_nobody_is_late() {
        let mut late = run(900, "ok");
        late.lateness.p99_ns = Some(1e12);
        assert!(!is_generator_late(0, &late));
        assert!(is_generator_late(900, &late));
    }

    #[test]
    fn a_run_whose_clients_were_late_is_kept_and_does_not_count() {
        let mut point = point();
        let mut late = run(900, "ok");
        late.lateness.p99_ns = Some(26.0);
        add(&mut point, late, 1);
        assert_eq!(point.wall_ns_median, None);
        assert_eq!(point.doubts.len(), 1);
        add(&mut point, run(200, "ok"), 1);
        assert_eq!(point.wall_ns_median, Some(200));
        assert_eq!((point.runs.len(), point.doubts.len()), (2, 0));
    }
}
