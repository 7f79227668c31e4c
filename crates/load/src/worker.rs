//! One worker: takes up the requests of its schedule and gives them to its connections.
//!
//! ```text
//!   host ── time, readiness ──▶ connection ──▶ mind it ──▶ take up what is due ──▶ enter deadlines
//!                                              over? ready? watch?
//! ```
//!
//! A worker does nothing of its own accord: its host calls it, and lends it the desk for that long. It
//! looks at the connection that it is called about and at those it gives requests to, never at all of
//! them, so the price of a turn does not grow with their number.

use std::mem;

use history::Outcome;
use machine::{Exchange, Machine};
use run::{Key, Slab};
use rustix::{event::PollFlags, fd::OwnedFd, io::Errno};
use timing::Tick;

use crate::{
    Loop,
    connection::Connection,
    desk::Desk,
    failure,
    job::Job,
    ledger::Account,
    request::{Ending, Facts, Request},
    schedule::Schedule,
    socket,
    token::{GENERATION_BITS, Token},
};

/// See the file's description.
pub(crate) struct Worker<'a> {
    job: &'a Job<'a>,
    index: u32,
    /// Its place in its host.
    place: u32,
    /// Kept here while the worker is not attended to.
    account: Account,
    schedule: Schedule,
    connections: Slab<Connection, GENERATION_BITS>,
    /// The connection that takes requests.
    current: Option<Key>,
    /// Made before the common start, for the first connection.
    spare: Option<Fresh>,
    /// How many connections have been made.
    made: u64,
    /// How many requests have been taken up.
    taken: u64,
    /// How many of those that ended the schedule has been told of.
    resumed: u64,
    /// Whether the next request already waits for room.
    held_back: bool,
    /// Whether there was no room for the next request of an open loop when it was looked at last.
    was_full: bool,
    phase: Phase,
    /// Of the last session.
    facts: Facts,
    /// What ended the session before its time, if no request has been ended by it.
    cause: Option<Outcome>,
    /// The earliest of its own entries among the deadlines.
    entered: Tick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The common start is still to come.
    Waiting,
    /// Requests are taken up.
    Working,
    /// No more requests are taken up, whatever the plan says.
    Halted,
    /// Nothing is outstanding any more, and the rest of the plan has been ended.
    Done,
}

/// A socket that is not connected, and the machine that is to speak on it.
struct Fresh {
    socket: OwnedFd,
    machine: Box<dyn Machine>,
}

impl<'a> Worker<'a> {
    /// Does everything that can be done before the common start. By the host's own thread.
    pub(crate) fn prepare(job: &'a Job<'a>, index: u32, place: u32) -> Self {
        let (law, plan) = (job.plan.law.clone(), job.plan);
        let mut worker = Self {
            job,
            index,
            place,
            account: Account::new(index),
            schedule: Schedule::new(law, plan.loop_kind, plan.pipeline, plan.seed, index),
            connections: Slab::new(),
            current: None,
            spare: None,
            made: 0,
            taken: 0,
            resumed: 0,
            held_back: false,
            was_full: false,
            phase: Phase::Waiting,
            facts: Facts::default(),
            cause: None,
            entered: Tick::MAX,
        };
        // What fails here is tried again, and counted, when the connection is needed.
        worker.spare = worker.fresh().ok();
        worker
    }

    /// Its own token, which comes up when a request is due.
    pub(crate) const fn token(&self) -> Token {
        Token::of_worker(self.place)
    }

    /// Enters the common start among the deadlines.
    pub(crate) fn enter_start(&mut self, start: Tick, desk: &mut Desk<'_>) {
        let token = self.token();
        desk.deadlines.enter(token, start, &mut self.entered);
    }

    /// Whether a deadline `at` this instant for `key` is still to be attended to.
    pub(crate) fn is_entered(&self, key: Option<Key>, at: Tick) -> bool {
        match key {
            None => self.entered == at,
            Some(key) => self.connections.get(key).is_some_and(|c| c.is_entered(at)),
        }
    }

