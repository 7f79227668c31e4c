//! What keeps a model from a point, told from errors and from how requests ended.

use std::{io, time::Duration};

use history::{Measured, NotReached, Obstacle, Point};
use load::LoadError;

use crate::{BenchError, place::Place};

/// Why a point is not tried at all.
pub(crate) fn beforehand(place: &Place<'_>, longest: Duration) -> Option<NotReached> {
    unavailable(place).or_else(|| too_long(place, longest))
}

fn unavailable(place: &Place<'_>) -> Option<NotReached> {
    place.subject.refused.as_ref().map(|reason| NotReached {
        obstacle: Obstacle::Unavailable,
        text: format!("not tried: {reason}"),
    })
}

/// Its least time is longer than allowed.
fn too_long(place: &Place<'_>, longest: Duration) -> Option<NotReached> {
    let text = format!(
        "not tried: {} clients take it at least {:.0} s, and --longest allows {:.0} s",
        place.clients,
        place.floor.as_secs_f64(),
        longest.as_secs_f64(),
    );
    (place.floor > longest).then_some(NotReached {
        obstacle: Obstacle::TooLong,
        text,
    })
}

/// What an error says about the point; `None` for one that says nothing about it.
pub(crate) fn of_error(error: &BenchError) -> Option<NotReached> {
    let obstacle = match error {
        BenchError::Load(LoadError::Descriptors { .. }) => Obstacle::OutOfDescriptors,
        BenchError::Load(LoadError::Threads { .. }) => Obstacle::OutOfProcesses,
        BenchError::Load(LoadError::Unreachable { reason, .. }) => match reason.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Obstacle::Refused,
            _ => Obstacle::Dropped,
        },
        BenchError::NotReady { .. } => Obstacle::ServerGone,
        _ => return None,
    };
    Some(NotReached {
        obstacle,
        text: error.to_string(),
    })
}

/// A server that ended while it was asked; `fate` says how.
pub(crate) fn of_fate(fate: String) -> NotReached {
    let words = ["memory", "unavailable", "EAGAIN", "ENOMEM"];
    let obstacle = match words.iter().any(|word| fate.contains(word)) {
        true => Obstacle::OutOfProcesses,
        false => Obstacle::ServerGone,
    };
    NotReached {
        obstacle,
        text: fate,
    }
}

/// What stood in the way of runs of which none is whole, by how most of their requests failed. `None`
/// when a run is whole, when there is none, and when the user stopped them.
pub(crate) fn of_runs(runs: &[Measured]) -> Option<NotReached> {
    if runs.iter().any(Measured::is_whole) {
        return None;
    }
    let failed = |name: &str| -> u64 { runs.iter().filter_map(|run| run.outcomes.get(name)).sum() };
    let ways = [
        (Obstacle::Refused, failed("refused") + failed("reset")),
        (
            Obstacle::Dropped,
            failed("timeout") + failed("connect-timeout") + failed("network"),
        ),
        (Obstacle::OutOfDescriptors, failed("local-limit")),
        (Obstacle::ServerGone, failed("closed")),
    ];
    let most = ways.into_iter().max_by_key(|(_, count)| *count);
    let (obstacle, _) = most.filter(|(_, count)| *count > 0)?;
    let asked: u64 = runs.iter().flat_map(|run| run.outcomes.values()).sum();
    let right = failed("ok");
    let words = runs[runs.len() - 1]
        .outcomes
        .iter()
        .map(|(name, count)| format!("{count} {name}"));
    let text = format!(
        "in none of {} runs was every request answered ({right} of {asked}); in the last: {}",
        runs.len(),
        words.collect::<Vec<_>>().join(", ")
    );
    Some(NotReached { obstacle, text })
}

