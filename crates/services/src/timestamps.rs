//! `timestamps`: greets, sends every message back, and has the gaps between messages measured
//! (Assignment 2, lab 4: socket programming).
//!
//! ```text
//!   server  "Hello! You are connected to the server."
//!   client  "Worker 1, Event 1, Timestamp 1768823258707"      server  the same bytes
//!   …                                                          …
//!   client  closes
//! ```
//!
//! Bytes are sent back as they come. Messages are told apart for the statistics only, and carry no
//! terminator: two that arrive in one read would count as one. A line feed ends a message; where
//! there is none, the message's own form does, which is complete with the 13th digit of its
//! milliseconds (that many until the year 2286) and begins with `Worker `. Text of another form counts
//! as the original counts it: a read is a message.

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
    fn receive(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        self.inbox.push(bytes);
        self.last_byte = now;
        loop {
            match self.inbox.next_line() {
                // An empty line is the rest of a message that was already whole without it.
                Ok(Some((b"", _))) => {}
                Ok(Some((line, ending))) => deliver_all(line, ending, now, out),
                Ok(None) => break,
                Err(error) => {
                    out.send(format!("Error: {error}\n").as_bytes());
                    out.close_too_long();
                    return;
                }
            }
        }
        self.deliver_bare(now, out);
        match self.inbox.is_empty() {
            true => out.cancel(QUIET),
            false => out.wake_at(now + self.dialect.quiet, QUIET),
        }
    }

    /// Delivers what is whole by its form alone, and text of another form at once.
    fn deliver_bare(&mut self, now: Tick, out: &mut Outbox) {
        while !self.inbox.is_empty() {
            let pending = self.inbox.pending();
            let count = match next_form(pending) {
                Some(next) => next,
                None => match form(pending) {
                    Form::Partial => return,
                    Form::Whole | Form::Other => pending.len(),
                },
            };
            out.deliver(self.inbox.take(count), now, Ending::Bare);
        }
    }

    fn deliver_rest(&mut self, out: &mut Outbox) {
        let count = self.inbox.pending().len();
        if count > 0 {
            out.deliver(self.inbox.take(count), self.last_byte, Ending::Bare);
        }
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => {
                out.send(bytes);
                self.receive(now, bytes, out);
            }
            Input::Timer(_) => self.deliver_rest(out),
            Input::Ended => {
                self.deliver_rest(out);
                out.close();
            }
            Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.inbox.is_empty())
    }
}

/// A line may begin with messages that were sent bare.
fn deliver_all(mut line: &[u8], ending: Ending, now: Tick, out: &mut Outbox) {
    while let Some(next) = next_form(line) {
        out.deliver(&line[..next], now, Ending::Bare);
        line = &line[next..];
    }
    out.deliver(line, now, ending);
}

/// How much of a text is a message of the known form.
#[derive(Debug, PartialEq, Eq)]
enum Form {
    Whole,
    Partial,
    Other,
}

/// Matches `Worker <digits>[,] Event <digits>, Timestamp <13 digits>`; the comma is missing in one
/// of the lab's own printed logs.
fn form(text: &[u8]) -> Form {
    let mut rest = text;
    for step in [Step::Text(START), Step::Digits, Step::Comma] {
        match step.take(rest) {
            Ok(after) => rest = after,
            Err(form) => return form,
        }
    }
    for step in [
        Step::Text(b" Event "),
        Step::Digits,
        Step::Text(b", Timestamp "),
    ] {
        match step.take(rest) {
            Ok(after) => rest = after,
            Err(form) => return form,
        }
    }
    let millis = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match &rest[millis..] {
        [] if millis < MILLIS_DIGITS => Form::Partial,
        [] => Form::Whole,
        // The next message has begun, but not come far enough to be known as one.
        begun if millis >= MILLIS_DIGITS && START.starts_with(begun) => Form::Partial,
        _ => Form::Other,
    }
}

