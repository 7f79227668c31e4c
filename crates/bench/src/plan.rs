//! What the clients of each kind of experiment are told.

use std::{net::SocketAddr, time::Duration};

use history::BenchKind;
use load::{Client, Loop, Plan};
use machine::{ClientFactory, Exchange, Machine};
use services::{Dialect, Script};

use crate::{
    Experiment,
    experiment::{ClientChoice, SLOW},
    floor::floor,
    place::Place,
};

impl Experiment {
    /// How both ends speak. The original programs' messages end with nothing, and a server finds their
    /// end by waiting for more; where a time of silence would be what is measured, they end with a line
    /// feed.
    pub(crate) fn dialect(&self) -> Dialect {
        let mut dialect = (self.service.dialect)();
        dialect.task = self.task;
        if self.ends_lines() {
            dialect.terminator = "lf".parse().expect("a terminator of this name");
        }
        dialect
    }

    /// Whether requests end with a line feed, against the service's custom.
    pub(crate) fn ends_lines(&self) -> bool {
        let is_seed = self.kind == BenchKind::Burst && self.service.name == SLOW;
        !is_seed && ["tasks", SLOW, "mean"].contains(&self.service.name)
    }

    /// What clients say.
    pub(crate) fn script(&self) -> Script {
        let mut script = Script::seed(self.dialect());
        script.request_bytes = usize::try_from(self.payload_bytes).unwrap_or(usize::MAX);
        script.seed = self.seed;
        // A client of `mean` that waits before it asks would be all that is measured.
        script.pause = Duration::ZERO;
        script
    }

    /// What is asked of the server at `target`.
    pub(crate) fn plan(&self, target: SocketAddr, place: &Place<'_>, exchange: Exchange) -> Plan {
        let gap = match self.kind {
            BenchKind::Idle => hold(place.clients).as_secs_f64(),
            _ => 0.0,
        };
        let law = stats::by_name("deterministic").expect("the law is listed");
        let mut plan = Plan::new(target, law, gap).expect("a fixed gap is in the law's range");
        plan.workers = u32::try_from(place.clients).unwrap_or(u32::MAX);
        plan.client = match place.client {
            ClientChoice::Async => Client::EventLoops,
            ClientChoice::Auto | ClientChoice::Threads => Client::Threads,
        };
        plan.seed = self.seed;
        let asks = match self.kind {
            BenchKind::Burst => floor(self.task, place.clients, place.subject.at_once) + self.task,
            BenchKind::Idle => hold(place.clients),
            _ => self.lasting.unwrap_or_default(),
        };
        plan.reply_timeout = (asks + patience(place.clients)).min(A_DAY);
        if place.clients > FEW || self.kind != BenchKind::Burst {
            plan.connect_timeout = plan.reply_timeout;
        }
        if let Some(lasting) = self.lasting {
            plan.loop_kind = Loop::Closed;
            plan.intervals = MOST_REQUESTS;
            plan.lasting = Some(lasting);
            plan.pipeline = self.pipeline;
        }
        if self.kind == BenchKind::Churn && exchange == Exchange::Session {
            plan.per_connection = Some(1);
        }
        plan
    }
}

/// Clients of which the first always calculate and the others always wait.
pub(crate) struct MixedClients {
    pub(crate) calculating: Box<dyn ClientFactory>,
    pub(crate) waiting: Box<dyn ClientFactory>,
    /// How many workers calculate.
    pub(crate) calculators: u32,
}

impl ClientFactory for MixedClients {
    fn name(&self) -> &'static str {
        self.waiting.name()
    }

    fn exchange(&self) -> Exchange {
        self.waiting.exchange()
    }

    fn client(&self, worker: u32, connection: u64) -> Box<dyn Machine> {
        match worker < self.calculators {
            true => self.calculating.client(worker, connection),
            false => self.waiting.client(worker, connection),
        }
    }
}

/// How many of `clients` calculate: the nearest number to the proportion.
pub(crate) fn calculators(clients: u64, share: f64) -> u32 {
    (clients as f64 * share).round() as u32
}

/// How long silent connections stand: until they all do, and until they have been looked at. A process
/// takes some 0.3 ms to fork and as long to look at.
pub(crate) fn hold(clients: u64) -> Duration {
    HOLD + HOLD_PER_CLIENT.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX))
}

/// Beyond what the arithmetic says, before a client gives up.
fn patience(clients: u64) -> Duration {
    PATIENCE + PATIENCE_PER_CLIENT.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX))
}

/// The most sessions of a server that are served at once, as its flags take it.
pub(crate) fn server_limit(clients: u64) -> Option<u64> {
    (clients > SERVER_DEFAULT - SERVER_RESERVE).then(|| (clients + SERVER_RESERVE).min(SERVER_MOST))
}

const HOLD: Duration = Duration::from_millis(1000);
const HOLD_PER_CLIENT: Duration = Duration::from_micros(1500);
const PATIENCE: Duration = Duration::from_secs(30);
const PATIENCE_PER_CLIENT: Duration = Duration::from_millis(1);
const A_DAY: Duration = Duration::from_secs(86_400);
/// Up to here a connection that is not taken up within the generator's own ten seconds is a failure.
const FEW: u64 = 1000;
/// More than any run gets to: time ends it.
const MOST_REQUESTS: u64 = 1_000_000_000;
/// `wharf serve --max-connections`, unless it is told otherwise.
const SERVER_DEFAULT: u64 = 4096;
/// For connections that are being closed while the next ones come.
const SERVER_RESERVE: u64 = 64;
const SERVER_MOST: u64 = 65_535;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_number_of_clients_calculates() {
        assert_eq!(calculators(50, 0.0), 0);
        assert_eq!(calculators(50, 0.1), 5);
        assert_eq!(calculators(3, 0.5), 2);
        assert_eq!(calculators(50, 1.0), 50);
    }

    #[test]
    fn a_server_is_given_higher_limits_only_when_it_needs_them() {
        assert_eq!(server_limit(1000), None);
        assert_eq!(server_limit(10_000), Some(10_064));
        assert_eq!(server_limit(65_500), Some(65_535));
    }
}
