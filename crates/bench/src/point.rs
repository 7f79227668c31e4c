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

/// Adds a run, and says again what all runs come to. Only runs in which every client was answered
/// rightly have a completion time.
pub(crate) fn add(point: &mut Point, run: Measured) {
    point.runs.push(run);
    let mut walls: Vec<u64> =
        point.runs.iter().filter(|run| is_whole(run)).map(|run| run.wall_ns).collect();
    walls.sort_unstable();
    point.wall_ns_min = walls.first().copied();
    point.wall_ns_max = walls.last().copied();
    let figures: Vec<f64> = walls.iter().map(|&wall| wall as f64).collect();
    point.wall_ns_median = stats::median(&figures).map(|median| median as u64);
    point.doubts = doubts(point);
}

fn is_whole(run: &Measured) -> bool {
    run.outcomes.keys().all(|outcome| outcome == OK)
}

fn doubts(point: &Point) -> Vec<String> {
    let mut doubts = Vec::new();
    for (index, run) in point.runs.iter().enumerate().filter(|(_, run)| !is_whole(run)) {
        let failed = run.outcomes.iter().filter(|(outcome, _)| *outcome != OK);
        let failed: Vec<String> = failed.map(|(outcome, n)| format!("{outcome} {n}")).collect();
        let (run, failed) = (index + 1, failed.join(", "));
        doubts.push(format!("run {run}: not all clients were answered rightly: {failed}"));
    }
    let floor = point.floor_ns as f64;
    let lateness = point.runs.iter().filter_map(|run| run.lateness.p99_ns).fold(0.0, f64::max);
    if lateness > floor * LATENESS_SHARE {
        doubts.push(format!(
            "the clients were late by {:.1} ms (p99), over {:.0} % of the floor: the generator, not \
             the server, set the pace",
            lateness / 1e6,
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
            add(&mut point, run(wall, outcome));
        }
        assert_eq!(point.wall_ns_median, Some(250));
        assert_eq!((point.wall_ns_min, point.wall_ns_max), (Some(200), Some(300)));
        assert_eq!(point.doubts.len(), 1);
        assert!(point.doubts[0].contains("run 2") && point.doubts[0].contains("reset 10"));
    }

    #[test]
    fn a_point_without_a_whole_run_has_no_time() {
        let mut point = empty(&subject(), 10, Duration::from_nanos(100));
        add(&mut point, run(1, "timeout"));
        assert_eq!(point.wall_ns_median, None);
    }
}
