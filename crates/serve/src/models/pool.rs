//! `pool`: a fixed number of threads that take connections from a bounded queue.
//!
//! ```text
//!   accept ─▶ queue ─▶ thread 1: serve to its end, take the next
//!             bounded  thread 2: serve to its end, take the next      … a client in the queue waits
//! ```
//!
//! What application servers do (POSA2, "Half-Sync/Half-Async"): no thread is made while a client waits, and
//! the number of threads is bounded. A session holds its thread, so as many idle clients as there are
//! threads stop everything; the queue's bound, and what happens past it, decide how overload feels.

use std::{
    collections::VecDeque,
    net::TcpListener,
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
};

use machine::Service;
use run::{Crew, Limits, Recorder, Run, TurnedAway};
use timing::Tick;

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    blocking::{Nudged, serve_connection},
    herd,
    model::NOTHING_SPECIAL,
    nudge::Ticks,
    room::{Room, bounded_size, is_full},
    staff::{Staff, spawn},
};

pub(super) const MODEL: Model = Model {
    name: "pool",
    short_name: "pool",
    about: "a bounded pool of threads",
    execution: "a fixed number of threads take connections from a bounded queue",
    memory: Memory::Shared,
    good_at: "short requests and overload: bounded threads, bounded queue",
    bad_at: "long or idle sessions: each holds a thread, and the others wait",
    file: file!(),
    choices: &[
        Choice::Size,
        Choice::Queue,
        Choice::Connections,
        Choice::Workers,
        Choice::WhenFull,
    ],
    at_once: |crew| Some(size(crew) as u64),
    slots: |limits, crew| herd::slots(bounded_size(size(crew), limits)),
    check: NOTHING_SPECIAL,
    serve,
};

fn size(crew: &Crew) -> usize {
    crew.size.unwrap_or(THREADS)
}

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let size = bounded_size(size(run.crew), run.limits);
    let pool = &Pool {
        staff: Staff::new(service, run, herd::slots(size))?,
        queue: Queue::default(),
        stopped_at: OnceLock::new(),
    };
    pool.staff.lead(|scope| {
        for _ in 0..size {
            let slot = run.shards.claim().expect("every thread has a slot");
            if let Err(error) = spawn(scope, move || pool.work(slot)) {
                pool.queue.close();
                return Err(ServeError::Workers(error));
            }
        }
        let accepted = pool.accept_all(listener);
        let _ = pool.stopped_at.set(run.clock.now());
        pool.queue.close();
        accepted
    })
}

struct Pool<'a> {
    staff: Staff<'a>,
    queue: Queue,
    /// When a stop was heard: the grace period of those in the queue runs from then on.
    stopped_at: OnceLock<Tick>,
}

impl Pool<'_> {
    /// The listener is closed at the end, so that nobody connects to a server that will not serve.
    fn accept_all(&self, listener: TcpListener) -> Result<(), ServeError> {
        let Staff { run, vacancy, .. } = &self.staff;
        let slot = run.shards.claim().expect("the acceptor has a slot");
        let recorder = Recorder::new(run, slot);
        let mut acceptor = Acceptor::new(listener, run);
        let mut ticks = Ticks::new(&self.staff.threads, run);
        loop {
            ticks.tick_if_due(run.clock.now());
            let bell = Some(vacancy.bell());
            match acceptor.next(&recorder, self.room(), bell, ticks.next_at())? {
                Arrival::Stop => return Ok(()),
                Arrival::Woken => vacancy.silence(),
                Arrival::Connection(connection) => self.queue.push(connection),
            }
        }
    }

    /// A queue of no places still hands over: to a thread that waits for a connection.
    fn room(&self) -> Room {
        let Staff { run, vacancy, .. } = &self.staff;
        let places = run.crew.queue.max(1);
        let has_room = || self.queue.len() < places && !is_full(run);
        let room = vacancy.find(|| has_room().then_some(()));
        let limit = match is_full(run) {
            true => TurnedAway::Connections,
            false => TurnedAway::Workers,
        };
        Room::when(room.is_some(), run.limits.when_full, limit)
    }

    /// For a connection that is taken up now: of the grace period, what is left of it.
    fn limits(&self) -> Limits {
        let limits = self.staff.run.limits.clone();
        let now = self.staff.run.clock.now();
        let gone = self.stopped_at.get().map(|&at| now.since(at));
        Limits {
            grace: limits.grace.saturating_sub(gone.unwrap_or_default()),
            ..limits
        }
    }

    fn work(&self, slot: u32) {
        let Staff { run, vacancy, .. } = &self.staff;
        let recorder = Recorder::new(run, slot);
        let _membership = self.staff.threads.join(slot);
        while let Some(connection) = self.queue.pop() {
            vacancy.tell();
            let limits = self.limits();
            let run = Run {
                limits: &limits,
                ..**run
            };
            let service = self.staff.service;
            serve_connection(&connection, service, &recorder, &run, Nudged::Yes);
            recorder.left();
            drop(connection);
            vacancy.tell();
        }
    }
}

/// Connections that wait for a thread.
#[derive(Default)]
struct Queue {
    state: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    connections: VecDeque<Connection>,
    is_closed: bool,
}

impl Queue {
    fn push(&self, connection: Connection) {
        self.state().connections.push_back(connection);
        self.filled.notify_one();
    }

    fn len(&self) -> usize {
        self.state().connections.len()
    }

    /// The next connection; none when the queue is closed and empty.
    fn pop(&self) -> Option<Connection> {
        let mut state = self.state();
        loop {
            if let Some(connection) = state.connections.pop_front() {
                return Some(connection);
            }
            if state.is_closed {
                return None;
            }
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What is in it is still served.
    fn close(&self) {
        self.state().is_closed = true;
        self.filled.notify_all();
    }

    /// A panic while it is held cannot leave it half changed.
    fn state(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Enough to keep two cores busy while most threads wait for a disk or a database.
const THREADS: usize = 64;
