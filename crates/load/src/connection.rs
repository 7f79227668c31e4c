//! One connection: a socket, the client machine that speaks on it, and the requests under way.
//!
//! **A request that was given to a connection is ended by it, exactly once.**

use std::{collections::VecDeque, mem};

use history::Outcome;
use machine::{Answer, Input, Machine, Output, TimerId, Timers};
use rustix::{
    event::PollFlags,
    fd::{AsFd, OwnedFd},
    io::Errno,
    net::{RecvFlags, recv, sockopt::socket_error},
};
use timing::Tick;

use crate::{
    desk::Desk,
    failure,
    request::{Ending, Facts, Request, Requests},
    send_queue::SendQueue,
    socket,
    state::State,
    token::Token,
};

/// See the file's description.
pub(crate) struct Connection {
    socket: OwnedFd,
    machine: Box<dyn Machine>,
    state: State,
    facts: Facts,
    /// How many requests it is to carry.
    capacity: u64,
    asked: u64,
    answered: u64,
    /// What it was given before its machine is ready for it.
    due: VecDeque<Request>,
    requests: Requests,
    timers: Timers<TimerId>,
    sending: SendQueue,
    /// Bytes received since the last answer.
    received_bytes: u64,
    ready_at: Option<Tick>,
    /// The kernel takes no more bytes; what it had received before is still to be read.
    broken: Option<Outcome>,
    cause: Option<Outcome>,
    /// Requests are kept together until [`Connection::uncork`] sends them.
    corked: bool,
    /// What the poller has been told to wait for; nothing until it has been told of the socket.
    watched: Option<PollFlags>,
    /// The earliest of its entries among the deadlines.
    entered: Tick,
}

impl Connection {
    /// Begins to connect; `due` is the request that it is made for. It is to carry `capacity` requests.
    pub(crate) fn begin(
        socket: OwnedFd,
        machine: Box<dyn Machine>,
        capacity: u64,
        mut due: Option<Request>,
        desk: &mut Desk<'_>,
    ) -> Self {
        let begun = desk.now();
        let connected = socket::connect_now(&socket, desk.job.plan.target);
        if let Some(request) = &mut due {
            request.departure.opens = true;
            desk.ledger.depart(request, begun);
        }
        let mut connection = Self {
            socket,
            machine,
            state: State::Connecting(begun + desk.job.plan.connect_timeout),
            facts: Facts {
                begun: Some(begun),
                ..Facts::default()
            },
            capacity,
            asked: 0,
            answered: 0,
            due: due.into_iter().collect(),
            requests: Requests::default(),
            timers: Timers::new(),
            sending: SendQueue::default(),
            received_bytes: 0,
            ready_at: None,
            broken: None,
            cause: None,
            corked: false,
            watched: None,
            entered: Tick::MAX,
        };
        match connected {
            Ok(()) => connection.start(desk),
            Err(Errno::INPROGRESS | Errno::INTR) => {}
            Err(error) => connection.fail_to_connect(error, desk),
        }
        connection
    }

    /// Tells the poller and the deadlines what it waits for now.
    pub(crate) fn watch(&mut self, token: Token, desk: &mut Desk<'_>) {
        let interest = self.state.interest(!self.sending.is_empty());
        match self.watched {
            Some(watched) if watched == interest => {}
            Some(_) => desk.poller.change(self.socket.as_fd(), token, interest),
            None => {
                if let Err(error) = desk.poller.add(self.socket.as_fd(), token, interest) {
                    let now = desk.now();
                    self.fail(failure::of_talking(error), now, desk);
                    return;
                }
            }
        }
        self.watched = Some(interest);
        let deadline = self.deadline(desk).unwrap_or(Tick::MAX);
        desk.deadlines.enter(token, deadline, &mut self.entered);
    }

    /// Whether its earliest entry among the deadlines is the one `at` this instant.
    pub(crate) fn is_entered(&self, at: Tick) -> bool {
        self.entered == at
    }

