//! One worker: a loop that sends what is due, attends to its connections, and sleeps in between.
//!
//! ```text
//!   ┌─▶ sleep until a request is due, a deadline passes, a socket is ready, a stop is asked for
//!   │   heed the stop ─▶ take up what is due ─▶ sockets ─▶ deadlines ─▶ drop what is over
//!   └────────────────────────────────────────────────────────────────────────┘
//! ```

use std::mem;

use history::Outcome;
use machine::{Exchange, Machine};
use rustix::{
    event::{PollFd, PollFlags},
    fd::OwnedFd,
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, ipproto, socket_with, sockopt::set_tcp_nodelay},
};
use timing::Tick;

use crate::{
    connection::{Connection, Desk},
    failure,
    job::Job,
    request::{Ending, Facts, Request},
    schedule::Schedule,
};

/// See the file's description.
pub(crate) struct Worker<'a> {
    job: &'a Job<'a>,
    desk: Desk<'a>,
    schedule: Schedule,
    connections: Vec<Connection>,
    /// What the sockets are ready for: the first is the stop, then one for each connection.
    readiness: Vec<PollFlags>,
    /// Made before the common start, for the first connection.
    spare: Option<Fresh>,
    /// How many connections have been made.
    made: u64,
    /// How many requests have been taken up.
    taken: u64,
    /// Whether the next request already waits for room.
    held_back: bool,
    /// No more requests are to be taken up, whatever the plan says.
    halted: bool,
    /// Until when to wait for answers, once a stop has been asked for.
    stopping: Option<Tick>,
    /// Of the last session.
    facts: Facts,
    /// What ended the session before its time, if no request has been ended by it.
    cause: Option<Outcome>,
}

/// A socket that is not connected, and the machine that is to speak on it.
struct Fresh {
    socket: OwnedFd,
    machine: Box<dyn Machine>,
}

impl<'a> Worker<'a> {
    /// Does everything that can be done before the common start. By the worker's own thread.
    pub(crate) fn prepare(job: &'a Job<'a>, index: u32) -> Self {
        run::make_punctual();
        let law = job.plan.law.clone();
        let mut worker = Self {
            job,
            desk: Desk::new(job, index),
            schedule: Schedule::new(law, job.plan.loop_kind, job.plan.seed, index),
            connections: Vec::new(),
            readiness: Vec::new(),
            spare: None,
            made: 0,
            taken: 0,
            held_back: false,
            halted: false,
            stopping: None,
            facts: Facts::default(),
            cause: None,
        };
        // What fails here is tried again, and counted, when the connection is needed.
        worker.spare = worker.fresh().ok();
        worker
    }

    /// Runs from the common start until every request has ended.
    pub(crate) fn run(mut self, start: Tick) {
        self.sleep_until(start);
        match self.job.exchange {
            Exchange::Session => self.open(None),
            Exchange::OneShot => self.schedule.begin(start),
        }
        self.drop_what_is_over();
        // A burst is due at once: its requests need not wait for a look at the sockets.
        self.take_up_what_is_due();
        self.drop_what_is_over();
        while !self.is_done() {
            self.sleep();
            self.heed_stop();
            self.take_up_what_is_due();
            self.attend();
            self.drop_what_is_over();
        }
        self.end_the_rest(start);
        self.desk.ledger.hand_on(self.job.clock.now());
        self.job.watcher.on_worker_done(self.desk.worker);
    }

    fn is_done(&self) -> bool {
        self.connections.is_empty() && (self.halted || self.taken == self.job.plan.intervals)
    }

    /// Whether one more request may be taken up now.
    fn has_room(&self) -> bool {
        match self.job.exchange {
            Exchange::Session => self.connections.first().is_some_and(Connection::has_room),
            Exchange::OneShot => self.connections.len() < self.job.open_limit,
        }
    }

    /// The next request's instant, unless it is not to be taken up.
    fn next_intended(&self) -> Option<Tick> {
        let more = !self.halted && self.taken < self.job.plan.intervals;
        self.schedule.next().filter(|_| more)
    }

    fn sleep_until(&self, start: Tick) {
        loop {
            let now = self.job.clock.now();
            if now >= start {
                return;
            }
            let mut fds = [PollFd::from_borrowed_fd(
                self.job.stop.soon_fd(),
                PollFlags::IN,
            )];
            // After an error nothing is marked as ready, and the next turn asks again.
            let _ = run::wait(&mut fds, Some(start.since(now)));
            if !fds[0].revents().is_empty() {
                return;
            }
        }
    }

    fn sleep(&mut self) {
        let due = self.next_intended().filter(|_| self.has_room());
        let deadlines = self
            .connections
            .iter_mut()
            .map(|connection| connection.deadline(&self.desk));
        let deadline = deadlines.chain([due, self.stopping]).flatten().min();
        let mut now = self.job.clock.now();
        let idle = deadline.is_none_or(|deadline| deadline.nanos_since(now) >= IDLE_NS);
        if idle && self.desk.ledger.is_stale(now) {
            self.desk.ledger.hand_on(now);
            now = self.job.clock.now();
        }
        let stop = match self.stopping {
            None => self.job.stop.soon_fd(),
            Some(_) => self.job.stop.at_once_fd(),
        };
        let mut fds = Vec::with_capacity(1 + self.connections.len());
        fds.push(PollFd::from_borrowed_fd(stop, PollFlags::IN));
        let sockets = self.connections.iter();
        fds.extend(sockets.map(|open| PollFd::from_borrowed_fd(open.fd(), open.interest())));
        // After an error nothing is marked as ready, and the next turn asks again.
        let _ = run::wait(&mut fds, deadline.map(|deadline| deadline.since(now)));
        self.readiness.clear();
        self.readiness.extend(fds.iter().map(PollFd::revents));
    }

