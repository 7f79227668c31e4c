//! Enough descriptors for all connections, or a word about it before the run.

use machine::Exchange;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{LoadError, Plan};

/// Raises this process's limit of descriptors as far as needed and allowed, and gives the most
/// connections that each worker may hold at once.
///
/// # Errors
/// When there is not one for each worker.
pub(crate) fn provide(plan: &Plan, exchange: Exchange) -> Result<usize, LoadError> {
    let wanted = match exchange {
        Exchange::Session => 1,
        Exchange::OneShot => plan.intervals.min(plan.open_limit as u64),
    };
    let limit = getrlimit(Resource::Nofile);
    let share = share(plan.workers, wanted, limit.maximum)?;
    let needed = u64::from(plan.workers) * share + RESERVE;
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit {
            current: Some(needed),
            maximum: limit.maximum,
        };
        // Should it be refused, connections past the limit are counted as limits of this machine.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    Ok(usize::try_from(share).expect("it is at most what a usize was"))
}

/// How many of the connections wanted by each worker `limit` descriptors allow.
fn share(workers: u32, wanted: u64, limit: Option<u64>) -> Result<u64, LoadError> {
    let Some(limit) = limit else {
        return Ok(wanted);
    };
    match limit.saturating_sub(RESERVE) / u64::from(workers) {
        0 => Err(LoadError::Descriptors {
            workers,
            needed: u64::from(workers) + RESERVE,
            limit,
        }),
        share => Ok(share.min(wanted)),
    }
}

/// For what else a process has open: terminal, files of the run, signals, libraries.
const RESERVE: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(workers: u32, wanted: u64, limit: Option<u64>, expected: Option<u64>) {
        assert_eq!(share(workers, wanted, limit).ok(), expected);
    }

    #[test]
    fn workers_share_what_there_is() {
        check(10, 1000, Some(20_064), Some(1000));
        check(100, 1000, Some(20_064), Some(200));
        check(100, 1, Some(20_064), Some(1));
        check(100, 1000, None, Some(1000));
    }

    #[test]
    fn fewer_than_one_for_each_worker_is_refused_with_what_to_do() {
        check(1000, 1, Some(1063), None);
        check(1000, 1, Some(1064), Some(1));
        let error = share(1000, 1, Some(256)).expect_err("too few").to_string();
        assert!(
            error.contains("need 1064 descriptors") && error.contains("ulimit"),
            "{error}"
        );
    }
}
