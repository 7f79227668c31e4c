//! `resp`: as much of the Redis protocol as `redis-cli ping` and `redis-benchmark -t ping` speak.
//!
//! ```text
//!   client  "PING\r\n"  or  "*1\r\n$4\r\nPING\r\n"        server  "+PONG\r\n"
//!   client  "*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n"            server  "$2\r\nhi\r\n"
//!   client  "QUIT\r\n"                                    server  "+OK\r\n", closes
//! ```
//!
//! The form is RESP2 (redis.io, "Redis serialization protocol specification"): what a generator that
//! others wrote can load, under every concurrency model. `CONFIG GET` and `COMMAND` find next to
//! nothing, other commands get an error, and what is no request gets one and the end, as from `redis-server`.
//!
//! The requests of one read are gone through twice: first all are delivered, then all are answered,
//! so that their answers are one send, which is one system call however deep the pipeline is.

mod request;

use std::io::Write as _;

use machine::{Input, Machine, Outbox, Shared, Standing};
use timing::Tick;
use wire::Ending;

use self::request::{Malformed, Request};
use crate::{Dialect, Script, expected::ExpectedReplies, remainder::Remainder};

/// Next to Redis's own 6379, on which a developer's machine may well have a Redis: a load that is
/// meant for wharf must not reach that by default.
pub(crate) const PORT: u16 = 6380;

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        limit_bytes: dialect.request_bytes,
        remainder: Remainder::default(),
    })
}

struct Session {
    limit_bytes: usize,
    remainder: Remainder,
}

/// Why no more of a read's requests are answered.
enum Stop {
    /// What is left is not whole.
    Partial,
    Quit,
    Malformed(Malformed),
}

impl Session {
    fn receive(&mut self, now: Tick, read: &[u8], out: &mut Outbox) {
        let limit_bytes = self.limit_bytes;
        let mut stop = Stop::Partial;
        self.remainder.feed(read, |bytes| {
            let used;
            (used, stop) = deliver_all(bytes, limit_bytes, now, out);
            out.send_with(|replies| answer_all(&bytes[..used], limit_bytes, replies));
            match stop {
                Stop::Partial => used,
                Stop::Quit | Stop::Malformed(_) => bytes.len(),
            }
        });
        match stop {
            Stop::Partial => {}
            Stop::Quit => out.close(),
            Stop::Malformed(error) => {
                out.send(format!("-ERR Protocol error: {error}\r\n").as_bytes());
                match error {
                    Malformed::TooLong { .. } => out.close_too_long(),
                    _ => out.close_early(),
                }
            }
        }
    }
}

impl Machine for Session {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Received(bytes) => self.receive(now, bytes, out),
            Input::Ended => out.close(),
            Input::Start | Input::Timer(_) | Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.remainder.is_empty())
    }
}

/// Delivers the whole requests at the start of `bytes`; gives back how many bytes those are.
fn deliver_all(bytes: &[u8], limit_bytes: usize, now: Tick, out: &mut Outbox) -> (usize, Stop) {
    let mut used = 0;
    loop {
        let (request, count) = match request::first(&bytes[used..], limit_bytes) {
            Ok(Some(found)) => found,
            Ok(None) => return (used, Stop::Partial),
            Err(error) => return (used, Stop::Malformed(error)),
        };
        if !request.is_empty() {
            let (text, ending) = without_ending(&bytes[used..used + count]);
            out.deliver(text, now, ending);
        }
        used += count;
        if request.is("QUIT") {
            return (used, Stop::Quit);
        }
    }
}

fn without_ending(request: &[u8]) -> (&[u8], Ending) {
    match request {
        [text @ .., b'\r', b'\n'] => (text, Ending::CrLf),
        [text @ .., b'\n'] => (text, Ending::Lf),
        text => (text, Ending::Bare),
    }
}

/// Answers the requests of which `bytes` consists.
fn answer_all(mut bytes: &[u8], limit_bytes: usize, replies: &mut Vec<u8>) {
    while let Ok(Some((request, count))) = request::first(bytes, limit_bytes) {
        answer(&request, replies);
        bytes = &bytes[count..];
    }
}

fn answer(request: &Request<'_>, replies: &mut Vec<u8>) {
    let Some(name) = request.words().first() else {
        return;
    };
    match request.words() {
        [_] if request.is("PING") => replies.extend_from_slice(PONG),
        [_, text] if request.is("PING") || request.is("ECHO") => bulk(text, replies),
        _ if request.is("PING") || request.is("ECHO") => error(
            replies,
            format_args!(
                "wrong number of arguments for '{}' command",
                shown(name).to_lowercase()
            ),
        ),
        _ if request.is("QUIT") => replies.extend_from_slice(b"+OK\r\n"),
        [_, get, names @ ..] if request.is("CONFIG") && get.eq_ignore_ascii_case(b"GET") => {
            settings(names, replies);
        }
        _ if request.is("COMMAND") => replies.extend_from_slice(b"*0\r\n"),
        [_, arguments @ ..] => {
            let arguments: String = arguments
                .iter()
                .map(|argument| format!("'{}' ", shown(argument)))
                .collect();
            error(
                replies,
                format_args!(
                    "unknown command '{}', with args beginning with: {arguments}",
                    shown(name)
                ),
            );
        }
        [] => {}
    }
}

