//! What the arithmetic allows: the least time, and the task that lets an experiment end in time.

use std::time::Duration;

use crate::{Subject, experiment::SEED_TASK};

/// The least time in which `clients` requests can be answered: waits pass side by side in a concurrent
/// model and one after another in an iterative one.
pub(crate) fn floor(task: Duration, clients: u64, is_iterative: bool) -> Duration {
    match is_iterative {
        true => task.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX)),
        false => task,
    }
}

/// The longest task of a round length with which all points together take at most `budget`.
pub fn scaled_task(subjects: &[Subject], clients: &[u64], runs: u32, budget: Duration) -> Duration {
    let tasks: u64 = subjects
        .iter()
        .flat_map(|subject| {
            clients
                .iter()
                .map(|&n| if subject.is_iterative { n } else { 1 })
        })
        .fold(0, u64::saturating_add)
        .saturating_mul(u64::from(runs));
    let longest = budget.as_secs_f64() / tasks.max(1) as f64;
    let mut round = ROUND_MILLIS
        .iter()
        .rev()
        .map(|&millis| Duration::from_millis(millis));
    let fitting = round.find(|task| task.as_secs_f64() <= longest);
    fitting.unwrap_or(Duration::from_millis(ROUND_MILLIS[0]))
}

/// Round lengths; below the first, start-up costs would hide the wait.
const ROUND_MILLIS: [u64; 11] = [
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
];
const SEED_TASK_MILLIS: u64 = SEED_TASK.as_secs() * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(is_iterative: bool) -> Subject {
        Subject {
            model: String::new(),
            about: String::new(),
            is_iterative,
        }
    }

    #[test]
    fn waits_add_up_only_one_after_another() {
        let task = Duration::from_secs(3);
        assert_eq!(floor(task, 100, true), Duration::from_secs(300));
        assert_eq!(floor(task, 100, false), task);
    }

    #[test]
    fn the_default_sweep_gets_the_task_that_fits() {
        let subjects = [subject(true), subject(false), subject(false)];
        let clients: Vec<u64> = (10..=100).step_by(10).collect();
        let task = scaled_task(&subjects, &clients, 3, Duration::from_secs(36));
        assert_eq!(task, Duration::from_millis(20));
    }

    #[test]
    fn a_small_experiment_gets_the_whole_task() {
        let task = scaled_task(&[subject(false)], &[10], 1, Duration::from_secs(36));
        assert_eq!(task, SEED_TASK);
    }
}
