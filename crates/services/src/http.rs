//! `http`: one fixed answer to every GET and HEAD of HTTP/1.1 (RFC 9110, RFC 9112).
//!
//! ```text
//!   client  "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
//!   server  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nHello from wharf\n"
//! ```
//!
//! So that generators which others wrote (wrk, ab, curl) can load every concurrency model. Any target
//! gets the same answer. Connections persist and requests may be pipelined; bodies of requests are read
//! and dropped. There is no `Date`, which RFC 9110, section 6.6.1, leaves to servers that have a clock:
//! a machine has none. An answer says what could not be served: a head that is none (400), another
//! method (405), a body in chunks (411), too long a body (413), target (414) or head (431), an
//! expectation other than `100-continue` (417), a coding (501), another major version (505).
//!
//! The answers to one read are equal as a rule, so they are counted while their requests are
//! delivered and then sent at once, which is one system call however deep the pipeline is.

mod head;
mod reply;

use machine::{Input, Machine, Outbox, Shared, Standing};
use timing::Tick;
use wire::Ending;

use self::{
    head::Head,
    reply::{Persistence, Reply, Status},
};
use crate::{Dialect, Script, expected::ExpectedReplies, remainder::Remainder};

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        limit_bytes: dialect.request_bytes,
        remainder: Remainder::default(),
        conversation: Conversation::default(),
    })
}

struct Session {
    limit_bytes: usize,
    remainder: Remainder,
    conversation: Conversation,
}

impl Machine for Session {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Received(read) => {
                let conversation = &mut self.conversation;
                let limit_bytes = self.limit_bytes;
                self.remainder.feed(read, |bytes| {
                    conversation.receive(bytes, limit_bytes, now, out)
                });
            }
            Input::Ended => out.close(),
            Input::Start | Input::Timer(_) | Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.remainder.is_empty() && self.conversation.body_bytes == 0)
    }
}

/// Where a connection stands between two heads.
#[derive(Default)]
struct Conversation {
    /// What is still to come of a request's body.
    body_bytes: usize,
    /// The request line of the request whose body that is, and its answer.
    line: Vec<u8>,
    reply: Reply,
    /// An answer that is not sent yet, and how often it is due.
    owed: (Reply, usize),
}

impl Conversation {
    /// Goes through what has come; gives back how much of it is done with.
    fn receive(&mut self, bytes: &[u8], limit_bytes: usize, now: Tick, out: &mut Outbox) -> usize {
        let mut used = 0;
        while used < bytes.len() {
            let rest = &bytes[used..];
            if self.body_bytes > 0 {
                used += self.drop_body(rest, now, out);
            } else if rest.starts_with(b"\r\n") {
                // RFC 9112, section 2.2: some clients send one behind a body.
                used += 2;
                continue;
            } else {
                match head::first(rest, limit_bytes) {
                    Ok(None) => break,
                    Ok(Some((head, size))) => {
                        used += size;
                        self.begin(&head, &rest[..size], &bytes[used..], now, out);
                    }
                    Err(status) => self.owe(Reply::farewell(status), out),
                }
            }
            if self.owed.0.persistence == Persistence::Close && self.owed.1 > 0 {
                self.close(out);
                return bytes.len();
            }
        }
        self.pay(out);
        used
    }

    /// A head has come: its answer is due now, or when its body has come.
    fn begin(&mut self, head: &Head, raw: &[u8], after: &[u8], now: Tick, out: &mut Outbox) {
        let reply = Reply {
            status: head.status,
            is_head: head.is_head,
            persistence: head.persistence,
        };
        if head.body_bytes == 0 {
            let ending = match raw {
                [.., b'\r', b'\n'] => Ending::CrLf,
                _ => Ending::Lf,
            };
            out.deliver(request_line(raw), now, ending);
            self.owe(reply, out);
            return;
        }
        self.body_bytes = head.body_bytes;
        self.reply = reply;
        self.line.clear();
        self.line.extend_from_slice(request_line(raw));
        // RFC 9110, section 10.1.1: a client that has begun to send its body does not wait.
        if head.expects_continue && after.is_empty() {
            self.pay(out);
            out.send(reply::CONTINUE);
        }
    }

    /// Takes what `bytes` begins with of a body; gives back how much that is.
    fn drop_body(&mut self, bytes: &[u8], now: Tick, out: &mut Outbox) -> usize {
        let count = self.body_bytes.min(bytes.len());
        self.body_bytes -= count;
        if self.body_bytes == 0 {
            out.deliver(&self.line, now, Ending::Bare);
            self.owe(self.reply, out);
        }
        count
    }

    fn owe(&mut self, reply: Reply, out: &mut Outbox) {
        if self.owed.0 != reply {
            self.pay(out);
            self.owed.0 = reply;
        }
        self.owed.1 += 1;
    }

    fn pay(&mut self, out: &mut Outbox) {
        let (reply, count) = self.owed;
        if count > 0 {
            out.send_with(|buffer| (0..count).for_each(|_| reply.write(buffer)));
            self.owed.1 = 0;
        }
    }

