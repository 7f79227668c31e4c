//! How long it must take, by arithmetic: what the simulation is held against.
//!
//! For clients that begin at once and ask without pauses. With `N` clients of `n` requests, a wait of `d` and processor
//! time of `c` for each request, `a` for each connection made, `K` connections attended to at a time and `P` processors
//! that can be used at once:
//!
//! ```text
//!   one after another            N · (n·d + n·c + m·a)     m connections a client: 1 in a session, n else
//!   K at a time, c = a = 0       ceil(N/K) · n·d           sessions
//!                                max(n·d, ceil(N·n/K) · d)   a connection each
//!   all at a time, n = 1         d + N·c/P                 if P divides N, and all of c comes after d
//!   one accepts, c = 0, n = 1    N·a + d
//! ```
//!
//! Elsewhere it is a bound: not less than the longest of what one client, one round of workers, or the processors need.

use std::time::Duration;

use machine::Exchange;

use super::{
    plan::{Backlog, Loop, Plan},
    regime::{Accepts, Attends, Start},
};

/// What a request takes by its own nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How many requests a connection carries.
    pub exchange: Exchange,
    /// How long it waits in the server.
    pub wait: Duration,
    /// How many calculations it then hands out.
    pub works: u32,
}

/// The time from the beginning until the last answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arithmetic {
    /// That it is, or that it is not less than.
    pub total: Duration,
    /// Whether it is that and nothing else.
    pub is_exact: bool,
    /// In numbers.
    pub formula: String,
}

impl Arithmetic {
    /// Of a plan; none where clients come or ask at intervals.
    pub fn of(plan: &Plan, load: &Load) -> Option<Self> {
        let is_at_once = |law: &dyn stats::Law| law.density(0.0).is_none() && law.mean() == 0.0;
        if !is_at_once(&*plan.arrivals) || !is_at_once(&*plan.gaps) {
            return None;
        }
        let terms = Terms::of(plan, load);
        let exact = terms.exact(plan);
        let exact = exact.filter(|_| is_undisturbed(plan, terms.clients));
        let is_exact = exact.is_some();
        let (total, formula) = exact.unwrap_or_else(|| terms.bound());
        Some(Self {
            total,
            is_exact,
            formula,
        })
    }
}

/// Nothing travels, nothing is switched, nobody is turned away.
fn is_undisturbed(plan: &Plan, connections: u32) -> bool {
    let has_places = match plan.backlog {
        Backlog::Unlimited => true,
        Backlog::Places(places) => connections <= places,
    };
    has_places && plan.latency.is_zero() && plan.costs.switch.is_zero()
}

/// The letters of the formulas.
struct Terms {
    clients: u32,
    requests: u32,
    exchange: Exchange,
    /// How often it is read for a client, at the least.
    reads: u32,
    wait: Duration,
    read: Duration,
    work: Duration,
    /// For each connection.
    making: Duration,
    at_once: Option<u32>,
    /// Processors that can be used at once, for what comes after the wait.
    processors: u32,
}

type Sum = (Duration, String);

impl Terms {
    fn of(plan: &Plan, load: &Load) -> Self {
        let (costs, regime) = (&plan.costs, &plan.regime);
        let start = match regime.start {
            Start::Nothing => Duration::ZERO,
            Start::Thread => costs.thread,
            Start::Process => costs.process,
        };
        let acceptor = u32::from(regime.accepts == Accepts::Acceptor);
        let processors = match regime.workers {
            Some(workers) if !regime.offload => plan.cores.min(workers + acceptor),
            _ => plan.cores,
        };
        // In an open loop all connections are made at once: as many clients that ask once.
        let is_spread = load.exchange == Exchange::OneShot && plan.loop_kind == Loop::Open;
        let (clients, requests) = match is_spread {
            true => (plan.clients.saturating_mul(plan.requests), 1),
            false => (plan.clients, plan.requests),
        };
        Self {
            clients,
            requests,
            reads: match plan.loop_kind {
                Loop::Closed => requests,
                // All that a session asks may be read at once.
                Loop::Open => 1,
            },
            exchange: load.exchange,
            wait: load.wait,
            read: costs.read,
            work: costs.work * load.works,
            making: costs.accept + start,
            at_once: match regime.attends {
                Attends::One => regime.workers,
                Attends::Its | Attends::All => None,
            },
            processors,
        }
    }

    fn exact(&self, plan: &Plan) -> Option<Sum> {
        let is_alone = self.requests == 1;
        let costs_reading = !self.read.is_zero();
        let costs_work = !self.work.is_zero();
        let costs_making = !self.making.is_zero();
        // What is calculated elsewhere is not in the way of the one who accepts.
        let is_one_by_one = self.at_once == Some(1) && !plan.regime.offload;
        let is_known = !costs_reading || self.reads == self.requests;
        match (costs_reading, costs_work, costs_making) {
            _ if is_one_by_one && is_known => Some(self.one_by_one()),
            (false, false, false) => Some(self.in_rounds()),
            (false, true, false) if self.at_once.is_none() && is_alone => self.shared(),
            (false, false, true) if self.at_once.is_none() && is_alone => {
                self.accepted_by_one(plan)
            }
            _ => None,
        }
    }

    /// Not less than any of these.
    fn bound(&self) -> Sum {
        let (rounds, formula) = self.in_rounds();
        let (own, processors) = (self.own_work(), self.processors);
        let busy = times(own, self.clients) / processors;
        match busy > rounds {
            true => (busy, format!("{} x {own:?} / {processors}", self.clients)),
            false => (rounds, formula),
        }
    }

    /// Processor time for one client.
    fn own_work(&self) -> Duration {
        let making = times(self.making, self.connections());
        making + times(self.read, self.reads) + times(self.work, self.requests)
    }

    fn connections(&self) -> u32 {
        match self.exchange {
            Exchange::Session => 1,
            Exchange::OneShot => self.requests,
        }
    }

    fn one_by_one(&self) -> Sum {
        let one = times(self.wait, self.requests) + self.own_work();
        (
            times(one, self.clients),
            format!("{} x {one:?}", self.clients),
        )
    }

    fn in_rounds(&self) -> Sum {
        let own = times(self.wait, self.requests);
        let Some(at_once) = self.at_once else {
            return (own, format!("{own:?}"));
        };
        match self.exchange {
            Exchange::Session => {
                let rounds = self.clients.div_ceil(at_once);
                (times(own, rounds), format!("{rounds} x {own:?}"))
            }
            Exchange::OneShot => {
                let all = u64::from(self.clients) * u64::from(self.requests);
                let rounds = all.div_ceil(at_once.into()).max(self.requests.into());
                let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
                let total = times(self.wait, rounds);
                (total, format!("{rounds} x {:?}", self.wait))
            }
        }
    }

    /// All wait at the same time, and then share the processors.
    fn shared(&self) -> Option<Sum> {
        let each = self.clients / self.processors;
        (self.clients.is_multiple_of(self.processors)).then(|| {
            let total = self.wait + times(self.work, each);
            (total, format!("{:?} + {each} x {:?}", self.wait, self.work))
        })
    }

    /// The last begins to wait when the last is accepted.
    fn accepted_by_one(&self, plan: &Plan) -> Option<Sum> {
        let is_by_one = matches!(plan.regime.workers, None | Some(1));
        is_by_one.then(|| {
            let total = times(self.making, self.clients) + self.wait;
            let formula = format!("{} x {:?} + {:?}", self.clients, self.making, self.wait);
            (total, formula)
        })
    }
}

fn times(duration: Duration, count: u32) -> Duration {
    duration.saturating_mul(count)
}