/// A part of the form.
enum Step {
    Text(&'static [u8]),
    Digits,
    Comma,
}

impl Step {
    /// What follows the part, or what the text is when it is not there.
    fn take<'a>(&self, text: &'a [u8]) -> Result<&'a [u8], Form> {
        match self {
            Self::Text(literal) => match text.strip_prefix(*literal) {
                Some(after) => Ok(after),
                None if literal.starts_with(text) => Err(Form::Partial),
                None => Err(Form::Other),
            },
            Self::Digits => match text.iter().take_while(|byte| byte.is_ascii_digit()).count() {
                0 if text.is_empty() => Err(Form::Partial),
                0 => Err(Form::Other),
                count => Ok(&text[count..]),
            },
            Self::Comma => Ok(text.strip_prefix(b",").unwrap_or(text)),
        }
    }
}

/// Where the next message begins, if one does after the first byte.
fn next_form(text: &[u8]) -> Option<usize> {
    let found = text
        .get(1..)?
        .windows(START.len())
        .position(|window| window == START)?;
    Some(found + 1)
}

/// The client's half of a connection.
pub(crate) fn client(script: &Script, worker: u32, _: u64) -> Box<dyn Machine> {
    Box::new(Client {
        worker,
        ending: script.dialect.terminator.request(),
        replies: ExpectedReplies::after(script.dialect.greeting.as_bytes()),
    })
}

struct Client {
    worker: u32,
    ending: Ending,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask {
                number,
                unix_millis,
            } => {
                let (worker, event) = (self.worker + 1, number + 1);
                let text = format!("Worker {worker}, Event {event}, Timestamp {unix_millis}");
                let message = [text.as_bytes(), self.ending.bytes()].concat();
                out.send(&message);
                self.replies.expect(&message);
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

const START: &[u8] = b"Worker ";
const MILLIS_DIGITS: usize = 13;
const QUIET: TimerId = TimerId(0);

#[cfg(test)]
mod tests {
    use machine::{Output, PrivateWords};
    use proptest::prelude::*;

    use super::*;

    const FIRST: &str = "Worker 1, Event 1, Timestamp 1768823258707";
    const SECOND: &str = "Worker 12, Event 3, Timestamp 1768823259886";

    /// The bytes sent back and the messages counted, when the connection then ends.
    fn run(reads: &[&[u8]]) -> (Vec<u8>, Vec<String>) {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        for read in reads {
            session.handle(Tick::ZERO, Input::Received(read), &mut out);
        }
        session.handle(Tick::ZERO, Input::Ended, &mut out);
        let messages = out.outputs().iter().filter_map(|output| match output {
            Output::Deliver { text, .. } => {
                Some(String::from_utf8_lossy(out.bytes(text)).into_owned())
            }
            _ => None,
        });
        (out.sent(), messages.collect())
    }

    #[test]
    fn two_bare_messages_in_one_read_are_two() {
        let read = format!("{FIRST}{SECOND}");
        let (sent, messages) = run(&[read.as_bytes()]);
        assert_eq!(sent, read.as_bytes());
        assert_eq!(messages, [FIRST, SECOND]);
    }

    #[test]
    fn a_line_ending_that_comes_alone_is_no_message() {
        let (_, messages) = run(&[FIRST.as_bytes(), b"\r\n", SECOND.as_bytes(), b"\n"]);
        assert_eq!(messages, [FIRST, SECOND]);
    }

    #[test]
    fn text_of_another_form_counts_by_reads() {
        assert_eq!(run(&[b"hello", b"Work on"]).1, ["hello", "Work on"]);
    }

    #[test]
    fn the_form_with_the_missing_comma_is_known() {
        assert_eq!(
            form(b"Worker 1 Event 1, Timestamp 1768823258707"),
            Form::Whole
        );
        assert_eq!(form(b"Worker 1, Event 1, Time"), Form::Partial);
        assert_eq!(form(b"Worker x"), Form::Other);
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
            with_lines in any::<bool>(),
        ) {
            let end = if with_lines { "\n" } else { "" };
            let stream = format!("{FIRST}{end}{SECOND}{end}{FIRST}{end}");
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at
                .windows(2)
                .map(|w| &stream.as_bytes()[w[0]..w[1]])
                .filter(|read| !read.is_empty())
                .collect();
            let (sent, messages) = run(&reads);
            prop_assert_eq!(sent, stream.as_bytes());
            prop_assert_eq!(messages, [FIRST, SECOND, FIRST]);
        }
    }
}
