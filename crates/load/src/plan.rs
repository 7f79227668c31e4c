//! What is to be asked of whom, when, and how long to wait for it.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use stats::{Law, LawEntry, LawError};

use crate::LoadError;

/// The settings of a run. Plain data: [`Plan::new`] fills in defaults, [`Plan::check`] looks at the
/// ranges, and `drive` calls the latter itself.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to.
    pub target: SocketAddr,
    /// How many workers, each a thread.
    pub workers: u32,
    /// Requests of each worker.
    pub intervals: u64,
    /// The law of the gaps before requests.
    pub law: Arc<dyn Law + Send + Sync>,
    /// The parameter of the law as it was given, in the unit of [`Law::parameter`].
    pub parameter: f64,
    /// What a gap counts from.
    pub loop_kind: Loop,
    /// Where the random gaps come from: the same seed gives each worker the same gaps.
    pub seed: u64,
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long an answer may take, from the sending of its request. An answer can come no earlier
    /// than those before it, so a session whose oldest request times out is given up as a whole.
    /// This is also how long a run may go on after its last request.
    pub reply_timeout: Duration,
    /// Most connections that a worker holds at once; a request past it waits, and that counts.
    pub open_limit: usize,
    /// How long to wait for answers under way after a stop was asked for.
    pub grace: Duration,
}

impl Plan {
    /// One request of one worker to `target`, by the law `entry` with `parameter`, in an open loop.
    ///
    /// # Errors
    /// When the parameter is not one that the law can have.
    pub fn new(target: SocketAddr, entry: &LawEntry, parameter: f64) -> Result<Self, LawError> {
        Ok(Self {
            target,
            workers: 1,
            intervals: 1,
            law: Arc::from((entry.build)(parameter)?),
            parameter,
            loop_kind: Loop::Open,
            seed: 0,
            connect_timeout: Duration::from_secs(10),
            reply_timeout: Duration::from_secs(30),
            open_limit: 1000,
            grace: Duration::from_secs(1),
        })
    }

    /// Requests of all workers.
    pub fn asked(&self) -> u64 {
        u64::from(self.workers).saturating_mul(self.intervals)
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`LoadError::OutOfRange`] with the first that is not.
    pub fn check(&self) -> Result<(), LoadError> {
        let ranges = [
            (
                "the number of workers",
                u64::from(self.workers),
                WORKERS_MAX,
            ),
            (
                "the number of requests a worker",
                self.intervals,
                INTERVALS_MAX,
            ),
            (
                "the limit of open connections",
                self.open_limit as u64,
                OPEN_LIMIT_MAX,
            ),
            (
                "the connect time-out in milliseconds",
                millis(self.connect_timeout),
                MILLIS_MAX,
            ),
            (
                "the reply time-out in milliseconds",
                millis(self.reply_timeout),
                MILLIS_MAX,
            ),
        ];
        for (name, found, highest) in ranges {
            if !(1..=highest).contains(&found) {
                let lowest = 1;
                return Err(LoadError::OutOfRange {
                    name,
                    lowest,
                    highest,
                    found,
                });
            }
        }
        if self.target.port() == 0 {
            let (name, lowest, highest) = ("the port of the target", 1, u64::from(u16::MAX));
            return Err(LoadError::OutOfRange {
                name,
                lowest,
                highest,
                found: 0,
            });
        }
        Ok(())
    }
}

/// What a gap counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    /// From the request intended before: requests leave at their instants, whatever the answers do.
    Open,
    /// From the answer before: a slow server is asked less.
    Closed,
}

impl Loop {
    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whole milliseconds, so that a time-out below one is as good as none.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Threads of one process that a Linux machine of today gives without being tuned.
const WORKERS_MAX: u64 = 20_000;
/// A sample takes some 80 bytes of `samples.csv`; more than this fits no disk.
const INTERVALS_MAX: u64 = 1_000_000_000;
/// Every connection is polled on every turn, which beyond this takes longer than a millisecond.
const OPEN_LIMIT_MAX: u64 = 20_000;
/// A day.
const MILLIS_MAX: u64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let target = SocketAddr::from(([127, 0, 0, 1], 55_000));
        let law = stats::by_name("exponential").expect("a law");
        Plan::new(target, law, 10.0).expect("a parameter in range")
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Plan), expected: Option<&str>) {
        let mut plan = plan();
        change(&mut plan);
        let found = plan.check().err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_defaults_are_in_range() {
        check(|_| {}, None);
    }

    #[test]
    fn no_workers_and_no_requests_are_refused() {
        check(
            |plan| plan.workers = 0,
            Some("the number of workers must be within 1 to 20000, found 0"),
        );
        check(
            |plan| plan.intervals = 0,
            Some("the number of requests a worker must be within 1 to 1000000000, found 0"),
        );
    }

    #[test]
    fn more_workers_than_threads_are_refused() {
        check(
            |plan| plan.workers = 20_001,
            Some("the number of workers must be within 1 to 20000, found 20001"),
        );
    }

    #[test]
    fn a_time_out_of_nothing_is_refused() {
        check(
            |plan| plan.reply_timeout = Duration::ZERO,
            Some("the reply time-out in milliseconds must be within 1 to 86400000, found 0"),
        );
    }

    #[test]
    fn a_target_without_port_is_refused() {
        check(
            |plan| plan.target.set_port(0),
            Some("the port of the target must be within 1 to 65535, found 0"),
        );
    }
}