/// Connections that should have stood in silence, and did not all stand in any run.
pub(crate) fn of_silence(point: &Point) -> Option<NotReached> {
    let runs = point.runs.iter();
    let seen = runs.filter(|run| run.idle.is_some() || !run.is_whole());
    (seen.count() == 0 && !point.runs.is_empty()).then(|| NotReached {
        obstacle: Obstacle::Dropped,
        text: format!(
            "in none of {} runs did all {} connections stand when it was time to look; the kernel's \
             queue of a listener holds net.core.somaxconn",
            point.runs.len(),
            point.clients
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Subject, experiment::ClientChoice};

    #[test]
    fn a_point_is_not_tried_when_its_floor_is_too_long() {
        let subject = Subject {
            model: "iterative".to_owned(),
            name: String::new(),
            flags: Vec::new(),
            about: String::new(),
            at_once: Some(1),
            bounds: Vec::new(),
            refused: None,
        };
        let place = Place {
            subject: &subject,
            clients: 10_000,
            cpu_share: None,
            client: ClientChoice::Async,
            floor: Duration::from_secs(30_000),
        };
        let found = too_long(&place, Duration::from_secs(600)).expect("too long");
        assert_eq!(found.obstacle, Obstacle::TooLong);
        assert!(found.text.contains("30000 s") && found.text.contains("600 s"));
        assert_eq!(too_long(&place, place.floor), None);
    }

    #[test]
    fn a_point_of_a_model_that_this_machine_refuses_is_not_tried_and_says_why() {
        let subject = Subject {
            model: "uring".to_owned(),
            name: "uring".to_owned(),
            flags: Vec::new(),
            about: String::new(),
            at_once: None,
            bounds: Vec::new(),
            refused: Some("no rings".to_owned()),
        };
        let place = Place {
            subject: &subject,
            clients: 10,
            cpu_share: None,
            client: ClientChoice::Threads,
            floor: Duration::ZERO,
        };
        let found = beforehand(&place, Duration::from_secs(600)).expect("unavailable");
        assert_eq!(found.obstacle, Obstacle::Unavailable);
        assert_eq!(found.text, "not tried: no rings");
    }

    fn run(outcomes: &[(&str, u64)]) -> Measured {
        Measured {
            outcomes: outcomes
                .iter()
                .map(|(k, v)| ((*k).to_owned(), *v))
                .collect(),
            ..Measured::default()
        }
    }

    #[test]
    fn the_way_in_which_most_failed_is_named() {
        let runs = [
            run(&[("ok", 5), ("refused", 4), ("timeout", 1)]),
            run(&[("ok", 9), ("reset", 1)]),
        ];
        let found = of_runs(&runs).expect("an obstacle");
        assert_eq!(found.obstacle, Obstacle::Refused);
        assert!(found.text.contains("14 of 20"), "{}", found.text);
    }

    #[test]
    fn a_whole_run_or_a_stopped_one_is_no_obstacle() {
        assert_eq!(of_runs(&[run(&[("refused", 4)]), run(&[("ok", 4)])]), None);
        assert_eq!(of_runs(&[run(&[("ok", 1), ("stopped", 4)])]), None);
        assert_eq!(of_runs(&[]), None);
    }

    #[test]
    fn silence_that_was_never_whole_is_dropped_connections() {
        let mut point = Point {
            clients: 10_000,
            runs: vec![run(&[("ok", 10_000)])],
            ..Point::default()
        };
        let found = of_silence(&point).expect("an obstacle");
        assert_eq!(found.obstacle, Obstacle::Dropped);
        point.runs[0].idle = Some(history::IdleMemory::default());
        assert_eq!(of_silence(&point), None);
    }

    #[test]
    fn a_server_that_ran_out_of_memory_for_a_thread_is_out_of_processes() {
        let of = |fate: &str| of_fate(fate.to_owned()).obstacle;
        let aborted = "the server ended with signal: 6: memory allocation of 64 bytes failed";
        assert_eq!(of(aborted), Obstacle::OutOfProcesses);
        assert_eq!(of("the server ended with signal: 9"), Obstacle::ServerGone);
    }

    #[test]
    fn a_limit_of_threads_is_told_as_one_of_processes() {
        let error = BenchError::Load(LoadError::Threads {
            workers: 9,
            started: 3,
            reason: io::ErrorKind::WouldBlock.into(),
        });
        let found = of_error(&error).expect("an obstacle");
        assert_eq!(found.obstacle, Obstacle::OutOfProcesses);
    }
}
