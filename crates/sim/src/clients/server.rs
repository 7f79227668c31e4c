//! The server's half of the simulation: workers accept, attend and calculate, and take processor time for what costs
//! some.

use std::{mem, time::Duration};

use machine::{Input, Output};

use super::{
    calendar::{Event, Side},
    connection::{Key, Phase},
    cores::Run,
    regime::{Attends, Start},
    staff::{Job, Role},
    world::World,
};

impl World<'_> {
    /// A connection can be accepted.
    pub(super) fn wake_who_accepts(&mut self) {
        let acceptor = self.staff.acceptor();
        let woken = acceptor.or_else(|| self.staff.free(Role::Attendant));
        if let Some(worker) = woken {
            self.wake(worker);
        }
    }

    pub(super) fn came_to_server(&mut self, key: Key, count: u32) {
        if let Some(connection) = self.connections.get(key) {
            connection.served.incoming.came += count;
            self.look_at(key);
        }
    }

    pub(super) fn ended_to_server(&mut self, key: Key) {
        if let Some(connection) = self.connections.get(key) {
            connection.served.end_came = true;
            self.look_at(key);
        }
    }

    /// Something may have come for this connection: if so, it waits for its worker.
    pub(super) fn look_at(&mut self, key: Key) {
        let now = self.now();
        let Some(connection) = self.connections.get(key) else {
            return;
        };
        let served = &mut connection.served;
        if served.phase != Phase::Open || served.is_ready || !served.has_input(now) {
            return;
        }
        served.is_ready = true;
        let worker = served.worker;
        self.staff.enlist(key, worker);
        let woken = match self.staff.regime.attends {
            Attends::One | Attends::Its => Some(worker),
            Attends::All => self.staff.free(Role::Attendant),
        };
        if let Some(worker) = woken {
            self.wake(worker);
        }
    }

    fn wake(&mut self, worker: u32) {
        let state = self.staff.at(worker);
        if mem::replace(&mut state.is_busy, true) {
            return;
        }
        if let Some(rest) = self.advance(worker) {
            let run = self.cores.want(worker, rest);
            self.enter_run(run);
        }
    }

    /// The run of a processor has ended.
    pub(super) fn end_run(&mut self, core: u32) {
        let worker = match self.cores.expire(core) {
            Ok(worker) => worker,
            Err(run) => return self.enter_run(Some(run)),
        };
        let job = self.staff.at(worker).job.take();
        let job = job.expect("a worker with a processor has a job");
        let next = match self.perform(worker, job) {
            Performed::Next(next) => {
                self.staff.at(worker).job = next;
                self.advance(worker)
            }
            Performed::Gone => None,
        };
        let run = match next {
            Some(rest) => Some(self.cores.go_on(core, rest)),
            None => self.cores.leave(core),
        };
        self.enter_run(run);
    }

    fn enter_run(&mut self, run: Option<Run>) {
        if let Some((core, lasts)) = run {
            self.enter(lasts, Event::Slice(core));
        }
    }

    /// Has a worker do what takes no processor time, up to something that does; gives back how much.
    fn advance(&mut self, worker: u32) -> Option<Duration> {
        loop {
            let job = self.staff.at(worker).job.take();
            let Some(job) = job.or_else(|| self.next_job(worker)) else {
                self.staff.rest(worker);
                return None;
            };
            let cost = self.cost(worker, job);
            if !cost.is_zero() || !self.plan.costs.switch.is_zero() {
                self.staff.at(worker).job = Some(job);
                return Some(cost);
            }
            match self.perform(worker, job) {
                Performed::Next(next) => self.staff.at(worker).job = next,
                Performed::Gone => return None,
            }
        }
    }

    fn next_job(&mut self, number: u32) -> Option<Job> {
        let attends = self.staff.regime.attends;
        let worker = self.staff.at(number);
        match (worker.role, attends) {
            (Role::Acceptor, _) => {
                let has_room = self.staff.has_room();
                let key = has_room.then(|| self.listener.accept())?;
                key.map(Job::Accept)
            }
            (Role::Calculator, _) => self.staff.works.pop_front().map(Job::Work),
            (Role::Attendant, Attends::One) => match worker.connection {
                Some(key) => {
                    let is_ready = self.connections.at(key).served.is_ready;
                    is_ready.then_some(Job::Turn(key))
                }
                None => self.next_connection(),
            },
            (Role::Attendant, Attends::Its | Attends::All) => {
                let listener = &mut self.listener;
                self.staff.next_of_loop(number, || listener.accept())
            }
        }
    }

    /// For a worker that attends to one connection at a time, and has none.
    fn next_connection(&mut self) -> Option<Job> {
        let Some(acceptor) = self.staff.acceptor() else {
            return self.listener.accept().map(Job::Accept);
        };
        let key = self.staff.queue.pop_front()?;
        // There is a place in the queue.
        self.wake(acceptor);
        Some(Job::TakeUp(key))
    }

    fn cost(&mut self, worker: u32, job: Job) -> Duration {
        let costs = &self.plan.costs;
        match job {
            Job::Accept(_) if self.staff.at(worker).role == Role::Acceptor => {
                let start = match self.staff.regime.start {
                    Start::Nothing => Duration::ZERO,
                    Start::Thread => costs.thread,
                    Start::Process => costs.process,
                };
                costs.accept + start
            }
            Job::Accept(_) => costs.accept,
            Job::TakeUp(_) => Duration::ZERO,
            Job::Turn(key) => {
                let served = &self.connections.at(key).served;
                match served.incoming.came > 0 && !served.is_working {
                    true => costs.read,
                    false => Duration::ZERO,
                }
            }
            Job::Work(_) => costs.work,
        }
    }

    fn perform(&mut self, worker: u32, job: Job) -> Performed {
        match job {
            Job::Accept(key) => self.accepted(worker, key),
            Job::TakeUp(key) => self.take_up_connection(worker, key),
            Job::Turn(key) => {
                self.connections.at(key).served.is_ready = false;
                self.attend(key);
                self.follow_up(worker, key)
            }
            Job::Work(key) => {
                let served = &mut self.connections.at(key).served;
                served.is_given = false;
                let work = served.work.take();
                let result = work.expect("there is something to calculate").run();
                served.worked = Some(result);
                if self.staff.at(worker).role == Role::Calculator {
                    self.look_at(key);
                    return Performed::Next(None);
                }
                self.attend(key);
                self.follow_up(worker, key)
            }
        }
    }

    fn accepted(&mut self, worker: u32, key: Key) -> Performed {
        let now = self.now();
        self.accepted.record(now, &mut self.figures.connection_gaps);
        if self.staff.at(worker).role != Role::Acceptor {
            return self.take_up_connection(worker, key);
        }
        if self.staff.regime.workers.is_none() {
            let hired = self.staff.hire(Role::Attendant);
            self.staff.at(hired).job = Some(Job::TakeUp(key));
            self.wake(hired);
        } else {
            self.staff.queue.push_back(key);
            if let Some(free) = self.staff.free(Role::Attendant) {
                self.wake(free);
            }
        }
        Performed::Next(None)
    }

    fn take_up_connection(&mut self, worker: u32, key: Key) -> Performed {
        if self.staff.regime.attends == Attends::One {
            self.staff.at(worker).connection = Some(key);
        }
        let (now, service, words) = (self.now(), self.service, self.words);
        let connection = self.connections.at(key);
        let waited = now.nanos_since(connection.began);
        connection.served.worker = worker;
        connection.served.phase = Phase::Open;
        connection.served.machine = Some(service.session(words));
        self.figures.taken_up.record(waited);
        self.tell_server(key, Input::Start);
        self.follow_up(worker, key)
    }

    /// Tells a connection's machine what has come for it.
    fn attend(&mut self, key: Key) {
        let now = self.now();
        let served = &mut self.connections.at(key).served;
        if let Some(worked) = served.worked.take() {
            served.is_working = false;
            self.tell_server(key, Input::Worked(&worked));
        }
        if self.takes_input(key) {
            self.read(key);
        }
        // A timer that is set to the past has an event of its own: not more than a few at a time.
        for _ in 0..TIMERS_AT_ONCE {
            let served = &mut self.connections.at(key).served;
            if served.phase != Phase::Open {
                break;
            }
            let Some(timer) = served.wakes.pop_due(now) else {
                break;
            };
            self.tell_server(key, Input::Timer(timer));
        }
        let served = &mut self.connections.at(key).served;
        let has_ended = served.end_came && served.incoming.came == 0;
        if has_ended && !served.end_told && self.takes_input(key) {
            self.connections.at(key).served.end_told = true;
            self.tell_server(key, Input::Ended);
        }
        let served = &self.connections.at(key).served;
        let is_done = served.end_told && served.wakes.is_empty() && !served.is_working;
        if is_done && served.phase == Phase::Open {
            self.close_server(key);
        }
    }

    /// While something is calculated for it, nothing is read.
    fn takes_input(&mut self, key: Key) -> bool {
        let served = &self.connections.at(key).served;
        served.phase == Phase::Open && !served.is_working
    }

    fn read(&mut self, key: Key) {
        let served = &mut self.connections.at(key).served;
        if served.incoming.came == 0 {
            return;
        }
        let (bytes, came) = served.incoming.take();
        self.tell_server(key, Input::Received(&bytes[..came]));
        let served = &mut self.connections.at(key).served;
        served.incoming.put_back(bytes, came);
    }

    /// After a machine has been told something: what its worker does next.
    fn follow_up(&mut self, worker: u32, key: Key) -> Performed {
        let now = self.now();
        let served = &mut self.connections.at(key).served;
        if served.phase == Phase::Over {
            self.connections.leave(key);
            return self.release(worker);
        }
        if served.work.is_some() && !served.is_given {
            served.is_given = true;
            if !self.staff.regime.offload {
                return Performed::Next(Some(Job::Work(key)));
            }
            self.staff.works.push_back(key);
            if let Some(calculator) = self.staff.free(Role::Calculator) {
                self.wake(calculator);
            }
        }
        if self.connections.at(key).served.has_input(now) {
            self.look_at(key);
        }
        Performed::Next(None)
    }

    /// The connection is over: whoever attended to it alone is free, or gone if it was made for it.
    fn release(&mut self, worker: u32) -> Performed {
        if self.staff.regime.attends == Attends::One {
            self.staff.at(worker).connection = None;
            if self.staff.regime.workers.is_none() {
                self.staff.dismiss(worker);
                self.cores.forget(worker);
                return Performed::Gone;
            }
        }
        Performed::Next(None)
    }

    /// Hands an input to the server's machine and carries out what it wants.
    fn tell_server(&mut self, key: Key, input: Input<'_>) {
        let now = self.now();
        let mut out = mem::take(&mut self.outbox);
        let machine = self.connections.at(key).served.machine.as_mut();
        machine
            .expect("an open end has a machine")
            .handle(now, input, &mut out);
        let mut closes = false;
        for output in out.outputs() {
            match output {
                Output::Send(range) => {
                    let bytes = out.bytes(range);
                    self.connections.at(key).asker.incoming.send(bytes);
                    let came = Event::Came(Side::Client, key, bytes.len() as u32);
                    self.enter(self.plan.latency, came);
                }
                Output::Deliver { at, count, .. } => {
                    for _ in 0..*count {
                        let gaps = &mut self.figures.request_gaps;
                        self.delivered.record(*at, gaps);
                    }
                }
                Output::WakeAt { at, timer } => {
                    self.connections.at(key).served.wakes.set(*timer, *at);
                    let event = Event::Timer(Side::Server, key, *timer);
                    self.calendar.enter(*at, event);
                }
                Output::Cancel(timer) => self.connections.at(key).served.wakes.cancel(*timer),
                Output::Work(work) => {
                    let served = &mut self.connections.at(key).served;
                    served.work = Some(work.clone());
                    served.is_working = true;
                }
                Output::Close(_) => closes = true,
                Output::Note(_) | Output::Ready | Output::Answered(_) => {}
            }
        }
        out.clear();
        self.outbox = out;
        if closes {
            self.close_server(key);
        }
    }

    fn close_server(&mut self, key: Key) {
        let connection = self.connections.at(key);
        connection.served.phase = Phase::Over;
        connection.served.machine = None;
        if connection.asker.phase != Phase::Over {
            self.enter(self.plan.latency, Event::Ended(Side::Client, key));
        }
    }
}

/// What comes of something that a worker did.
enum Performed {
    /// What it has to do before anything else.
    Next(Option<Job>),
    /// It is gone.
    Gone,
}

/// Timers of a connection that come up together are few.
const TIMERS_AT_ONCE: usize = 16;