    /// Its earliest entry has come up.
    pub(crate) fn leave_deadlines(&mut self) {
        self.entered = Tick::MAX;
    }

    pub(crate) fn facts(&self) -> Facts {
        self.facts
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Why it ended before its time, if no request was there to end with that outcome.
    pub(crate) fn cause(&self) -> Option<Outcome> {
        self.cause
    }

    /// When its machine became ready for requests; told once.
    pub(crate) fn take_ready(&mut self) -> Option<Tick> {
        self.ready_at.take()
    }

    /// Whether it may be given a request: its machine is ready, or will be asked when it is, and the peer
    /// takes what it is sent.
    pub(crate) fn has_room(&self) -> bool {
        let takes = self.broken.is_none() && self.sending.len() <= WAITING_BYTES_MAX;
        let given = self.asked + self.due.len() as u64;
        takes && given < self.capacity && self.state.takes_requests()
    }

    /// Whether nothing that it was given is outstanding.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.is_empty() && self.due.is_empty()
    }

    /// Ends, because no more will be asked of it; last bytes on their way are sent.
    pub(crate) fn retire(&mut self) {
        if !matches!(self.state, State::Closing(_)) {
            self.state = State::Over;
        }
    }

    /// Takes a request: asks it now, or as soon as the machine is ready. The connection must have room.
    pub(crate) fn take(&mut self, mut request: Request, desk: &mut Desk<'_>) {
        if self.state == State::Talking {
            self.ask(request, desk);
            return;
        }
        // What remains until it is sent is the connection's time, and so the server's.
        let now = desk.latest();
        desk.ledger.depart(&mut request, now);
        self.due.push_back(request);
    }

    /// What is asked from here on leaves in one piece.
    pub(crate) fn cork(&mut self) {
        self.corked = true;
    }

    /// Sends what was asked since [`Connection::cork`].
    pub(crate) fn uncork(&mut self, desk: &mut Desk<'_>) {
        self.corked = false;
        if !self.is_over() && !self.sending.is_empty() {
            self.flush(desk);
        }
    }

    /// When [`Connection::handle_time`] is due.
    fn deadline(&mut self, desk: &Desk<'_>) -> Option<Tick> {
        [self.limit(desk), self.timers.next_at()]
            .into_iter()
            .flatten()
            .min()
    }

    fn ask(&mut self, mut request: Request, desk: &mut Desk<'_>) {
        let now = desk.latest();
        request.asked = now;
        request.departure.opens = self.asked == 0;
        request.first_byte = self.sending.end();
        request.departure.held_back |= !self.corked && !self.sending.is_empty();
        self.requests.push(request);
        let (number, unix_millis) = (self.asked, desk.unix_millis());
        self.asked += 1;
        let ask = Input::Ask {
            number,
            unix_millis,
        };
        self.tell(now, ask, desk);
        // A request without a byte, whose connection says it all, is sent by being asked.
        let empty = self
            .requests
            .newest_mut()
            .is_some_and(|newest| newest.bytes == 0);
        if empty && self.sending.is_empty() {
            self.mark_sent(self.sending.end() + 1, now, desk);
        }
    }