    /// A deadline has come up: its own, or that of a connection.
    pub(crate) fn handle_time(&mut self, key: Option<Key>, start: Tick, desk: &mut Desk<'_>) {
        let now = desk.latest();
        match key {
            None => self.entered = Tick::MAX,
            Some(key) => {
                if let Some(connection) = self.connections.get_mut(key) {
                    connection.leave_deadlines();
                }
            }
        }
        self.attended(start, desk, |worker, desk| {
            let connection = key.and_then(|key| worker.connections.get_mut(key));
            if let (Some(connection), Some(key)) = (connection, key) {
                connection.handle_time(now, desk);
                worker.mind(key, desk);
            }
            if worker.phase == Phase::Waiting {
                worker.begin(start, desk);
            }
        });
    }

    /// The socket of a connection is ready for `flags`.
    pub(crate) fn handle_readiness(
        &mut self,
        key: Key,
        flags: PollFlags,
        start: Tick,
        desk: &mut Desk<'_>,
    ) {
        self.attended(start, desk, |worker, desk| {
            if let Some(connection) = worker.connections.get_mut(key) {
                connection.handle_readiness(flags, desk);
                worker.mind(key, desk);
            }
        });
    }

    /// A stop was asked for: takes up nothing more, and ends what waits for no answer.
    pub(crate) fn stop(&mut self, start: Tick, desk: &mut Desk<'_>) {
        self.attended(start, desk, |worker, desk| {
            if worker.phase == Phase::Done {
                return;
            }
            if !worker.is_through() {
                worker.job.cut_short();
            }
            worker.phase = Phase::Halted;
            for key in worker.connections.keys() {
                if let Some(connection) = worker.connections.get_mut(key) {
                    connection.stop(desk.latest(), desk);
                    worker.mind(key, desk);
                }
            }
        });
    }

    /// A second stop was asked for, or the time for the first is over: ends everything.
    pub(crate) fn give_up(&mut self, start: Tick, desk: &mut Desk<'_>) {
        self.attended(start, desk, |worker, desk| {
            for key in worker.connections.keys() {
                if let Some(connection) = worker.connections.get_mut(key) {
                    connection.fail(Outcome::Stopped, desk.latest(), desk);
                    worker.mind(key, desk);
                }
            }
        });
    }

    pub(crate) fn is_done(&self) -> bool {
        self.phase == Phase::Done
    }

