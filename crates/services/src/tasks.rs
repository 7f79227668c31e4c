//! `tasks`: swap case, evaluate, reverse, exit (CS331 tutorial 1, part 1).
//!
//! ```text
//!   client  "1:Hello"   server  "hELLO"
//!   client  "2:2+3*5/2" server  "9.5"
//!   client  "3:abc"     server  "cba"
//!   client  "4:"        server  "Goodbye!", closes
//! ```
//!
//! Requests carry no terminator in the original, which takes a read for a request. Here a line feed
//! ends a request; where there is none, a request is whole when nothing has come for the dialect's
//! quiet time, or when its form says so: an expression or an exit after which another request begins
//! (neither has a separator in it). A bare *text* runs as far as it comes: whoever sends
//! several without waiting must end them with line feeds.

pub mod expression;

mod client;
mod request;

pub(crate) use client::client;

use machine::{Exchange, Input, Machine, Outbox, Shared, Standing, TimerId};
use timing::Tick;
use wire::{Ending, Inbox};

use crate::Dialect;

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        dialect,
        inbox: Inbox::new(dialect.request_bytes),
        last_byte: Tick::ZERO,
        is_over: false,
    })
}

struct Session<'a> {
    dialect: &'a Dialect,
    inbox: Inbox,
    last_byte: Tick,
    is_over: bool,
}

impl Session<'_> {
    fn receive(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        self.inbox.push(bytes);
        self.last_byte = now;
        while !self.is_over {
            match self.inbox.next_line() {
                // A blank line, or the ending of a request that was whole without it.
                Ok(Some((b"", _))) => {}
                Ok(Some((line, ending))) => {
                    let line = line.to_vec();
                    self.answer_line(&line, ending, out);
                }
                Ok(None) => break,
                Err(error) => {
                    out.send(format!("Error processing task: {error}").as_bytes());
                    out.close_too_long();
                    return;
                }
            }
        }
        self.answer_bare(now, out);
    }

    /// A line may begin with requests that were sent bare.
    fn answer_line(&mut self, line: &[u8], ending: Ending, out: &mut Outbox) {
        let mut rest = line;
        while let Some(count) = request::whole_before_another(rest, self.dialect.separator) {
            self.answer(&rest[..count], Ending::Bare, out);
            rest = &rest[count..];
        }
        self.answer(rest, ending, out);
    }

    fn answer_bare(&mut self, now: Tick, out: &mut Outbox) {
        while !self.is_over && !self.inbox.is_empty() {
            let pending = self.inbox.pending();
            let whole = request::whole_before_another(pending, self.dialect.separator);
            let count = match whole {
                Some(count) => count,
                None if self.dialect.quiet.is_zero() => pending.len(),
                None => break,
            };
            let bare = self.inbox.take(count).to_vec();
            self.answer(&bare, Ending::Bare, out);
        }
        match self.inbox.is_empty() || self.is_over {
            true => out.cancel(QUIET),
            false => out.wake_at(now + self.dialect.quiet, QUIET),
        }
    }

    fn answer_rest(&mut self, out: &mut Outbox) {
        let count = self.inbox.pending().len();
        if count > 0 && !self.is_over {
            let rest = self.inbox.take(count).to_vec();
            self.answer(&rest, Ending::Bare, out);
        }
    }

    fn answer(&mut self, text: &[u8], ending: Ending, out: &mut Outbox) {
        if self.is_over {
            return;
        }
        out.deliver(text, self.last_byte, ending);
        let answer = request::answer(text, self.dialect);
        out.send(&answer.text);
        out.send(self.dialect.terminator.reply(ending).bytes());
        if answer.is_farewell || self.dialect.exchange == Exchange::OneShot {
            self.is_over = true;
            out.close();
        }
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => self.receive(now, bytes, out),
            Input::Timer(_) => self.answer_rest(out),
            Input::Ended => {
                self.answer_rest(out);
                if !self.is_over {
                    out.close();
                }
            }
            Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.inbox.is_empty())
    }
}

