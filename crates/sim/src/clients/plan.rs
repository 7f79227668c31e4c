//! What is to be simulated: plain data, with what it must be.

use std::{sync::Arc, time::Duration};

use stats::Law;

use super::Regime;

/// The settings of a simulation.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Who attends to which connection.
    pub regime: Regime,
    /// How many clients.
    pub clients: u32,
    /// Gaps between the beginnings of clients, in seconds; the first precedes the first client.
    pub arrivals: Arc<dyn Law + Send + Sync>,
    /// Requests of each client.
    pub requests: u32,
    /// Gaps before the requests of a client, in seconds.
    pub gaps: Arc<dyn Law + Send + Sync>,
    /// What those gaps count from.
    pub loop_kind: Loop,
    /// How long a packet travels, each way.
    pub latency: Duration,
    /// The queue of the listener.
    pub backlog: Backlog,
    /// What becomes of a client for which it has no room.
    pub when_full: WhenFull,
    /// How long a client tries to connect.
    pub connect_timeout: Duration,
    /// Processors of the server.
    pub cores: u32,
    /// How long a worker has a processor while others wait for one.
    pub slice: Duration,
    /// What takes processor time, and how much.
    pub costs: Costs,
    /// Where random gaps come from.
    pub seed: u64,
}

/// Processor time of the server; nothing unless it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// To accept a connection.
    pub accept: Duration,
    /// To make a thread, in the one that accepts.
    pub thread: Duration,
    /// To make a process, in the one that accepts.
    pub process: Duration,
    /// To read what has come, and to answer it as far as that is no calculation that the service hands out.
    pub read: Duration,
    /// For each calculation that the service hands out.
    pub work: Duration,
    /// When a processor goes over from one worker to another.
    pub switch: Duration,
}

/// What a gap counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    /// From the request intended before.
    Open,
    /// From the end of the request before.
    Closed,
}

/// How many connections may wait to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backlog {
    /// So many, as `listen` takes it.
    Places(u32),
    /// Any number.
    Unlimited,
}

/// What becomes of a client for which the backlog has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It is not answered and tries again: what Linux does.
    Retry,
    /// It is refused: what Linux does with `tcp_abort_on_overflow`, and some other systems do.
    Refuse,
}

/// What a plan cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A number is out of its range.
    #[error("{name} must be within {lowest} to {highest}, found {found}")]
    OutOfRange {
        /// What it is.
        name: &'static str,
        /// The least that it can be.
        lowest: u64,
        /// The most that it can be.
        highest: u64,
        /// What it is.
        found: u64,
    },
    /// A slice of nothing would never end anything.
    #[error("a time slice of nothing lets no worker get on: give it 1us or more")]
    NoSlice,
}

impl Plan {
    /// Most clients of a simulation.
    pub const CLIENTS_MAX: u32 = 100_000_000;
    /// Most requests of a client.
    pub const REQUESTS_MAX: u32 = 1_000_000_000;
    /// Most processors.
    pub const CORES_MAX: u32 = 1024;
    /// Most workers that a regime has by itself.
    pub const WORKERS_MAX: u32 = 1_000_000;
    /// `net.core.somaxconn` of Linux since 5.4, which is what `serve` asks for.
    pub const BACKLOG: u32 = 4096;
    /// What Linux gives a worker while others wait, `base_slice_ns` of its scheduler on one to four processors.
    pub const SLICE: Duration = Duration::from_millis(3);
    /// What six retries of Linux come to (`tcp_syn_retries`): 1 + 2 + 4 + … + 64 s.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(127);

    /// So many clients that begin at once and ask once each, of a server that costs nothing.
    pub fn burst(regime: Regime, clients: u32) -> Self {
        let nothing = stats::by_name("deterministic").expect("the law is listed");
        let nothing: Arc<dyn Law + Send + Sync> =
            Arc::from((nothing.build)(0.0).expect("no gap is in the law's range"));
        Self {
            regime,
            clients,
            arrivals: nothing.clone(),
            requests: 1,
            gaps: nothing,
            loop_kind: Loop::Closed,
            latency: Duration::ZERO,
            backlog: Backlog::Places(Self::BACKLOG),
            when_full: WhenFull::Retry,
            connect_timeout: Self::CONNECT_TIMEOUT,
            cores: 1,
            slice: Self::SLICE,
            costs: Costs::default(),
            seed: 0,
        }
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), PlanError> {
        let workers = self.regime.workers.unwrap_or(1);
        let ranges = [
            ("the number of clients", self.clients, Self::CLIENTS_MAX),
            (
                "the number of requests a client",
                self.requests,
                Self::REQUESTS_MAX,
            ),
            ("the number of processors", self.cores, Self::CORES_MAX),
            ("the number of workers", workers, Self::WORKERS_MAX),
        ];
        let outside = ranges
            .into_iter()
            .find(|(_, found, highest)| !(1..=*highest).contains(found));
        if let Some((name, found, highest)) = outside {
            return Err(PlanError::OutOfRange {
                name,
                lowest: 1,
                highest: highest.into(),
                found: found.into(),
            });
        }
        match self.slice.is_zero() {
            true => Err(PlanError::NoSlice),
            false => Ok(()),
        }
    }

    /// Requests of all clients.
    pub fn asked(&self) -> u64 {
        u64::from(self.clients) * u64::from(self.requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Plan), expected: Option<&str>) {
        let mut plan = Plan::burst(Regime::by_name("thread").expect("listed"), 10);
        change(&mut plan);
        let found = plan.check().err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn a_burst_is_in_range() {
        check(|_| {}, None);
    }

    #[test]
    fn what_is_out_of_range_is_named_with_its_range() {
        check(
            |plan| plan.clients = 0,
            Some("the number of clients must be within 1 to 100000000, found 0"),
        );
        check(
            |plan| plan.cores = 1025,
            Some("the number of processors must be within 1 to 1024, found 1025"),
        );
        check(
            |plan| plan.regime.workers = Some(0),
            Some("the number of workers must be within 1 to 1000000, found 0"),
        );
        check(
            |plan| plan.slice = Duration::ZERO,
            Some("a time slice of nothing lets no worker get on: give it 1us or more"),
        );
    }
}