    fn close(&mut self, out: &mut Outbox) {
        let status = self.owed.0.status;
        self.pay(out);
        match status {
            Status::ContentTooLarge | Status::UriTooLong | Status::HeadTooLarge => {
                out.close_too_long();
            }
            Status::Ok => out.close(),
            // Its client may be sending a body that nobody reads.
            _ => out.close_early(),
        }
    }
}

/// The first line of a head.
fn request_line(head: &[u8]) -> &[u8] {
    let head = head.trim_ascii_start();
    let end = head.iter().position(|&b| b == b'\n');
    head[..end.unwrap_or(head.len())].trim_ascii_end()
}

/// The client's half of a connection: it gets.
///
/// Its check is exact to the byte, status line and headers included: it is for wharf's own answer, and
/// calls another server's wrong.
pub(crate) fn client(_: &Script, _: u32, _: u64) -> Box<dyn Machine> {
    let mut reply = Vec::new();
    Reply::default().write(&mut reply);
    Box::new(Client {
        reply,
        replies: ExpectedReplies::after(b""),
    })
}

struct Client {
    reply: Vec<u8>,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { .. } => {
                out.send(REQUEST);
                self.replies.expect(&self.reply);
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

/// The host is any name: a machine does not know where its bytes go.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[cfg(test)]
mod tests {
    use machine::{Answer, Farewell, Output, PrivateWords};
    use proptest::prelude::*;

    use super::*;

    /// What comes of reads: the answers, the requests that were delivered, and whether it closed.
    fn run(reads: &[&[u8]]) -> (String, Vec<String>, Option<Farewell>) {
        let dialect = Dialect {
            request_bytes: 400,
            ..Dialect::SEED
        };
        let shared = PrivateWords::new(0);
        let mut session = session(&dialect, &shared);
        let (mut out, mut closed, mut delivered) = (Outbox::new(), None, Vec::new());
        for read in reads.iter().filter(|read| !read.is_empty()) {
            if closed.is_none() {
                session.handle(Tick::ZERO, Input::Received(read), &mut out);
            }
            closed = out.outputs().iter().find_map(|output| match output {
                Output::Close(farewell) => Some(*farewell),
                _ => None,
            });
        }
        for output in out.outputs() {
            if let Output::Deliver { text, ending, .. } = output {
                let text = String::from_utf8_lossy(out.bytes(text)).into_owned();
                delivered.push(format!("{text} {ending:?}"));
            }
        }
        let sent = String::from_utf8_lossy(&out.sent()).into_owned();
        (sent, delivered, closed)
    }

    #[track_caller]
    fn check(reads: &[&str], answers: &[&str], requests: &[&str], farewell: Option<Farewell>) {
        let reads: Vec<&[u8]> = reads.iter().map(|read| read.as_bytes()).collect();
        let requests = requests.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(run(&reads), (answers.concat(), requests, farewell));
    }

    /// The connection is ended with this status and nothing else.
    #[track_caller]
    fn check_refused(head: &str, status: &str, farewell: Farewell) {
        let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        check(
            &[head, "GET / HTTP/1.0\r\n\r\n"],
            &[&answer],
            &[],
            Some(farewell),
        );
    }

    const GET: &str = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\nHello from wharf\n";
    const NOT_ALLOWED: &str =
        "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn a_request_is_answered_however_it_is_cut() {
        let delivered = ["GET /a HTTP/1.1 CrLf"];
        check(&[GET], &[OK], &delivered, None);
        check(
            &[&GET[..9], &GET[9..27], &GET[27..]],
            &[OK],
            &delivered,
            None,
        );
        let lines = GET.replace('\r', "");
        check(&[&lines], &[OK], &["GET /a HTTP/1.1 Lf"], None);
    }

    #[test]
    fn pipelined_requests_are_answered_in_one_send_behind_their_deliveries() {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        let read = GET.repeat(100) + "GET";
        session.handle(Tick::ZERO, Input::Received(read.as_bytes()), &mut out);
        let [deliveries @ .., Output::Send(sent)] = out.outputs() else {
            panic!("{:?}", out.outputs());
        };
        assert_eq!((deliveries.len(), sent.len()), (100, 100 * OK.len()));
        assert_eq!(session.standing(), Standing::Receiving);
    }

    #[test]
    fn the_answer_to_head_has_no_content() {
        let head = "HEAD / HTTP/1.1\r\nhost: b\r\n\r\n";
        let answers = [&OK[..OK.len() - 17], OK];
        check(
            &[head, GET],
            &answers,
            &["HEAD / HTTP/1.1 CrLf", "GET /a HTTP/1.1 CrLf"],
            None,
        );
    }

    #[test]
    fn the_connection_persists_unless_its_client_says_otherwise() {
        let closing = OK.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let keeping = OK.replacen("\r\n", "\r\nConnection: keep-alive\r\n", 1);
        let (done, version_1_0) = (Some(Farewell::Done), "GET / HTTP/1.0 CrLf");
        let close = "GET / HTTP/1.1\r\nHost: b\r\nConnection: x, Close\r\n\r\n";
        check(&[close, GET], &[&closing], &["GET / HTTP/1.1 CrLf"], done);
        check(
            &["GET / HTTP/1.0\r\n\r\n"],
            &[&closing],
            &[version_1_0],
            done,
        );
        let keep = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
        check(
            &[keep, keep],
            &[&keeping, &keeping],
            &[version_1_0; 2],
            None,
        );
    }

    #[test]
    fn a_body_is_dropped_and_its_request_answered_behind_it() {
        let post = "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nGET /";
        let (posted, got) = ("POST / HTTP/1.1 Bare", "GET /a HTTP/1.1 CrLf");
        let coalesced = [post, "\r\n", GET].concat();
        check(&[&coalesced], &[NOT_ALLOWED, OK], &[posted, got], None);
        let split = post.split_at(post.len() - 2);
        check(
            &[split.0, split.1, GET],
            &[NOT_ALLOWED, OK],
            &[posted, got],
            None,
        );
        check(&[split.0], &[], &[], None);
    }

    #[test]
    fn a_client_that_waits_is_told_to_send_its_body() {
        let head = "GET / HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        let delivered = ["GET / HTTP/1.1 Bare"];
        check(&[head], &["HTTP/1.1 100 Continue\r\n\r\n"], &[], None);
        check(
            &[head, "ab"],
            &["HTTP/1.1 100 Continue\r\n\r\n", OK],
            &delivered,
            None,
        );
        check(&[&[head, "ab"].concat()], &[OK], &delivered, None);
        let allowed = "405 Method Not Allowed\r\nAllow: GET, HEAD";
        check_refused(&head.replace("GET", "PUT"), allowed, Farewell::Early);
        let other = head.replace("100-continue", "wonders");
        check_refused(&other, "417 Expectation Failed", Farewell::Early);
    }

    #[test]
    fn what_cannot_be_served_is_told_so_and_ends_the_connection() {
        let (bad, early) = ("400 Bad Request", Farewell::Early);
        for head in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "G\u{e9}T / HTTP/1.1\r\n",
            "\0",
        ] {
            check_refused(head, bad, early);
        }
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
        check_refused(chunked, "411 Length Required", early);
        check_refused(
            &chunked.replace("Chunked", "gzip"),
            "501 Not Implemented",
            early,
        );
        check_refused(
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "505 HTTP Version Not Supported",
            early,
        );
    }

