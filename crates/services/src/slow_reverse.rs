//! `slow-reverse`: waits, sends the text back reversed, closes (CS331 tutorial 1, part 2).
//!
//! ```text
//!   client  "Hello, Server!"   server  3 s later "!revreS ,olleH", closes
//! ```
//!
//! The wait is a wait and no work: any number of clients can wait at once, and how a server lets them
//! is what the benchmark shows. The text carries no length, and the original takes what one read
//! brings; here everything that comes during the wait belongs to it.

use machine::{Input, Machine, Outbox, Shared, Standing, TimerId};
use timing::Tick;
use wire::Ending;

use crate::{Dialect, Script, expected::ExpectedReplies, reverse::reversed};

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        dialect,
        text: Vec::new(),
        last_byte: Tick::ZERO,
    })
}

struct Session<'a> {
    dialect: &'a Dialect,
    text: Vec<u8>,
    last_byte: Tick,
}

impl Session<'_> {
    fn receive(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        if self.text.is_empty() {
            out.wake_at(now + self.dialect.task, TASK);
        }
        self.text.extend_from_slice(bytes);
        self.last_byte = now;
        if self.text.len() > self.dialect.request_bytes + 2 {
            let limit = self.dialect.request_bytes;
            out.send_with(|reply| {
                let text = format!("Error: request longer than {limit} bytes\n");
                reply.extend_from_slice(text.as_bytes());
            });
            out.close_too_long();
        }
    }

    /// The wait is over. A text that is still arriving, because it is long or was written in pieces,
    /// is given a little more time after its last piece.
    fn wake(&mut self, now: Tick, out: &mut Outbox) {
        let quiet = self.dialect.quiet.min(self.dialect.task);
        let whole_at = self.last_byte + quiet;
        if now < whole_at {
            out.wake_at(whole_at, TASK);
            return;
        }
        let ending = match self.text.as_slice() {
            [.., b'\r', b'\n'] => Ending::CrLf,
            [.., b'\n'] => Ending::Lf,
            _ => Ending::Bare,
        };
        let text = &self.text[..self.text.len() - ending.bytes().len()];
        out.deliver(text, self.last_byte, ending);
        out.send(&reversed(text, self.dialect.unit));
        out.send(self.dialect.terminator.reply(ending).bytes());
        out.close();
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => self.receive(now, bytes, out),
            Input::Timer(_) => self.wake(now, out),
            Input::Ended if self.text.is_empty() => out.close(),
            Input::Ended | Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.text.is_empty())
    }
}

/// The client's half of a connection.
pub(crate) fn client(script: &Script, worker: u32, connection: u64) -> Box<dyn Machine> {
    let text = match script.text.is_empty() && script.request_bytes == 0 {
        true => "Hello, Server!".to_owned(),
        false => script.text(worker, connection),
    };
    Box::new(Client {
        text: text.into_bytes(),
        dialect: script.dialect.clone(),
        replies: ExpectedReplies::after(script.dialect.greeting.as_bytes()),
    })
}

struct Client {
    text: Vec<u8>,
    dialect: Dialect,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { .. } => {
                let ending = self.dialect.terminator.request();
                out.send(&self.text);
                out.send(ending.bytes());
                let mut reply = reversed(&self.text, self.dialect.unit);
                reply.extend_from_slice(self.dialect.terminator.reply(ending).bytes());
                self.replies.expect(&reply);
            }
            other => self.replies.handle(other, out),
        }
        if self.replies.answered() == 1 {
            out.close();
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

const TASK: TimerId = TimerId(0);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use machine::{Output, PrivateWords};

    use super::*;

    /// Feeds reads at the given milliseconds and carries out the timer; gives back the answer and
    /// the millisecond at which it was sent.
    fn answer_to(reads: &[(u64, &[u8])]) -> (Vec<u8>, u64) {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut wake = None;
        let mut reads = reads.iter().peekable();
        loop {
            let mut out = Outbox::new();
            let next = reads.peek().map(|(at, _)| millis(*at));
            let now = match (next, wake) {
                (Some(read), Some(timer)) if timer < read => timer,
                (Some(read), _) => read,
                (None, timer) => timer.expect("a session that waits has a timer"),
            };
            if next == Some(now) {
                let (_, bytes) = reads.next().expect("peeked");
                session.handle(now, Input::Received(bytes), &mut out);
            } else {
                wake = None;
                session.handle(now, Input::Timer(TASK), &mut out);
            }
            for output in out.outputs() {
                match output {
                    Output::WakeAt { at, .. } => wake = Some(*at),
                    Output::Close(_) => return (out.sent(), now.as_nanos() / 1_000_000),
                    _ => {}
                }
            }
        }
    }

    fn millis(at: u64) -> Tick {
        Tick::ZERO + Duration::from_millis(at)
    }

    #[test]
    fn the_answer_comes_after_the_wait_and_is_reversed() {
        let (reply, at) = answer_to(&[(10, b"Hello, Server!")]);
        assert_eq!((reply.as_slice(), at), (&b"!revreS ,olleH"[..], 3010));
    }

    #[test]
    fn a_text_in_pieces_is_one_text() {
        let (reply, at) = answer_to(&[(0, b"ab"), (1000, "\u{e9}".as_bytes()), (1001, b"c")]);
        assert_eq!((reply.as_slice(), at), ("c\u{e9}ba".as_bytes(), 3000));
    }

    #[test]
    fn a_text_that_still_arrives_when_the_wait_ends_is_waited_for() {
        let (reply, at) = answer_to(&[(0, b"ab"), (2990, b"cd"), (3030, b"ef")]);
        assert_eq!((reply.as_slice(), at), (&b"fedcba"[..], 3080));
    }

    #[test]
    fn the_line_ending_stays_at_the_end() {
        assert_eq!(answer_to(&[(0, b"ab\r\n")]).0, b"ba\r\n");
    }
}