/// What `redis-benchmark` asks before it begins, and says aloud when it gets no answer: whether anything
/// is saved. Of other settings there is none, which is what an empty array says.
fn settings(names: &[&[u8]], replies: &mut Vec<u8>) {
    let value: &[u8] = match names {
        [b"save"] => b"",
        [b"appendonly"] => b"no",
        _ => return replies.extend_from_slice(b"*0\r\n"),
    };
    replies.extend_from_slice(b"*2\r\n");
    names.iter().for_each(|name| bulk(name, replies));
    bulk(value, replies);
}

fn bulk(text: &[u8], replies: &mut Vec<u8>) {
    append(replies, format_args!("${}\r\n", text.len()));
    replies.extend_from_slice(text);
    replies.extend_from_slice(b"\r\n");
}

fn error(replies: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    append(replies, format_args!("-ERR {text}\r\n"));
}

fn append(replies: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    replies
        .write_fmt(text)
        .expect("a vector takes all that is written");
}

/// The beginning of a word, fit for a line of text.
fn shown(word: &[u8]) -> String {
    let text = String::from_utf8_lossy(&word[..word.len().min(SHOWN_BYTES)]);
    text.replace(|c: char| c.is_control(), " ")
}

/// The client's half of a connection: it pings.
pub(crate) fn client(_: &Script, _: u32, _: u64) -> Box<dyn Machine> {
    Box::new(Client {
        replies: ExpectedReplies::after(b""),
    })
}