    fn heed_stop(&mut self) {
        let now = self.job.clock.now();
        let asked = !self.readiness[0].is_empty();
        let grace_over = self.stopping.is_some_and(|until| now >= until);
        match self.stopping {
            None if asked => {
                self.halted = true;
                self.stopping = Some(now + self.job.plan.grace);
            }
            Some(_) if asked || grace_over => {
                for connection in &mut self.connections {
                    connection.fail(Outcome::Stopped, now, &mut self.desk);
                }
            }
            _ => {}
        }
    }

    fn take_up_what_is_due(&mut self) {
        // Answers wait meanwhile, so a worker that is far behind catches up by the portion.
        for _ in 0..REQUESTS_AT_ONCE {
            let Some(intended) = self.next_intended() else {
                return;
            };
            if intended > self.job.clock.now() {
                return;
            }
            if !self.has_room() {
                self.held_back = true;
                return;
            }
            let mut request = Request::new(self.taken, intended);
            request.departure.held_back = mem::take(&mut self.held_back);
            self.taken += 1;
            match self.job.exchange {
                Exchange::Session => self.connections[0].ask(request, &mut self.desk),
                Exchange::OneShot => self.open(Some(request)),
            }
            // After the sending, because it takes time to draw a gap.
            self.schedule.advance();
        }
    }

    fn attend(&mut self) {
        // Connections made since the sleep have no readiness yet, and stand behind all that have.
        for (connection, &flags) in self.connections.iter_mut().zip(&self.readiness[1..]) {
            if !flags.is_empty() && !connection.is_over() {
                connection.handle_readiness(flags, &mut self.desk);
            }
        }
        let now = self.job.clock.now();
        for connection in &mut self.connections {
            if connection
                .deadline(&self.desk)
                .is_some_and(|deadline| now >= deadline)
            {
                connection.handle_time(now, &mut self.desk);
            }
        }
        if self.stopping.is_some() {
            for connection in &mut self.connections {
                connection.stop(now, &mut self.desk);
            }
        }
    }

    /// Also learns from each connection what concerns the worker as a whole.
    fn drop_what_is_over(&mut self) {
        let mut index = 0;
        while index < self.connections.len() {
            let ready = self.connections[index].take_ready();
            if let (Exchange::Session, Some(at)) = (self.job.exchange, ready) {
                self.schedule.begin(at);
            }
            if !self.connections[index].is_over() {
                index += 1;
                continue;
            }
            let connection = self.connections.swap_remove(index);
            match self.job.exchange {
                Exchange::Session => {
                    self.halted = true;
                    self.facts = connection.facts();
                    self.cause = connection.cause();
                }
                Exchange::OneShot => self.halted |= self.nobody_is_there(&connection.facts()),
            }
        }
        if self.taken > 0 && self.taken == self.desk.ledger.ended_count() {
            self.schedule.resume(self.desk.ledger.last_ended());
        }
    }

    /// Whether there is no sense in trying on: this connection never stood, and no other has in the
    /// whole run. Else a plan of an hour would take an hour to say that nobody listens.
    fn nobody_is_there(&self, facts: &Facts) -> bool {
        facts.stood.is_none() && self.job.connected() == 0
    }

    /// Begins a connection; `due` is the request of a one-shot exchange.
    fn open(&mut self, due: Option<Request>) {
        let fresh = match self.spare.take() {
            Some(fresh) => Ok(fresh),
            None => self.fresh(),
        };
        match fresh {
            Ok(Fresh { socket, machine }) => {
                self.made += 1;
                let connection = Connection::begin(socket, machine, due, &mut self.desk);
                self.connections.push(connection);
            }
            Err(error) => {
                let outcome = failure::of_connecting(error);
                match due {
                    Some(request) => self.end(&request, outcome),
                    None => {
                        self.halted = true;
                        self.cause = Some(outcome);
                    }
                }
            }
        }
    }

    fn fresh(&self) -> Result<Fresh, Errno> {
        let family = match self.job.plan.target.is_ipv4() {
            true => AddressFamily::INET,
            false => AddressFamily::INET6,
        };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))?;
        // Else the kernel holds a small request back while an earlier one is not acknowledged.
        set_tcp_nodelay(&socket, true)?;
        let machine = self.job.factory.client(self.desk.worker, self.made);
        Ok(Fresh { socket, machine })
    }

    /// Ends the requests that were never taken up: they are part of what was asked for.
    fn end_the_rest(&mut self, start: Tick) {
        if self.taken == 0 && self.schedule.next().is_none() {
            self.schedule.begin(start);
        }
        while self.taken < self.job.plan.intervals {
            let intended = self.schedule.next().unwrap_or_else(|| self.job.clock.now());
            let outcome = self.cause.take().unwrap_or(Outcome::Stopped);
            let request = Request::new(self.taken, intended);
            self.end(&request, outcome);
            self.taken += 1;
            self.schedule.advance();
        }
    }

    /// Ends a request that no connection has.
    fn end(&mut self, request: &Request, outcome: Outcome) {
        let at = self.job.clock.now();
        let ending = Ending {
            outcome,
            at,
            reply_bytes: 0,
        };
        self.desk.ledger.ended(request, &self.facts, &ending);
    }
}

/// Requests taken up before the worker looks at its sockets again.
const REQUESTS_AT_ONCE: usize = 64;
/// With this long until something is due, there is time to hand samples on.
const IDLE_NS: u64 = 5_000_000;
