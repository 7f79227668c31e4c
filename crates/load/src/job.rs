//! What all workers of a run share.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use machine::{ClientFactory, Exchange};
use run::Stop;
use timing::Clock;

use crate::{Plan, Watcher, descriptors::Room, sources::Sources, tally::Tally, usage::Usage};

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
    /// Where connections come from.
    pub(crate) sources: Sources,
    cut: AtomicBool,
    left_behind: AtomicU64,
    ended: AtomicU64,
    connected: AtomicU64,
    usages: Mutex<Vec<Usage>>,
    tally: Mutex<Tally>,
}

impl<'a> Job<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        factory: &'a dyn ClientFactory,
        clock: &'a dyn Clock,
        stop: &'a Stop,
        watcher: &'a dyn Watcher,
        room: &Room,
    ) -> Self {
        Self {
            plan,
            factory,
            exchange: factory.exchange(),
            clock,
            stop,
            watcher,
            open_limit: room.share,
            sources: room.sources,
            cut: AtomicBool::new(false),
            left_behind: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            connected: AtomicU64::new(0),
            usages: Mutex::default(),
            tally: Mutex::new(Tally::new(factory.exchange())),
        }
    }

    /// How many requests one connection carries at most.
    pub(crate) fn capacity(&self) -> u64 {
        match (self.exchange, self.plan.per_connection) {
            (Exchange::OneShot, _) => 1,
            (Exchange::Session, Some(most)) => most.min(self.plan.intervals),
            (Exchange::Session, None) => self.plan.intervals,
        }
    }

    /// Whether a worker makes one connection after another, each when a request needs it.
    pub(crate) fn churns(&self) -> bool {
        self.exchange == Exchange::OneShot || self.plan.per_connection.is_some()
    }

    /// A worker was told to stop before it was done.
    pub(crate) fn cut_short(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }

    /// Whether one was.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    /// Time is over for a worker that held a request back for want of room.
    pub(crate) fn leave_behind(&self) {
        self.left_behind.fetch_add(1, Ordering::Relaxed);
    }

    /// How many workers did.
    pub(crate) fn left_behind(&self) -> u64 {
        self.left_behind.load(Ordering::Relaxed)
    }

    /// A host has nothing left to do.
    pub(crate) fn host_ended(&self, usage: Usage) {
        if let Ok(mut usages) = self.usages.lock() {
            usages.push(usage);
        }
    }

    /// What the hosts that have ended used.
    pub(crate) fn usages(&self) -> Vec<Usage> {
        self.usages
            .lock()
            .map_or_else(|_| Vec::new(), |usages| usages.clone())
    }

    /// So many more requests have ended.
    pub(crate) fn count_ended(&self, count: u64) {
        self.ended.fetch_add(count, Ordering::Relaxed);
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
