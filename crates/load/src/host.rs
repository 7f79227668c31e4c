//! A thread that runs one worker or many: a loop over their deadlines and their sockets.
//!
//! ```text
//!   ┌─▶ sleep until a deadline passes, a socket is ready, a stop is asked for
//!   │   heed the stop ─▶ what is due, the earliest first ─▶ sockets that are ready
//!   └──────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Both clients of a plan are this loop: a thread for each worker, or a few threads with many. What a turn
//! costs depends on what is due and ready in it, not on how much waits.

use std::ops::Range;

use rustix::event::{PollFd, PollFlags};
use timing::Tick;

use crate::{
    LoadError, desk::Desk, job::Job, poller::Poller, table, token::Token, usage::Meter,
    worker::Worker,
};

/// See the file's description.
pub(crate) struct Host<'a> {
    job: &'a Job<'a>,
    desk: Desk<'a>,
    workers: Vec<Worker<'a>>,
    /// How many workers are not done.
    live: usize,
    /// What the last sleep was ended by.
    ready: Vec<(Token, PollFlags)>,
    /// Until when to wait for answers, once a stop has been asked for.
    stopping: Option<Tick>,
    start: Tick,
}

/// What a host is to be.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    /// Which workers it runs.
    pub(crate) workers: Range<u32>,
    /// Whether it takes a descriptor table of its own.
    pub(crate) has_own_table: bool,
    /// Whether it may come to hold many connections.
    pub(crate) holds_many: bool,
}

impl<'a> Host<'a> {
    /// Does everything that can be done before the common start. By the host's own thread.
    ///
    /// # Errors
    /// When the system refuses a descriptor table, or a descriptor for the poller.
    pub(crate) fn prepare(job: &'a Job<'a>, seat: &Seat) -> Result<Self, LoadError> {
        run::make_punctual();
        if seat.has_own_table {
            table::split(job.stop)?;
        }
        let poller = match seat.holds_many {
            true => Poller::many(job.stop).map_err(LoadError::Poller)?,
            false => Poller::few(job.stop),
        };
        let places = seat.workers.clone().zip(0..);
        let workers: Vec<_> = places
            .map(|(index, place)| Worker::prepare(job, index, place))
            .collect();
        Ok(Self {
            job,
            desk: Desk::new(job, poller),
            live: workers.len(),
            workers,
            ready: Vec::new(),
            stopping: None,
            start: Tick::ZERO,
        })
    }

    /// Runs from the common start until every request has ended.
    pub(crate) fn run(mut self, start: Tick) {
        self.start = start;
        let meter = Meter::begin(start);
        for worker in &mut self.workers {
            worker.enter_start(start, &mut self.desk);
        }
        let asked = self.sleep_until(start);
        self.desk.now();
        self.heed_stop(asked);
        // A burst is due at once: its requests need not wait for a look at the sockets.
        self.call_what_is_due();
        while self.live > 0 {
            let asked = self.sleep();
            self.heed_stop(asked);
            self.call_what_is_due();
            self.attend();
            self.desk.ledger.count();
        }
        let now = self.desk.now();
        self.job.host_ended(meter.end(now));
        self.desk.ledger.hand_on(now);
    }

    /// Says whether it was woken by a request to stop.
    fn sleep_until(&self, start: Tick) -> bool {
        loop {
            let now = self.job.clock.now();
            if now >= start {
                return false;
            }
            let mut fds = [PollFd::from_borrowed_fd(
                self.job.stop.soon_fd(),
                PollFlags::IN,
            )];
            // After an error nothing is marked as ready, and the next turn asks again.
            let _ = run::wait(&mut fds, Some(start.since(now)));
            if !fds[0].revents().is_empty() {
                return true;
            }
        }
    }

    /// Says whether a stop was asked for.
    fn sleep(&mut self) -> bool {
        let deadlines = [self.desk.deadlines.next_at(), self.stopping];
        let deadline = deadlines.into_iter().flatten().min();
        let mut now = self.desk.now();
        let idle = deadline.is_none_or(|deadline| deadline.nanos_since(now) >= IDLE_NS);
        if idle && self.desk.ledger.is_stale(now) {
            self.desk.ledger.hand_on(now);
            now = self.desk.now();
        }
        let left = deadline.map(|deadline| deadline.since(now));
        let asked = self.desk.poller.wait(left, &mut self.ready);
        self.desk.now();
        asked
    }

    fn heed_stop(&mut self, asked: bool) {
        let now = self.desk.latest();
        let grace_over = self.stopping.is_some_and(|until| now >= until);
        match self.stopping {
            None if asked => {
                self.stopping = Some(now + self.job.plan.grace);
                self.desk.poller.heed_stop();
                self.for_each(Worker::stop);
            }
            Some(_) if asked || grace_over => self.for_each(Worker::give_up),
            _ => {}
        }
    }

    fn for_each(&mut self, mut what: impl FnMut(&mut Worker<'a>, Tick, &mut Desk<'a>)) {
        for worker in self.workers.iter_mut().filter(|worker| !worker.is_done()) {
            what(worker, self.start, &mut self.desk);
            self.live -= usize::from(worker.is_done());
        }
    }

    fn call_what_is_due(&mut self) {
        for _ in 0..DUE_AT_ONCE {
            let now = self.desk.latest();
            let Some((at, token)) = self.desk.deadlines.pop_due(now) else {
                break;
            };
            let worker = &mut self.workers[token.place()];
            if worker.is_entered(token.key(), at) && !worker.is_done() {
                worker.handle_time(token.key(), self.start, &mut self.desk);
                self.live -= usize::from(worker.is_done());
            }
        }
        // Connections that come and go leave deadlines behind, far ahead.
        let workers = &self.workers;
        let is_of_use = |at, token: Token| workers[token.place()].is_entered(token.key(), at);
        self.desk.deadlines.sweep(is_of_use);
    }

    fn attend(&mut self) {
        for &(token, flags) in &self.ready {
            let worker = &mut self.workers[token.place()];
            if let Some(key) = token.key().filter(|_| !worker.is_done()) {
                worker.handle_readiness(key, flags, self.start, &mut self.desk);
                self.live -= usize::from(worker.is_done());
            }
        }
    }
}

/// With this long until something is due, there is time to hand samples on.
const IDLE_NS: u64 = 5_000_000;
/// Deadlines that are attended to before the host looks at its sockets again.
const DUE_AT_ONCE: usize = 64;
