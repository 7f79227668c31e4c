//! What is to be asked of whom, when, and how long to wait for it.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use machine::Exchange;
use stats::{Law, LawEntry, LawError};

use crate::LoadError;

/// The settings of a run. Plain data: [`Plan::new`] fills in defaults, [`Plan::check`] looks at the
/// ranges, and `drive` calls the latter itself.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to.
    pub target: SocketAddr,
    /// How many workers.
    pub workers: u32,
    /// What runs them.
    pub client: Client,
    /// Requests of each worker; with [`Plan::lasting`] at most so many.
    pub intervals: u64,
    /// No request is taken up later than this after the common start; answers under way are awaited. What
    /// was not taken up by then was not asked for. None: only the number of requests ends a run.
    pub lasting: Option<Duration>,
    /// How many requests are kept outstanding on a session in a closed loop.
    pub pipeline: u32,
    /// A session is closed after so many requests, and the worker makes the next when a request needs
    /// it: what that takes is part of the time of that request. None: one session carries all.
    pub per_connection: Option<u64>,
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
    /// Most requests of a worker. A sample takes some 80 bytes of `samples.csv`; more than this fits no disk.
    pub const INTERVALS_MAX: u64 = 1_000_000_000;

    /// One request of one worker to `target`, by the law `entry` with `parameter`, in an open loop.
    ///
    /// # Errors
    /// When the parameter is not one that the law can have.
    pub fn new(target: SocketAddr, entry: &LawEntry, parameter: f64) -> Result<Self, LawError> {
        Ok(Self {
            target,
            workers: 1,
            client: Client::Threads,
            intervals: 1,
            lasting: None,
            pipeline: 1,
            per_connection: None,
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

    /// Requests of all workers, if time is not over before.
    pub fn asked(&self) -> u64 {
        u64::from(self.workers).saturating_mul(self.intervals)
    }

    /// Whether every setting is in its range, and goes with the others.
    ///
    /// # Errors
    /// The first that is or does not.
    pub fn check(&self) -> Result<(), LoadError> {
        let workers_max = match self.client {
            Client::Threads => THREADS_MAX,
            Client::EventLoops => WORKERS_MAX,
        };
        let ranges = [
            ("the number of workers", self.workers.into(), workers_max),
            (
                "the number of requests a worker",
                self.intervals,
                Self::INTERVALS_MAX,
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
            (
                "the time that a run lasts in milliseconds",
                self.lasting.map_or(1, millis),
                MILLIS_MAX,
            ),
            ("the pipeline", self.pipeline.into(), PIPELINE_MAX),
            (
                "the number of requests a connection",
                self.per_connection.unwrap_or(1),
                Self::INTERVALS_MAX,
            ),
            (
                "the port of the target",
                self.target.port().into(),
                u16::MAX.into(),
            ),
        ];
        let outside = ranges
            .into_iter()
            .find(|(_, found, highest)| !(1..=*highest).contains(found));
        if let Some((name, found, highest)) = outside {
            return Err(LoadError::OutOfRange {
                name,
                lowest: 1,
                highest,
                found,
            });
        }
        match (self.loop_kind, self.pipeline) {
            (Loop::Closed, _) | (Loop::Open, 1) => Ok(()),
            (Loop::Open, pipeline) => Err(LoadError::PipelineInOpenLoop { pipeline }),
        }
    }

    /// Whether every setting means something to a service with this exchange.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check_exchange(&self, exchange: Exchange) -> Result<(), LoadError> {
        let setting = match (exchange, self.pipeline, self.per_connection) {
            (Exchange::OneShot, 2.., _) => "a pipeline",
            (Exchange::OneShot, _, Some(_)) => "a number of requests a connection",
            _ => return Ok(()),
        };
        Err(LoadError::NoSession { setting })
    }
}

/// What runs the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Each worker has a thread of its own: the most punctual, up to as many as the machine has threads for.
    Threads,
    /// A few threads run many workers each, in event loops; past the limit of descriptors of one table,
    /// as many threads with tables of their own as it takes.
    EventLoops,
}

impl Client {
    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::EventLoops => "async",
        }
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
const THREADS_MAX: u64 = 20_000;
/// Some 500 MB of sockets' memory in the kernel on either side.
const WORKERS_MAX: u64 = 200_000;
/// A depth past which requests wait in a socket's buffer, and no longer for the server.
const PIPELINE_MAX: u64 = 10_000;
/// Of one worker; more are more workers.
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
    fn event_loops_take_more_workers() {
        let workers = |workers| {
            move |plan: &mut Plan| {
                plan.workers = workers;
                plan.client = Client::EventLoops;
            }
        };
        check(workers(200_000), None);
        check(
            workers(200_001),
            Some("the number of workers must be within 1 to 200000, found 200001"),
        );
    }

    #[test]
    fn a_pipeline_needs_a_closed_loop() {
        let pipeline = |pipeline, loop_kind| {
            move |plan: &mut Plan| {
                plan.pipeline = pipeline;
                plan.loop_kind = loop_kind;
            }
        };
        check(pipeline(16, Loop::Closed), None);
        check(
            pipeline(16, Loop::Open),
            Some(
                "a pipeline of 16 needs a closed loop (--closed): an open loop sends at its instants, \
                 whatever is outstanding",
            ),
        );
        check(
            pipeline(0, Loop::Closed),
            Some("the pipeline must be within 1 to 10000, found 0"),
        );
    }

    #[test]
    fn no_time_and_no_requests_a_connection_are_refused() {
        check(
            |plan| plan.lasting = Some(Duration::ZERO),
            Some("the time that a run lasts in milliseconds must be within 1 to 86400000, found 0"),
        );
        check(
            |plan| plan.per_connection = Some(0),
            Some("the number of requests a connection must be within 1 to 1000000000, found 0"),
        );
    }

    #[test]
    fn settings_of_sessions_mean_nothing_to_one_shots() {
        let settings: [fn(&mut Plan); 2] = [
            |plan| plan.pipeline = 2,
            |plan| plan.per_connection = Some(1),
        ];
        for change in settings {
            let mut plan = plan();
            assert!(plan.check_exchange(Exchange::OneShot).is_ok());
            change(&mut plan);
            assert!(plan.check_exchange(Exchange::Session).is_ok());
            let error = plan.check_exchange(Exchange::OneShot).expect_err("refused");
            assert!(error.to_string().contains("means nothing"), "{error}");
        }
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