    #[test]
    fn what_is_over_a_bound_is_refused_before_it_is_stored() {
        let long = "x".repeat(400);
        let body = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 401\r\n\r\n";
        let endless = body.replace("401", "99999999999999999999999");
        let field = format!("GET / HTTP/1.1\r\nHost: {long}");
        let fields = format!("GET / HTTP/1.1\r\n{}", "A:\r\n".repeat(65));
        check_refused(body, "413 Content Too Large", Farewell::TooLong);
        check_refused(&endless, "413 Content Too Large", Farewell::TooLong);
        check_refused(
            &format!("GET /{long}"),
            "414 URI Too Long",
            Farewell::TooLong,
        );
        for head in [field, fields] {
            check_refused(
                &head,
                "431 Request Header Fields Too Large",
                Farewell::TooLong,
            );
        }
        let most = body.replace("401", "400") + &long;
        check(&[&most], &[OK], &["GET / HTTP/1.1 Bare"], None);
    }

    #[test]
    fn the_client_takes_the_servers_answer_and_no_other() {
        for (reply, is_right) in [(OK.to_owned(), true), (OK.replace("wharf", "whale"), false)] {
            let mut client = client(&Script::seed(Dialect::SEED), 0, 0);
            let mut out = Outbox::new();
            let ask = Input::Ask {
                number: 0,
                unix_millis: 0,
            };
            for input in [Input::Start, ask, Input::Received(reply.as_bytes())] {
                client.handle(Tick::ZERO, input, &mut out);
            }
            let is_answered =
                |output: &Output| matches!(output, Output::Answered(Answer::Right { .. }));
            assert_eq!(out.outputs().iter().any(is_answered), is_right);
            assert_eq!(run(&[&out.sent()]).0, OK);
        }
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        ) {
            let stream = "GET / HTTP/1.1\r\nHost: b\r\n\r\n\r\nHEAD /x HTTP/1.1\r\nHost: b\r\n\r\n\
                POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 9\r\n\r\nGET / HTT\r\nGET /a HTTP/1.1\nHost:\n\n\
                GET / HTTP/1.0\r\n\r\nGET /".as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at.windows(2).map(|w| &stream[w[0]..w[1]]).collect();
            prop_assert_eq!(run(&reads), run(&[stream]));
        }

        #[test]
        fn whatever_comes_is_answered_without_a_panic(
            bytes in prop::collection::vec(
                prop::sample::select(b"GET / HTP1.0:\r\n\r\n\0\xff".to_vec()), 0..60),
        ) {
            let halves = bytes.split_at(bytes.len() / 2);
            prop_assert_eq!(run(&[halves.0, halves.1]), run(&[&bytes]));
        }
    }
}
