//! The simulation itself: time goes from event to event, and clients do what their schedules and machines say.
//!
//! The server's half of it is in `server.rs`. Clients have a processor each: what they do takes no time.

use std::{mem, time::Duration};

use machine::{Answer, ClientFactory, Exchange, Input, Outbox, Output, PrivateWords, Service};
use timing::Tick;

use super::{
    calendar::{Calendar, Event, Side},
    connection::{Connections, Key, Phase, Request},
    cores::Cores,
    crowd::Crowd,
    figures::{Arrivals, Ending, Figures},
    listener::{Listener, retry_after},
    plan::{Loop, Plan, PlanError, WhenFull},
    staff::Staff,
};

/// Has the clients that `factory` makes ask the server that `service` makes, as planned, until nothing can happen any
/// more.
///
/// # Errors
/// When the plan is out of range.
///
/// # Panics
/// When a machine does.
pub fn simulate(
    plan: &Plan,
    service: &dyn Service,
    factory: &dyn ClientFactory,
) -> Result<Figures, PlanError> {
    plan.check()?;
    let words = PrivateWords::new(service.shared_words());
    let mut world = World {
        plan,
        service,
        words: &words,
        factory,
        calendar: Calendar::default(),
        connections: Connections::default(),
        crowd: Crowd::new(plan),
        listener: Listener::new(plan.backlog),
        staff: Staff::new(plan.regime, plan.cores),
        cores: Cores::new(plan.cores, plan.slice, plan.costs.switch),
        outbox: Outbox::watched(false).only_counting(true),
        figures: Figures::default(),
        open: 0,
        accepted: Arrivals::default(),
        delivered: Arrivals::default(),
    };
    let first = world.crowd.arrival();
    world.enter(first, Event::Begin(0));
    while let Some(event) = world.calendar.next() {
        world.handle(event);
    }
    Ok(world.conclude())
}

pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) service: &'a dyn Service,
    pub(super) words: &'a PrivateWords,
    factory: &'a dyn ClientFactory,
    pub(super) calendar: Calendar,
    pub(super) connections: Connections<'a>,
    crowd: Crowd,
    pub(super) listener: Listener,
    pub(super) staff: Staff,
    pub(super) cores: Cores,
    pub(super) outbox: Outbox,
    pub(super) figures: Figures,
    /// Connections that stand.
    open: u64,
    pub(super) accepted: Arrivals,
    pub(super) delivered: Arrivals,
}

