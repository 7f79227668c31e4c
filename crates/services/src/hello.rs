//! `hello`: one greeting for one greeting (course text "Distributed systems", experiment 3).
//!
//! ```text
//!   client  "Hello server"        server  "Hello from server", closes
//! ```
//!
//! The original answers whatever its first read brings. Here a greeting that is still arriving is
//! waited for, and anything else is answered all the same.

use machine::{Input, Machine, Outbox, Shared, Standing, TimerId};
use timing::Tick;
use wire::{Ending, Inbox};

use crate::{Dialect, Script, expected::ExpectedReplies};

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        dialect,
        inbox: Inbox::new(dialect.request_bytes),
        last_byte: Tick::ZERO,
    })
}

struct Session<'a> {
    dialect: &'a Dialect,
    inbox: Inbox,
    last_byte: Tick,
}

impl Session<'_> {
    fn answer(&mut self, out: &mut Outbox) {
        let (text, ending) = match self.inbox.next_line() {
            Ok(Some((line, ending))) => (line.to_vec(), ending),
            Ok(None) | Err(_) => (self.inbox.pending().to_vec(), Ending::Bare),
        };
        out.deliver(&text, self.last_byte, ending);
        out.send(ANSWER);
        out.send(self.dialect.terminator.reply(ending).bytes());
        match text == REQUEST {
            true => out.close(),
            false => out.close_early(),
        }
    }

    fn may_still_be_arriving(&self) -> bool {
        let pending = self.inbox.pending();
        pending.len() < REQUEST.len() && REQUEST.starts_with(pending)
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => {
                self.inbox.push(bytes);
                self.last_byte = now;
                match self.may_still_be_arriving() && !self.dialect.quiet.is_zero() {
                    true => out.wake_at(now + self.dialect.quiet, QUIET),
                    false => self.answer(out),
                }
            }
            Input::Timer(_) => self.answer(out),
            Input::Ended if self.inbox.is_empty() => out.close(),
            Input::Ended => self.answer(out),
            Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.inbox.is_empty())
    }
}

/// The client's half of a connection.
pub(crate) fn client(script: &Script, _: u32, _: u64) -> Box<dyn Machine> {
    Box::new(Client {
        ending: script.dialect.terminator.request(),
        replies: ExpectedReplies::after(script.dialect.greeting.as_bytes()),
    })
}

struct Client {
    ending: Ending,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { .. } => {
                out.send(REQUEST);
                out.send(self.ending.bytes());
                self.replies.expect(&[ANSWER, self.ending.bytes()].concat());
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

const REQUEST: &[u8] = b"Hello server";
const ANSWER: &[u8] = b"Hello from server";
const QUIET: TimerId = TimerId(0);

#[cfg(test)]
mod tests {
    use machine::{Answer, Output, PrivateWords};

    use super::*;

    fn answer_to(inputs: &[Input<'_>]) -> Vec<u8> {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        for input in inputs {
            assert!(
                !out.outputs()
                    .contains(&Output::Close(machine::Farewell::Done))
            );
            session.handle(Tick::ZERO, *input, &mut out);
        }
        out.sent()
    }

    #[test]
    fn a_greeting_in_two_reads_is_one_greeting() {
        let reads = [Input::Received(b"Hello"), Input::Received(b" server")];
        assert_eq!(answer_to(&reads[..1]), b"");
        assert_eq!(answer_to(&reads), ANSWER);
    }

    #[test]
    fn the_answer_ends_as_the_greeting_did() {
        assert_eq!(
            answer_to(&[Input::Received(b"Hello server\r\n")]),
            b"Hello from server\r\n"
        );
    }

    #[test]
    fn anything_else_is_answered_too() {
        assert_eq!(answer_to(&[Input::Received(b"\xff\x00")]), ANSWER);
        assert_eq!(
            answer_to(&[Input::Received(b"Hell"), Input::Timer(QUIET)]),
            ANSWER
        );
        assert_eq!(answer_to(&[Input::Received(b"H"), Input::Ended]), ANSWER);
    }

    #[test]
    fn a_wrong_answer_is_told_from_a_right_one() {
        let mut client = Client {
            ending: Ending::Bare,
            replies: ExpectedReplies::after(b""),
        };
        let mut out = Outbox::new();
        let ask = Input::Ask {
            number: 0,
            unix_millis: 0,
        };
        for input in [Input::Start, ask, Input::Received(b"Hello from Mars")] {
            client.handle(Tick::ZERO, input, &mut out);
        }
        let wrong = out.outputs().iter().any(
            |output| matches!(output, Output::Answered(Answer::Wrong { found, .. }) if found == b"Hello from Mars"),
        );
        assert!(wrong, "{:?}", out.outputs());
    }
}