    /// Does `what` with the worker's account on the desk, and then what follows from it.
    fn attended(
        &mut self,
        start: Tick,
        desk: &mut Desk<'_>,
        what: impl FnOnce(&mut Self, &mut Desk<'_>),
    ) {
        mem::swap(&mut self.account, &mut desk.ledger.account);
        what(self, desk);
        self.take_up_what_is_due(start, desk);
        if self.phase != Phase::Done && self.is_through() {
            self.end_the_rest(start, desk);
            self.phase = Phase::Done;
            desk.ledger.worker_done();
        }
        mem::swap(&mut self.account, &mut desk.ledger.account);
    }

    fn begin(&mut self, start: Tick, desk: &mut Desk<'_>) {
        self.phase = Phase::Working;
        match self.job.exchange {
            Exchange::Session => self.open(None, desk),
            Exchange::OneShot => self.schedule.begin(start),
        }
    }

    fn is_through(&self) -> bool {
        let no_more = match self.phase {
            Phase::Waiting => false,
            Phase::Working => self.taken == self.job.plan.intervals,
            Phase::Halted | Phase::Done => true,
        };
        no_more && self.connections.is_empty()
    }

    /// Whether one more request may be taken up now.
    fn has_room(&self) -> bool {
        let current = self.current.and_then(|key| self.connections.get(key));
        current.is_some_and(Connection::has_room)
            || (self.job.churns() && self.connections.len() < self.job.open_limit)
    }

    /// The next request's instant, unless it is not to be taken up.
    fn next_intended(&self) -> Option<Tick> {
        let more = self.phase == Phase::Working && self.taken < self.job.plan.intervals;
        self.schedule.next().filter(|_| more)
    }

    fn take_up_what_is_due(&mut self, start: Tick, desk: &mut Desk<'_>) {
        let end = self.job.plan.lasting.map(|lasting| start + lasting);
        let pipelined = self.job.plan.pipeline > 1;
        if let Some(connection) = self.current_mut().filter(|_| pipelined) {
            connection.cork();
        }
        // Answers wait meanwhile, so a worker that is far behind catches up by the portion.
        for _ in 0..REQUESTS_AT_ONCE {
            let Some(intended) = self.next_intended() else {
                break;
            };
            // What is intended after the end, or would be taken up after it, is not part of the run.
            if end.is_some_and(|end| intended > end || desk.latest() > end) {
                if end.is_some_and(|end| intended <= end) && self.was_full {
                    self.job.leave_behind();
                }
                self.halt(desk);
                break;
            }
            if !desk.has_come(intended) {
                break;
            }
            if !self.has_room() {
                self.held_back = true;
                break;
            }
            let mut request = Request::new(self.taken, intended);
            request.departure.held_back = mem::take(&mut self.held_back) || self.was_full;
            self.taken += 1;
            self.give(request, desk);
            // After the sending, because it takes time to draw a gap.
            self.schedule.advance();
            self.resume(desk);
        }
        self.uncork(desk);
        let next = self.next_intended();
        let due = next.filter(|_| self.has_room());
        self.was_full = self.job.plan.loop_kind == Loop::Open && next.is_some() && due.is_none();
        let (token, due) = (self.token(), due.unwrap_or(Tick::MAX));
        desk.deadlines.enter(token, due, &mut self.entered);
    }

    /// Gives a request to the connection that takes some, or makes one for it.
    fn give(&mut self, request: Request, desk: &mut Desk<'_>) {
        let key = self.current;
        let connection = self
            .current_mut()
            .filter(|connection| connection.has_room());
        match (connection, key) {
            (Some(connection), Some(key)) => {
                connection.take(request, desk);
                if self.job.plan.pipeline == 1 {
                    self.mind(key, desk);
                }
            }
            _ => {
                self.uncork(desk);
                self.open(Some(request), desk);
            }
        }
    }

    /// Sends what a pipeline has been given in this portion.
    fn uncork(&mut self, desk: &mut Desk<'_>) {
        let Some(key) = self.current.filter(|_| self.job.plan.pipeline > 1) else {
            return;
        };
        if let Some(connection) = self.connections.get_mut(key) {
            connection.uncork(desk);
        }
        self.mind(key, desk);
    }

    fn current_mut(&mut self) -> Option<&mut Connection> {
        self.connections.get_mut(self.current?)
    }

    /// Learns from a connection what concerns the worker as a whole, and drops it when it is over.
    fn mind(&mut self, key: Key, desk: &mut Desk<'_>) {
        let token = Token::of_connection(self.place, key);
        let Some(connection) = self.connections.get_mut(key) else {
            return;
        };
        if let Some(at) = connection.take_ready()
            && !self.schedule.has_begun()
        {
            self.schedule.begin(at);
        }
        if self.phase == Phase::Halted && connection.is_idle() {
            connection.retire();
        }
        if !connection.is_over() {
            connection.watch(token, desk);
        }
        if connection.is_over() {
            desk.poller.remove(token);
            let connection = self.connections.remove(key).expect("it was there");
            self.current = self.current.filter(|&current| current != key);
            self.learn_from(&connection, desk);
        }
        self.resume(desk);
    }

    /// What the end of a connection means for the worker.
    fn learn_from(&mut self, connection: &Connection, desk: &Desk<'_>) {
        let facts = connection.facts();
        let is_whole_session = self.job.exchange == Exchange::Session && !self.job.churns();
        if is_whole_session || self.nobody_is_there(&facts) {
            self.phase = Phase::Halted;
            self.cause = connection.cause();
        }
        if self.job.exchange == Exchange::Session {
            self.facts = facts;
            if self.job.churns() && !self.schedule.has_begun() {
                // It broke off before it was ready; the next is made when a request needs it.
                self.schedule.begin(desk.latest());
            }
        }
    }

    /// Whether there is no sense in trying on: this connection never stood, and no other has in the
    /// whole run. Else a plan of an hour would take an hour to say that nobody listens.
    fn nobody_is_there(&self, facts: &Facts) -> bool {
        facts.stood.is_none() && self.job.connected() == 0
    }

    /// Tells the schedule of the requests that have ended.
    fn resume(&mut self, desk: &Desk<'_>) {
        let account = &desk.ledger.account;
        if self.job.plan.loop_kind == Loop::Closed {
            while self.resumed < account.ended {
                self.resumed += 1;
                self.schedule.resume(account.last_ended);
            }
        }
    }

    /// Takes up nothing more because time is over; what is outstanding is awaited.
    fn halt(&mut self, desk: &mut Desk<'_>) {
        self.phase = Phase::Halted;
        for key in self.connections.keys() {
            self.mind(key, desk);
        }
    }

    /// Makes a connection; `due` is the request that it is made for.
    fn open(&mut self, due: Option<Request>, desk: &mut Desk<'_>) {
        let fresh = match self.spare.take() {
            Some(fresh) => Ok(fresh),
            None => self.fresh(),
        };
        match fresh {
            Ok(Fresh { socket, machine }) => {
                self.made += 1;
                // The request that it is made for has been taken up already.
                let left = self.job.plan.intervals - self.taken + u64::from(due.is_some());
                let capacity = self.job.capacity().min(left);
                let connection = Connection::begin(socket, machine, capacity, due, desk);
                let key = self.connections.insert(connection);
                self.current = Some(key);
                self.mind(key, desk);
            }
            Err(error) => {
                let outcome = failure::of_connecting(error);
                match due {
                    Some(request) => self.end(&request, outcome, desk),
                    None => {
                        self.phase = Phase::Halted;
                        self.cause = Some(outcome);
                    }
                }
            }
        }
    }

    fn fresh(&self) -> Result<Fresh, Errno> {
        let nth = u64::from(self.index) + self.made;
        let socket = socket::open(self.job.plan.target, self.job.sources, nth)?;
        let machine = self.job.factory.client(self.index, self.made);
        Ok(Fresh { socket, machine })
    }

    /// Ends the requests that were never taken up: they are part of what was asked for. In a run that
    /// lasts for a time they are not, but for the one that would have gone to a session that broke off.
    fn end_the_rest(&mut self, start: Tick, desk: &mut Desk<'_>) {
        let lasts = self.job.plan.lasting.is_some();
        let rest = match lasts {
            true => u64::from(self.cause.is_some_and(|cause| cause != Outcome::Stopped)),
            false => u64::MAX,
        };
        let rest = rest.min(self.job.plan.intervals - self.taken);
        if self.taken == 0 && self.schedule.next().is_none() {
            self.schedule.begin(start);
        }
        for _ in 0..rest {
            let intended = self.schedule.next().unwrap_or_else(|| desk.now());
            let outcome = self.cause.take().unwrap_or(Outcome::Stopped);
            let request = Request::new(self.taken, intended);
            self.end(&request, outcome, desk);
            self.taken += 1;
            self.schedule.advance();
        }
    }

    /// Ends a request that no connection has.
    fn end(&mut self, request: &Request, outcome: Outcome, desk: &mut Desk<'_>) {
        let ending = Ending {
            outcome,
            at: desk.now(),
            reply_bytes: 0,
        };
        desk.ledger.ended(request, &self.facts, &ending);
    }
}

/// Requests taken up before the host looks at its sockets again.
const REQUESTS_AT_ONCE: usize = 64;