impl World<'_> {
    pub(super) const fn now(&self) -> Tick {
        self.calendar.now()
    }

    /// Enters what happens after so long.
    pub(super) fn enter(&mut self, after: Duration, event: Event) {
        self.calendar.enter(self.now() + after, event);
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Begin(client) => self.begin(client),
            Event::Due(client) => self.take_up(client),
            Event::Knock(key) => self.knock(key),
            Event::Stands(key) => self.stand(key),
            Event::Queued(key) => self.queue(key),
            Event::Refused(key) => self.fail_to_connect(key, Ending::Refused),
            Event::GivenUp(key) => self.fail_to_connect(key, Ending::TimedOut),
            Event::Came(Side::Server, key, count) => self.came_to_server(key, count),
            Event::Ended(Side::Server, key) => self.ended_to_server(key),
            Event::Timer(Side::Server, key, _) => self.look_at(key),
            Event::Came(Side::Client, key, count) => self.receive(key, count),
            Event::Ended(Side::Client, key) => self.lose(key),
            Event::Timer(Side::Client, key, _) => self.wake_client(key),
            Event::Slice(core) => self.end_run(core),
        }
    }

    fn conclude(self) -> Figures {
        let mut figures = self.figures;
        let ended: u64 = figures.endings.iter().sum();
        figures.end(Ending::Unanswered, self.plan.asked() - ended);
        Figures {
            busy: self.cores.busy,
            switches: self.cores.switches,
            workers_max: self.staff.most,
            backlog_max: self.listener.most,
            overflows: self.listener.overflows,
            events: self.calendar.passed(),
            ..figures
        }
    }

    /// A client begins, and with it the gap to the next.
    fn begin(&mut self, client: u32) {
        if client + 1 < self.plan.clients {
            let gap = self.crowd.arrival();
            self.enter(gap, Event::Begin(client + 1));
        }
        match self.factory.exchange() {
            Exchange::Session => {
                let session = self.connect(client, 0, None);
                self.crowd.clients[client as usize].session = session;
            }
            Exchange::OneShot => self.schedule(client, self.now()),
        }
    }

    /// The gap before the next request of a client counts from `origin`.
    fn schedule(&mut self, client: u32, origin: Tick) {
        let place = client as usize;
        if self.crowd.clients[place].taken < self.plan.requests {
            let intended = origin + self.crowd.gap(client);
            self.crowd.clients[place].intended = intended;
            self.calendar.enter(intended, Event::Due(client));
        }
    }

    fn take_up(&mut self, client: u32) {
        let state = &mut self.crowd.clients[client as usize];
        if state.taken == self.plan.requests {
            return;
        }
        let (number, intended, session) = (state.taken, state.intended, state.session);
        state.taken += 1;
        match self.factory.exchange() {
            Exchange::Session => self.ask(session, intended),
            Exchange::OneShot => {
                self.connect(client, number, Some(intended));
            }
        }
        if self.plan.loop_kind == Loop::Open {
            self.schedule(client, intended);
        }
    }

    fn connect(&mut self, client: u32, number: u32, due: Option<Tick>) -> Key {
        let key = self.connections.begin(client, number, self.now());
        self.connections.at(key).asker.due = due;
        self.enter(self.plan.latency, Event::Knock(key));
        key
    }

    /// A place of the listener is taken when a connection begins to be made; it can be accepted once it is made.
    fn knock(&mut self, key: Key) {
        let (latency, now) = (self.plan.latency, self.now());
        if self.listener.admit() {
            if latency.is_zero() {
                // Of two that knock at one instant, the second must find the place that the first has left.
                self.stand(key);
                return self.queue(key);
            }
            self.enter(latency, Event::Stands(key));
            return self.enter(latency * 2, Event::Queued(key));
        }
        if self.plan.when_full == WhenFull::Refuse {
            return self.enter(latency, Event::Refused(key));
        }
        let connection = self.connections.at(key);
        let wait = retry_after(connection.knocks);
        connection.knocks += 1;
        let gives_up = connection.began + self.plan.connect_timeout;
        let again = now + wait;
        let is_too_late = again >= gives_up + latency;
        match is_too_late {
            true => self.calendar.enter(gives_up, Event::GivenUp(key)),
            false => self.calendar.enter(again, Event::Knock(key)),
        }
    }

    fn queue(&mut self, key: Key) {
        self.listener.queue(key);
        self.wake_who_accepts();
    }

    fn stand(&mut self, key: Key) {
        let now = self.now();
        self.open += 1;
        self.figures.open_max = self.figures.open_max.max(self.open);
        let connection = self.connections.at(key);
        self.figures
            .connect
            .record(now.nanos_since(connection.began));
        let (client, number) = (connection.client, connection.number);
        connection.asker.phase = Phase::Open;
        connection.asker.machine = Some(self.factory.client(client, number.into()));
        self.tell_client(key, Input::Start);
    }

    fn fail_to_connect(&mut self, key: Key, ending: Ending) {
        let connection = self.connections.at(key);
        connection.asker.phase = Phase::Over;
        connection.served.phase = Phase::Over;
        let client = connection.client;
        let has_request = connection.asker.due.is_some();
        self.connections.leave(key);
        match has_request {
            true => self.end(client, ending),
            false => self.end_session(client, ending),
        }
    }

    /// A request of this client has ended.
    fn end(&mut self, client: u32, ending: Ending) {
        self.figures.end(ending, 1);
        self.figures.total = self.now().since(Tick::ZERO);
        if self.plan.loop_kind == Loop::Closed {
            self.schedule(client, self.now());
        }
    }

    /// A session is over: what was not asked is not asked any more.
    fn end_session(&mut self, client: u32, ending: Ending) {
        let state = &mut self.crowd.clients[client as usize];
        let rest = self.plan.requests - mem::replace(&mut state.taken, self.plan.requests);
        if rest > 0 {
            self.figures.end(ending, rest.into());
            self.figures.total = self.now().since(Tick::ZERO);
        }
    }

    fn ask(&mut self, key: Key, intended: Tick) {
        let sent = self.now();
        let connection = self.connections.at(key);
        let number = u64::from(connection.asker.asked);
        connection.asker.asked += 1;
        connection.asker.requests.push(Request { intended, sent });
        let unix_millis = ORIGIN_UNIX_MILLIS + sent.as_nanos() / 1_000_000;
        let ask = Input::Ask {
            number,
            unix_millis,
        };
        self.tell_client(key, ask);
    }

    fn receive(&mut self, key: Key, count: u32) {
        let Some(connection) = self.connections.get(key) else {
            return;
        };
        if connection.asker.phase != Phase::Open {
            return;
        }
        connection.asker.incoming.came += count;
        let (bytes, came) = connection.asker.incoming.take();
        self.tell_client(key, Input::Received(&bytes[..came]));
        if let Some(connection) = self.connections.get(key) {
            connection.asker.incoming.put_back(bytes, came);
        }
    }

    /// The server has closed.
    fn lose(&mut self, key: Key) {
        if self.is_client_open(key) {
            self.tell_client(key, Input::Ended);
        }
        if self.is_client_open(key) {
            self.close_client(key);
        }
    }

    fn wake_client(&mut self, key: Key) {
        let now = self.now();
        while self.is_client_open(key)
            && let Some(timer) = self.connections.at(key).asker.wakes.pop_due(now)
        {
            self.tell_client(key, Input::Timer(timer));
        }
    }

    fn is_client_open(&mut self, key: Key) -> bool {
        let connection = self.connections.get(key);
        connection.is_some_and(|connection| connection.asker.phase == Phase::Open)
    }

    /// Hands an input to the client's machine and carries out what it wants.
    fn tell_client(&mut self, key: Key, input: Input<'_>) {
        let now = self.now();
        let mut out = mem::take(&mut self.outbox);
        let machine = self.connections.at(key).asker.machine.as_mut();
        machine
            .expect("an open end has a machine")
            .handle(now, input, &mut out);
        let (mut is_ready, mut closes) = (false, false);
        for output in out.outputs() {
            match output {
                Output::Send(range) => {
                    let bytes = out.bytes(range);
                    self.connections.at(key).served.incoming.send(bytes);
                    let came = Event::Came(Side::Server, key, bytes.len() as u32);
                    self.enter(self.plan.latency, came);
                }
                Output::WakeAt { at, timer } => {
                    self.connections.at(key).asker.wakes.set(*timer, *at);
                    self.calendar
                        .enter(*at, Event::Timer(Side::Client, key, *timer));
                }
                Output::Cancel(timer) => self.connections.at(key).asker.wakes.cancel(*timer),
                Output::Answered(answer) => self.answered(key, answer),
                Output::Ready => is_ready = true,
                Output::Close(_) => closes = true,
                Output::Deliver { .. } | Output::Work(_) | Output::Note(_) => {}
            }
        }
        out.clear();
        self.outbox = out;
        if closes || self.has_all(key) {
            self.close_client(key);
        } else if is_ready {
            self.on_ready(key);
        }
    }

    /// Whether nothing more will be asked on this connection, and all that was is answered.
    fn has_all(&mut self, key: Key) -> bool {
        let most = match self.factory.exchange() {
            Exchange::Session => self.plan.requests,
            Exchange::OneShot => 1,
        };
        let asker = &self.connections.at(key).asker;
        asker.asked == most && asker.requests.is_empty()
    }

    fn on_ready(&mut self, key: Key) {
        let connection = self.connections.at(key);
        let (client, due) = (connection.client, connection.asker.due.take());
        match due {
            Some(intended) => self.ask(key, intended),
            None => self.schedule(client, self.now()),
        }
    }

    fn answered(&mut self, key: Key, answer: &Answer) {
        let now = self.now();
        let connection = self.connections.at(key);
        let client = connection.client;
        let request = connection.asker.requests.pop();
        match (answer, request) {
            (Answer::Right { .. }, Some(request)) => {
                let figures = &mut self.figures;
                figures.response.record(now.nanos_since(request.intended));
                figures.service.record(now.nanos_since(request.sent));
                self.end(client, Ending::Right);
            }
            (Answer::Right { .. }, None) => {}
            (Answer::Wrong { expected, found }, request) => {
                self.figures.keep_wrong(expected, found);
                // One that nobody asked for is no request's end.
                if request.is_some() {
                    self.end(client, Ending::Wrong);
                }
            }
        }
    }

    /// The client sends and takes nothing any more; what it had asked and has no answer for ends.
    fn close_client(&mut self, key: Key) {
        self.open -= 1;
        let connection = self.connections.at(key);
        connection.asker.phase = Phase::Over;
        connection.asker.machine = None;
        let client = connection.client;
        let (is_due, mut left) = (connection.asker.due.is_some(), 0_u32);
        while connection.asker.requests.pop().is_some() {
            left += 1;
        }
        if connection.served.phase != Phase::Over {
            self.enter(self.plan.latency, Event::Ended(Side::Server, key));
        }
        for _ in 0..left + u32::from(is_due) {
            self.end(client, Ending::Closed);
        }
        if self.factory.exchange() == Exchange::Session {
            self.end_session(client, Ending::Closed);
        }
        self.connections.leave(key);
    }
}

/// The civil time at which every simulation begins, for protocols that carry it: 2025-01-01, 00:00 UTC.
const ORIGIN_UNIX_MILLIS: u64 = 1_735_689_600_000;