const QUIET: TimerId = TimerId(0);

#[cfg(test)]
mod tests {
    use machine::PrivateWords;
    use proptest::prelude::*;

    use super::*;

    /// The answers to reads after which nothing comes for the quiet time.
    fn run(dialect: &Dialect, reads: &[&[u8]]) -> Vec<u8> {
        let shared = PrivateWords::new(0);
        let mut session = session(dialect, &shared);
        let mut out = Outbox::new();
        for read in reads {
            session.handle(Tick::ZERO, Input::Received(read), &mut out);
        }
        session.handle(Tick::ZERO, Input::Timer(QUIET), &mut out);
        out.sent()
    }

    #[track_caller]
    fn check(reads: &[&[u8]], expected: &str) {
        let sent = run(&Dialect::SEED, reads);
        assert_eq!(String::from_utf8_lossy(&sent), expected);
    }

    #[test]
    fn the_four_tasks() {
        check(&[b"1:Hello"], "hELLO");
        check(&[b"2:2+3*5/2"], "9.5");
        check(&[b"3:abc"], "cba");
        check(&[b"4:"], "Goodbye!");
    }

    #[test]
    fn every_way_to_say_exit_is_understood() {
        for exit in [&b"4"[..], b"4:", b"4:exit", b"4\n", b"4:\r\n"] {
            let sent = run(&Dialect::SEED, &[exit]);
            assert!(sent.starts_with(b"Goodbye!"), "{exit:?} got {sent:?}");
        }
    }

    #[test]
    fn a_request_in_pieces_is_one_request() {
        check(&[b"1", b":He", b"llo"], "hELLO");
    }

    #[test]
    fn two_lines_in_one_read_get_two_answers() {
        check(&[b"1:Hello\n3:abc\n"], "hELLO\ncba\n");
    }

    #[test]
    fn bare_expressions_in_one_read_are_told_apart() {
        check(&[b"2:1+12:2+23:a2:b"], "24b:2a");
    }

    #[test]
    fn a_text_may_hold_what_looks_like_a_request() {
        check(&[b"1:meet at 2:30"], "MEET AT 2:30");
    }

    #[test]
    fn nothing_is_answered_after_the_farewell() {
        check(&[b"4:\n1:abc\n"], "Goodbye!\n");
    }

    #[test]
    fn what_is_not_understood_gets_an_error() {
        check(&[b"7:abc"], "Invalid choice.");
        check(&[b"2:1/0"], "Error processing task: division by zero");
        check(
            &[b"1:\xff"],
            "Error processing task: the text is not valid UTF-8",
        );
    }

    #[test]
    fn a_dialect_changes_the_separator_the_wording_and_the_length_of_the_session() {
        let dialect = Dialect {
            separator: b'|',
            errors: crate::ErrorStyle::Terse,
            exchange: Exchange::OneShot,
            ..Dialect::SEED
        };
        assert_eq!(run(&dialect, &[b"2|1/0\n2|1\n"]), b"Invalid expression\n");
    }

    #[test]
    fn without_a_quiet_time_a_read_is_a_request() {
        let dialect = Dialect {
            quiet: std::time::Duration::ZERO,
            ..Dialect::SEED
        };
        assert_eq!(run(&dialect, &[b"3:ab", b"3:cd"]), b"badc");
    }

    proptest! {
        #[test]
        fn how_lines_are_cut_into_reads_does_not_matter(
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        ) {
            let stream = "1:H\u{e9}llo\n2:2**10\n3:abc\n2:1/0\n9:x\n4:\n".as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at
                .windows(2)
                .map(|w| &stream[w[0]..w[1]])
                .filter(|read| !read.is_empty())
                .collect();
            prop_assert_eq!(run(&Dialect::SEED, &reads), run(&Dialect::SEED, &[stream]));
        }
    }
}