struct Client {
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { .. } => {
                out.send(request::PING);
                self.replies.expect(PONG);
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

const PONG: &[u8] = b"+PONG\r\n";
/// Of a word in an error, as in `redis-server`.
const SHOWN_BYTES: usize = 128;

#[cfg(test)]
mod tests {
    use machine::{Answer, Farewell, Output, PrivateWords};
    use proptest::prelude::*;

    use super::*;

    /// What comes of reads: the answers, how many requests were delivered, and whether it closed.
    fn run(reads: &[&[u8]], request_bytes: usize) -> (String, usize, Option<Farewell>) {
        let dialect = Dialect {
            request_bytes,
            ..Dialect::SEED
        };
        let shared = PrivateWords::new(0);
        let mut session = session(&dialect, &shared);
        let (mut out, mut closed) = (Outbox::new(), None);
        for read in reads.iter().filter(|read| !read.is_empty()) {
            if closed.is_none() {
                session.handle(Tick::ZERO, Input::Received(read), &mut out);
            }
            closed = out.outputs().iter().find_map(|output| match output {
                Output::Close(farewell) => Some(*farewell),
                _ => None,
            });
        }
        let is_delivery = |output: &&Output| matches!(output, Output::Deliver { .. });
        let delivered = out.outputs().iter().filter(is_delivery).count();
        let sent = String::from_utf8_lossy(&out.sent()).into_owned();
        (sent, delivered, closed)
    }

    #[track_caller]
    fn check(reads: &[&[u8]], expected: &str, requests: usize, farewell: Option<Farewell>) {
        let expected = (expected.to_owned(), requests, farewell);
        assert_eq!(run(reads, 1024), expected);
    }

    #[test]
    fn a_ping_is_answered_in_either_form() {
        check(&[b"PING\r\n"], "+PONG\r\n", 1, None);
        check(&[b"ping\n"], "+PONG\r\n", 1, None);
        check(&[b"*1\r\n$4\r\nPING\r\n"], "+PONG\r\n", 1, None);
        check(&[b"*1\r\n$4\r\npInG\r\n"], "+PONG\r\n", 1, None);
    }

    #[test]
    fn a_text_comes_back_as_a_bulk_string() {
        check(&[b"PING hello\r\n"], "$5\r\nhello\r\n", 1, None);
        check(&[b"echo \"a b\"\r\n"], "$3\r\na b\r\n", 1, None);
        let array = b"*2\r\n$4\r\nECHO\r\n$4\r\na\r\nb\r\n";
        check(&[array], "$4\r\na\r\nb\r\n", 1, None);
        check(&[b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"], "$0\r\n\r\n", 1, None);
    }

    #[test]
    fn quit_is_answered_and_the_rest_is_not() {
        let farewell = Some(Farewell::Done);
        check(
            &[b"PING\r\nQUIT\r\nPING\r\n"],
            "+PONG\r\n+OK\r\n",
            2,
            farewell,
        );
    }

    #[test]
    fn what_benchmarks_and_shells_ask_first_finds_next_to_nothing() {
        let saves = "*2\r\n$4\r\nsave\r\n$0\r\n\r\n";
        check(&[b"CONFIG GET save\r\n"], saves, 1, None);
        let appends = "*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n";
        check(&[b"config get appendonly\r\n"], appends, 1, None);
        check(&[b"CONFIG GET maxmemory\r\n"], "*0\r\n", 1, None);
        check(&[b"COMMAND DOCS\r\n"], "*0\r\n", 1, None);
    }

    #[test]
    fn other_commands_get_an_error_and_the_connection_stays() {
        let unknown = "-ERR unknown command 'HELLO', with args beginning with: '3' 'a b' \r\n";
        let hello = b"*3\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$3\r\na\nb\r\nPING\r\n";
        check(&[hello], &format!("{unknown}+PONG\r\n"), 2, None);
        let unknown = "-ERR unknown command 'CONFIG', with args beginning with: 'SET' 'a' 'b' \r\n";
        check(&[b"CONFIG SET a b\r\n"], unknown, 1, None);
        let wrong = "-ERR wrong number of arguments for 'echo' command\r\n";
        check(&[b"ECHO\r\n"], wrong, 1, None);
        let wrong = "-ERR wrong number of arguments for 'ping' command\r\n";
        check(&[b"PING a b\r\n"], wrong, 1, None);
    }

    #[test]
    fn what_asks_nothing_gets_no_answer() {
        check(
            &[b"\r\n*0\r\n*-1\r\n\n  \r\nPING\r\n"],
            "+PONG\r\n",
            1,
            None,
        );
    }

    #[test]
    fn what_is_no_request_gets_an_error_and_the_end() {
        for (bytes, text) in [
            (&b"*1\r\n+4\r\n"[..], "expected '$', got '+'"),
            (b"*x\r\n", "invalid multibulk length"),
            (b"*65\r\n", "invalid multibulk length"),
            (b"*1\r\n$x\r\n", "invalid bulk length"),
            (b"*1\r\n$-1\r\n", "invalid bulk length"),
            (b"*1\r\n$1025\r\n", "invalid bulk length"),
            (b"*1\r\n$4\r\nPINGPONG", "invalid bulk length"),
            (b"ECHO \"a\r\n", "unbalanced quotes in request"),
            (
                b"*0000000000000000000000000000000000",
                "invalid multibulk length",
            ),
        ] {
            let expected = format!("+PONG\r\n-ERR Protocol error: {text}\r\n");
            let reads = [b"PING\r\n", bytes, b"PING\r\n"];
            check(&reads, &expected, 1, Some(Farewell::Early));
        }
    }

    #[test]
    fn a_request_over_the_bound_is_refused_before_it_is_stored() {
        let text = "-ERR Protocol error: request longer than 20 bytes\r\n";
        let expected = (text.to_owned(), 0, Some(Farewell::TooLong));
        assert_eq!(run(&[&[b'a'; 22]], 20), expected);
        assert_eq!(run(&[b"ECHO 1234567890123456\r\n"], 20), expected);
        assert_eq!(run(&[b"*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n"], 20), expected);
        assert_eq!(run(&[b"ECHO 123456789012345\r\n"], 20).1, 1);
    }

    #[test]
    fn the_answers_to_one_read_are_one_send_behind_its_deliveries() {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        let read = [&request::PING.repeat(100)[..], b"ECHO a\r\nPI"].concat();
        session.handle(Tick::ZERO, Input::Received(&read), &mut out);
        let [deliveries @ .., Output::Send(sent)] = out.outputs() else {
            panic!("{:?}", out.outputs());
        };
        assert_eq!((deliveries.len(), sent.len()), (101, 100 * 7 + 7));
        assert_eq!(session.standing(), Standing::Receiving);
    }

    #[test]
    fn the_client_takes_a_pong_and_nothing_else() {
        for (reply, is_right) in [(PONG, true), (b"+pong\r\n", false)] {
            let mut client = client(&Script::seed(Dialect::SEED), 0, 0);
            let mut out = Outbox::new();
            let ask = Input::Ask {
                number: 0,
                unix_millis: 0,
            };
            for input in [Input::Start, ask, Input::Received(reply)] {
                client.handle(Tick::ZERO, input, &mut out);
            }
            let rights = out
                .outputs()
                .iter()
                .filter(|output| matches!(output, Output::Answered(Answer::Right { .. })));
            assert_eq!(rights.count() == 1, is_right);
            assert_eq!(out.sent(), request::PING);
        }
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        ) {
            let stream = b"PING\r\n*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$6\r\n\r\n*1\r\n\r\n\r\nFOO \"b\"\n\
                *3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$4\r\nsave\r\n*1\r\n$4\r\nQUIT\r\nPING\r\n";
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at.windows(2).map(|w| &stream[w[0]..w[1]]).collect();
            prop_assert_eq!(run(&reads, 1024), run(&[stream], 1024));
        }

        #[test]
        fn whatever_comes_is_answered_without_a_panic(
            bytes in prop::collection::vec(
                prop::sample::select(b"*$-+019\r\n \"PINGa\xff".to_vec()), 0..60),
        ) {
            let halves = bytes.split_at(bytes.len() / 2);
            let whole = run(&[&bytes], 1024);
            prop_assert_eq!(run(&[halves.0, halves.1], 1024), whole);
        }
    }
}
