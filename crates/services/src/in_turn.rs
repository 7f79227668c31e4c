//! Requests of a line each that wait, calculate and are answered in turn, one at a time.
//!
//! What a request means is its service's business (a [`Question`]); that a line may come in pieces and
//! follow another at once, that answers keep the order, and that neither lines nor queues grow without
//! bound, is the same for all of them.

use std::{collections::VecDeque, time::Duration};

use machine::{Input, Machine, Outbox, Standing, TimerId, Work};
use timing::Tick;
use wire::{Ending, Inbox};

use crate::Dialect;

/// What a line asks for.
pub(crate) trait Question: Sized + Send {
    /// # Errors
    /// What is wrong with the line, and what would be right: the answer is `error: ` and this.
    fn parse(line: &[u8]) -> Result<Self, String>;

    /// How long it waits before it is worked on.
    fn wait(&self) -> Duration {
        Duration::ZERO
    }

    /// The calculation that gives the answer, its line ending left out.
    fn work(&self) -> Work;
}

/// The server's half of a connection.
pub(crate) struct InTurn<Q> {
    inbox: Inbox,
    /// Requests that are not answered, the one that is being done first.
    queue: VecDeque<Request<Q>>,
    /// Whether what comes is of no interest any more: the queue ends with why.
    is_refusing: bool,
    has_ended: bool,
}

/// A line, understood or not.
#[derive(Debug)]
struct Request<Q> {
    question: Result<Q, String>,
    ending: Ending,
}

impl<Q: Question> InTurn<Q> {
    /// Nothing has come yet.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        Self {
            inbox: Inbox::new(dialect.request_bytes),
            queue: VecDeque::new(),
            is_refusing: false,
            has_ended: false,
        }
    }

    fn receive(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        if self.is_refusing {
            return;
        }
        let is_busy = !self.queue.is_empty();
        self.inbox.push(bytes);
        while !self.is_refusing {
            match self.inbox.next_line() {
                Ok(Some((line, ending))) => {
                    out.deliver(line, now, ending);
                    let question = Q::parse(line);
                    self.queue.push_back(Request { question, ending });
                    if self.queue.len() > MOST_WAITING {
                        self.refuse(format!("more than {MOST_WAITING} requests at once"));
                    }
                }
                Ok(None) => break,
                Err(error) => self.refuse(error.to_string()),
            }
        }
        if !is_busy {
            self.begin(now, out);
        }
    }

    /// The last answer of this connection, in its turn.
    fn refuse(&mut self, why: String) {
        self.is_refusing = true;
        self.queue.push_back(Request {
            question: Err(why),
            ending: Ending::Lf,
        });
    }

    /// Begins with the first request of the queue, if there is one.
    fn begin(&mut self, now: Tick, out: &mut Outbox) {
        while let Some(request) = self.queue.front() {
            match &request.question {
                Ok(question) if question.wait().is_zero() => return out.work(question.work()),
                Ok(question) => return out.wake_at(now + question.wait(), WAIT),
                Err(why) => {
                    let text = format!("error: {why}");
                    self.answer(text.as_bytes(), out);
                }
            }
        }
        match self.is_refusing {
            true => out.close_too_long(),
            false if self.has_ended => out.close(),
            false => {}
        }
    }

    /// Answers the first request of the queue, and is done with it.
    fn answer(&mut self, text: &[u8], out: &mut Outbox) {
        if let Some(request) = self.queue.pop_front() {
            out.send(text);
            out.send(request.ending.bytes());
        }
    }
}

impl<Q: Question> Machine for InTurn<Q> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Received(bytes) => self.receive(now, bytes, out),
            Input::Timer(_) => {
                if let Some(Request {
                    question: Ok(question),
                    ..
                }) = self.queue.front()
                {
                    out.work(question.work());
                }
            }
            Input::Worked(state) => {
                self.answer(state, out);
                self.begin(now, out);
            }
            Input::Ended => {
                self.has_ended = true;
                if self.queue.is_empty() {
                    out.close();
                }
            }
            Input::Start | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        match self.queue.is_empty() {
            true => Standing::with_pending(self.inbox.is_empty()),
            false => Standing::Owing,
        }
    }
}

/// The timer of a wait.
pub(crate) const WAIT: TimerId = TimerId(0);
/// Requests of a connection that are not answered: far over any pipeline, and a bound on memory.
pub(crate) const MOST_WAITING: usize = 1024;
/// Of a line in an error.
pub(crate) const SHOWN_CHARS: usize = 60;