    /// The socket is ready for `flags`.
    pub(crate) fn handle_readiness(&mut self, flags: PollFlags, desk: &mut Desk<'_>) {
        if let State::Connecting(_) = self.state {
            match socket_error(&self.socket) {
                Ok(Ok(())) => self.start(desk),
                Ok(Err(error)) | Err(error) => self.fail_to_connect(error, desk),
            }
            return;
        }
        if flags.contains(PollFlags::OUT) && !self.sending.is_empty() {
            self.flush(desk);
        }
        if self.is_over() || !flags.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            return;
        }
        match self.state {
            State::Closing(_) => self.state = State::Over,
            _ => self.receive(desk),
        }
        self.ask_what_is_due(desk);
    }

    /// Calls timers and gives up what has taken too long.
    pub(crate) fn handle_time(&mut self, now: Tick, desk: &mut Desk<'_>) {
        // A machine that sets a timer to the past must not keep its worker here.
        for _ in 0..TIMERS_AT_ONCE {
            let Some(timer) = self.timers.pop_due(now) else {
                break;
            };
            if self.state.is_live() {
                self.tell(now, Input::Timer(timer), desk);
            }
        }
        self.ask_what_is_due(desk);
        if self.is_over() || self.limit(desk).is_none_or(|limit| now < limit) {
            return;
        }
        match self.state {
            State::Connecting(_) => self.fail_to_connect(Errno::TIMEDOUT, desk),
            State::Closing(_) => self.state = State::Over,
            _ => self.fail(Outcome::Timeout, now, desk),
        }
    }

    /// Takes no more requests; ends at once unless an answer is outstanding.
    pub(crate) fn stop(&mut self, now: Tick, desk: &mut Desk<'_>) {
        if self.requests.is_empty() {
            self.fail(Outcome::Stopped, now, desk);
        }
    }

    /// Ends at once, and every request with it.
    pub(crate) fn fail(&mut self, outcome: Outcome, at: Tick, desk: &mut Desk<'_>) {
        if !self.state.is_live() && !matches!(self.state, State::Connecting(_)) {
            self.state = State::Over;
            return;
        }
        let mut told = false;
        while let Some(request) = self.requests.pop().or_else(|| self.due.pop_front()) {
            let reply_bytes = mem::take(&mut self.received_bytes);
            let ending = Ending {
                outcome,
                at,
                reply_bytes,
            };
            desk.ledger.ended(&request, &self.facts, &ending);
            told = true;
        }
        self.cause = (!told && self.asked < self.capacity).then_some(outcome);
        self.state = State::Over;
    }

    /// When the state it is in has lasted too long.
    fn limit(&self, desk: &Desk<'_>) -> Option<Tick> {
        match self.state {
            State::Connecting(until) | State::Greeting(until) | State::Closing(until) => {
                Some(until)
            }
            State::Talking => {
                let oldest = self.requests.oldest()?;
                Some(oldest.sent.unwrap_or(oldest.asked) + desk.job.plan.reply_timeout)
            }
            State::Over => None,
        }
    }

    fn start(&mut self, desk: &mut Desk<'_>) {
        let now = desk.now();
        self.facts.stands(&self.socket, now);
        self.state = State::Greeting(now + desk.job.plan.reply_timeout);
        desk.job.count_connected();
        desk.job.watcher.on_connected(desk.worker());
        self.tell(now, Input::Start, desk);
        self.ask_what_is_due(desk);
    }

    fn fail_to_connect(&mut self, error: Errno, desk: &mut Desk<'_>) {
        desk.job.tally().refused_by(error);
        let now = desk.now();
        self.fail(failure::of_connecting(error), now, desk);
    }

    fn ask_what_is_due(&mut self, desk: &mut Desk<'_>) {
        while self.state == State::Talking
            && let Some(request) = self.due.pop_front()
        {
            self.ask(request, desk);
        }
    }

    /// Reads what there is. The end and errors come after all bytes received before them.
    fn receive(&mut self, desk: &mut Desk<'_>) {
        let mut buffer = mem::take(&mut desk.buffer);
        for _ in 0..READS_AT_ONCE {
            let received = recv(&self.socket, &mut buffer[..], RecvFlags::empty());
            let now = desk.now();
            match received {
                Ok((0, _)) => {
                    self.tell(now, Input::Ended, desk);
                    self.fail(self.broken.unwrap_or(Outcome::Closed), now, desk);
                }
                Ok((count, _)) => {
                    self.received_bytes += count as u64;
                    self.tell(now, Input::Received(&buffer[..count]), desk);
                    // A short read has emptied the socket; `poll` tells of anything later.
                    if count < buffer.len() && self.broken.is_none() {
                        break;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    if let Some(outcome) = self.broken {
                        self.fail(outcome, now, desk);
                    }
                    break;
                }
                Err(error) => self.fail(failure::of_talking(error), now, desk),
            }
            if !self.state.is_live() {
                break;
            }
        }
        desk.buffer = buffer;
    }

    /// Gives the machine an input and does what it wants done.
    fn tell(&mut self, now: Tick, input: Input<'_>, desk: &mut Desk<'_>) {
        let mut outbox = mem::take(&mut desk.outbox);
        self.machine.handle(now, input, &mut outbox);
        let mut closes = false;
        for output in outbox.outputs() {
            match output {
                Output::Send(range) => {
                    let asking = matches!(input, Input::Ask { .. });
                    self.send(outbox.bytes(range), asking, desk);
                }
                Output::WakeAt { at, timer } => self.timers.set(*timer, *at),
                Output::Cancel(timer) => self.timers.cancel(*timer),
                Output::Note(range) => {
                    let text = String::from_utf8_lossy(outbox.bytes(range));
                    desk.job.watcher.on_note(desk.worker(), &text);
                }
                Output::Ready => {
                    self.state = State::Talking;
                    self.ready_at = Some(now);
                    self.facts.ready = Some(now);
                }
                Output::Answered(answer) => self.take_answer(answer, now, desk),
                Output::Close(_) => closes = true,
                // Servers deliver and calculate; from a client it means nothing.
                Output::Deliver { .. } | Output::Work(_) => {}
            }
        }
        outbox.clear();
        desk.outbox = outbox;
        if closes {
            self.fail(Outcome::Closed, now, desk);
        } else if self.answered == self.capacity {
            self.state = State::Over;
        }
        if self.is_over() && !self.sending.is_empty() {
            self.state = State::Closing(now + desk.job.plan.reply_timeout);
        }
    }

    fn take_answer(&mut self, answer: &Answer, now: Tick, desk: &mut Desk<'_>) {
        let Some(request) = self.requests.pop() else {
            desk.ledger.unasked();
            return;
        };
        self.answered += 1;
        self.received_bytes = 0;
        desk.job
            .watcher
            .on_answer(desk.worker(), request.number, answer);
        desk.ledger.answered(request, &self.facts, answer, now);
    }

    fn send(&mut self, bytes: &[u8], asking: bool, desk: &mut Desk<'_>) {
        let sent = match self.corked {
            true => {
                self.sending.keep(bytes);
                None
            }
            false => {
                let at = desk.now();
                Some((self.sending.send(&self.socket, bytes), at))
            }
        };
        if asking && let Some(newest) = self.requests.newest_mut() {
            newest.bytes += bytes.len() as u64;
            desk.job
                .watcher
                .on_sending(desk.worker(), newest.number, bytes);
        }
        if let Some((sent, at)) = sent {
            self.on_handed(sent, at, desk);
        }
    }

    fn flush(&mut self, desk: &mut Desk<'_>) {
        let at = desk.now();
        let sent = self.sending.flush(&self.socket);
        self.on_handed(sent, at, desk);
        if matches!(self.state, State::Closing(_)) && self.sending.is_empty() {
            self.state = State::Over;
        }
    }

    fn on_handed(&mut self, sent: Result<(), Errno>, at: Tick, desk: &mut Desk<'_>) {
        self.mark_sent(self.sending.handed(), at, desk);
        if let Err(error) = sent {
            // The socket reports the same through `poll` at once, and is then read to its end.
            self.broken = Some(failure::of_talking(error));
        }
    }

    fn mark_sent(&mut self, handed: u64, at: Tick, desk: &mut Desk<'_>) {
        while let Some(request) = self.requests.next_sent(handed, at) {
            if request.departure.late_ns.is_none() {
                desk.ledger.depart(request, at);
            }
        }
    }
}

/// Reads of one connection before the worker looks at its schedule again.
const READS_AT_ONCE: usize = 16;
/// Timers of one connection before the worker looks at its schedule again.
const TIMERS_AT_ONCE: usize = 64;
/// When more than this waits for the kernel, requests wait with their worker.
const WAITING_BYTES_MAX: usize = 1024 * 1024;
