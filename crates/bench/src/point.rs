//! What the runs of a point come to.

use std::time::Duration;

use history::{Measured, Point};

use crate::{Subject, floor::floor};

/// A point without runs.
pub(crate) fn empty(subject: &Subject, clients: u64, task: Duration) -> Point {
    let floor = floor(task, clients, subject.is_iterative);
    Point {
        model: subject.model.clone(),
        clients,
        floor_ns: u64::try_from(floor.as_nanos()).unwrap_or(u64::MAX),
        ..Point::default()
    }
}

/// Whether the clients were on time, so far as the least time of the point goes.
pub(crate) fn is_generator_late(floor_ns: u64, run: &Measured) -> bool {
    run.lateness
        .p99_ns
        .is_some_and(|late| late > floor_ns as f64 * LATENESS_SHARE)
}

/// Adds a run, and says again what all runs come to, of which `wanted` should count. Only runs in
/// which every client was answered rightly have a completion time, and only those in which the
/// clients were on time have one that is the server's.
pub(crate) fn add(point: &mut Point, mut run: Measured, wanted: u32) {
    run.generator_late = is_generator_late(point.floor_ns, &run);
    point.runs.push(run);
    let counted = point
        .runs
        .iter()
        .filter(|run| is_whole(run) && !run.generator_late);
    let mut walls: Vec<u64> = counted.map(|run| run.wall_ns).collect();
    walls.sort_unstable();
    point.wall_ns_min = walls.first().copied();
    point.wall_ns_max = walls.last().copied();
    let figures: Vec<f64> = walls.iter().map(|&wall| wall as f64).collect();
    point.wall_ns_median = stats::median(&figures).map(|median| median as u64);
    point.doubts = doubts(point, walls.len(), wanted);
}

fn is_whole(run: &Measured) -> bool {
    run.outcomes.keys().all(|outcome| outcome == OK)
}

fn doubts(point: &Point, counted: usize, wanted: u32) -> Vec<String> {
    let mut doubts = Vec::new();
    for (index, run) in point
        .runs
        .iter()
        .enumerate()
        .filter(|(_, run)| !is_whole(run))
    {
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
             floor, so {counted} runs count; use a longer --task or a quieter machine",
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

    fn subject() -> Subject {
        Subject {
            model: "thread".to_owned(),
            about: String::new(),
            is_iterative: false,
        }
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
        let mut point = empty(&subject(), 10, Duration::from_nanos(100));
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
        let mut point = empty(&subject(), 10, Duration::from_nanos(100));
        add(&mut point, run(1, "timeout"), 1);
        assert_eq!(point.wall_ns_median, None);
    }

    #[test]
    fn a_run_whose_clients_were_late_is_kept_and_does_not_count() {
        let mut point = empty(&subject(), 10, Duration::from_nanos(100));
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
