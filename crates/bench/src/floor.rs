//! What the arithmetic allows: the least time, and the task that lets an experiment end in time.

use std::time::Duration;

use crate::{Subject, experiment::SEED_TASK};

/// The least time in which `clients` requests can be answered: a model that serves so many sessions at
/// once needs a task for each round of them.
///
/// ```text
///   floor = task · ceil(clients / at_once)      and task when nothing bounds it
/// ```
pub(crate) fn floor(task: Duration, clients: u64, at_once: Option<u64>) -> Duration {
    let rounds = rounds(clients, at_once);
    task.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))
}

fn rounds(clients: u64, at_once: Option<u64>) -> u64 {
    at_once.map_or(1, |at_once| clients.div_ceil(at_once.max(1)))
}

/// The longest task of a round length with which all points together take at most `budget`; past a
/// thousand clients at least so long that their start is short against it.
pub(crate) fn scaled_task(
    subjects: &[Subject],
    clients: &[u64],
    runs: u32,
    budget: Duration,
) -> Duration {
    let tasks: u64 = subjects
        .iter()
        .flat_map(|subject| clients.iter().map(|&n| rounds(n, subject.at_once)))
        .fold(0, u64::saturating_add)
        .saturating_mul(u64::from(runs));
    let longest = budget.as_secs_f64() / tasks.max(1) as f64;
    let millis = |millis: &u64| Duration::from_millis(*millis);
    let mut round = ROUND_MILLIS.iter().rev().map(millis);
    let fitting = round.find(|task| *task <= SEED_TASK && task.as_secs_f64() <= longest);
    let most = clients.iter().copied().max().unwrap_or(0);
    let start = match most {
        0..=FEW => Duration::ZERO,
        _ => START_OF_ONE.saturating_mul(u32::try_from(most).unwrap_or(u32::MAX)),
    };
    let mut round = ROUND_MILLIS.iter().map(millis);
    let least = round.find(|task| *task >= start).unwrap_or(LONGEST_TASK);
    fitting.unwrap_or(least).max(least)
}

/// Round lengths; below the first, start-up costs would hide the wait, and those past the seed experiment's
/// are for so many clients that their start would.
const ROUND_MILLIS: [u64; 14] = [
    5,
    10,
    20,
    25,
    50,
    100,
    200,
    250,
    500,
    1000,
    SEED_TASK_MILLIS,
    5000,
    10_000,
    LONGEST_TASK.as_secs() * 1000,
];
const SEED_TASK_MILLIS: u64 = SEED_TASK.as_secs() * 1000;
/// For as many clients as there can be.
const LONGEST_TASK: Duration = Duration::from_secs(15);
const FEW: u64 = 1000;
/// Of a task, for each client: to connect takes two cores 25 to 50 us, and a client that is late by a
/// quarter of the floor spoils the run.
const START_OF_ONE: Duration = Duration::from_micros(200);

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(at_once: Option<u64>) -> Subject {
        Subject {
            model: String::new(),
            name: String::new(),
            flags: Vec::new(),
            about: String::new(),
            at_once,
            bounds: Vec::new(),
            refused: None,
        }
    }

    #[test]
    fn waits_add_up_only_as_far_as_sessions_are_not_served_at_once() {
        let task = Duration::from_secs(3);
        assert_eq!(floor(task, 100, Some(1)), Duration::from_secs(300));
        assert_eq!(floor(task, 64, Some(64)), task);
        assert_eq!(floor(task, 65, Some(64)), task * 2);
        assert_eq!(floor(task, 1000, Some(64)), task * 16);
        assert_eq!(floor(task, 100, None), task);
    }

    #[test]
    fn the_default_sweep_gets_the_task_that_fits() {
        let subjects = [subject(Some(1)), subject(None), subject(None)];
        let clients: Vec<u64> = (10..=100).step_by(10).collect();
        let task = scaled_task(&subjects, &clients, 3, Duration::from_secs(36));
        assert_eq!(task, Duration::from_millis(20));
    }

    #[test]
    fn a_small_experiment_gets_the_whole_task() {
        let task = scaled_task(&[subject(None)], &[10], 1, Duration::from_secs(36));
        assert_eq!(task, SEED_TASK);
    }

    #[test]
    fn many_clients_get_a_task_that_is_long_against_their_start() {
        let task = |most| scaled_task(&[subject(Some(1))], &[most], 3, Duration::from_secs(36));
        assert_eq!(task(5000), Duration::from_secs(1));
        assert_eq!(task(10_000), SEED_TASK);
        assert_eq!(task(20_000), Duration::from_secs(5));
        assert_eq!(task(50_000), Duration::from_secs(10));
        assert_eq!(task(65_000), Duration::from_secs(15));
    }

    #[test]
    fn only_many_clients_get_a_task_longer_than_the_seed_experiments() {
        let task = |most| scaled_task(&[subject(None)], &[most], 1, Duration::from_secs(3600));
        assert_eq!(task(1), SEED_TASK);
        assert_eq!(task(15_000), SEED_TASK);
        assert_eq!(task(15_001), Duration::from_secs(5));
    }
}
