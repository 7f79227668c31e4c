//! What all workers of a run share.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};

use machine::{ClientFactory, Exchange};
use run::Stop;
use timing::Clock;

use crate::{Plan, Watcher, tally::Tally};

/// One run, as its workers see it.
pub(crate) struct Job<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) factory: &'a dyn ClientFactory,
    pub(crate) exchange: Exchange,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) stop: &'a Stop,
    pub(crate) watcher: &'a dyn Watcher,
    /// Most connections that a worker holds at once, as far as descriptors allow.
    pub(crate) open_limit: usize,
    ended: AtomicU64,
    connected: AtomicU64,
    tally: Mutex<Tally>,
}

impl<'a> Job<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        factory: &'a dyn ClientFactory,
        clock: &'a dyn Clock,
        stop: &'a Stop,
        watcher: &'a dyn Watcher,
        open_limit: usize,
    ) -> Self {
        Self {
            plan,
            factory,
            exchange: factory.exchange(),
            clock,
            stop,
            watcher,
            open_limit,
            ended: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            tally: Mutex::new(Tally::new(factory.exchange())),
        }
    }

    /// How many requests one connection carries.
    pub(crate) fn capacity(&self) -> u64 {
        match self.exchange {
            Exchange::Session => self.plan.intervals,
            Exchange::OneShot => 1,
        }
    }

    /// One more request has ended.
    pub(crate) fn count_ended(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// One more connection stands.
    pub(crate) fn count_connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections have stood.
    pub(crate) fn connected(&self) -> u64 {
        self.connected.load(Ordering::Relaxed)
    }

    /// What all workers have counted.
    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("nobody panics while counting")
    }
}
