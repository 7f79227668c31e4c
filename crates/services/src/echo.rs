//! `echo`: every byte comes back (RFC 862, over TCP).
//!
//! Bytes are sent back as they come, so messages matter only to the statistics: once a line feed has
//! been seen on a connection its lines are counted, before that its reads.

use machine::{Input, Machine, Outbox, Shared, Standing};
use timing::Tick;
use wire::{Ending, count_lines, first_line};

use crate::{Dialect, Script, expected::ExpectedReplies, remainder::Remainder};

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        dialect,
        rest: Remainder::default(),
        has_lines: false,
    })
}

struct Session<'a> {
    dialect: &'a Dialect,
    /// The beginning of a line that is not whole yet.
    rest: Remainder,
    has_lines: bool,
}

impl Session<'_> {
    fn count(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        if !self.has_lines && !bytes.contains(&b'\n') {
            out.deliver(bytes, now, Ending::Bare);
            return;
        }
        self.has_lines = true;
        if self.count_whole(now, bytes, out) {
            return;
        }
        let most = self.dialect.request_bytes;
        let mut is_too_long = false;
        self.rest.feed(bytes, |all| {
            let mut used = 0;
            while let Some((line, ending, length)) = first_line(&all[used..]) {
                is_too_long |= line.len() > most;
                out.deliver(line, now, ending);
                used += length;
            }
            // A carriage return at the end may be half of an ending, which does not count.
            is_too_long |= all.len() - used > most + 1;
            used
        });
        if is_too_long {
            out.close_too_long();
        }
    }

    /// The usual case where requests are only counted: says whether it was that.
    fn count_whole(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) -> bool {
        let is_short = self.rest.is_empty() && bytes.len() <= self.dialect.request_bytes;
        if !is_short || !out.only_counts() {
            return false;
        }
        let Some((lines, used)) = count_lines(bytes) else {
            return false;
        };
        self.rest.feed(bytes, |_| used);
        out.deliver_alike(lines, now, Ending::Lf);
        true
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => {
                out.send(bytes);
                self.count(now, bytes, out);
            }
            Input::Ended => out.close(),
            Input::Timer(_) | Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_pending(self.rest.is_empty())
    }
}

/// The client's half of a connection.
pub(crate) fn client(script: &Script, worker: u32, _: u64) -> Box<dyn Machine> {
    Box::new(Client {
        script: script.clone(),
        worker,
        replies: ExpectedReplies::after(script.dialect.greeting.as_bytes()),
    })
}

struct Client {
    script: Script,
    worker: u32,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { number, .. } => {
                let mut request = self.script.text(self.worker, number).into_bytes();
                request.extend_from_slice(self.script.dialect.terminator.request().bytes());
                out.send(&request);
                self.replies.expect(&request);
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use machine::{Output, PrivateWords};

    use super::*;

    fn run(reads: &[&[u8]]) -> (Vec<u8>, usize) {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        for read in reads {
            session.handle(Tick::ZERO, Input::Received(read), &mut out);
        }
        let delivered = out
            .outputs()
            .iter()
            .filter(|o| matches!(o, Output::Deliver { .. }));
        (out.sent(), delivered.count())
    }

    #[test]
    fn bytes_come_back_at_once_and_whatever_they_are() {
        assert_eq!(run(&[b"\xff\x00a", b"b"]), (b"\xff\x00ab".to_vec(), 2));
    }

    #[test]
    fn lines_are_counted_as_lines_however_they_are_cut() {
        assert_eq!(run(&[b"ab\nc", b"d\n"]), (b"ab\ncd\n".to_vec(), 2));
    }

    #[test]
    fn lines_that_are_only_counted_are_as_many_as_those_that_are_looked_at() {
        let reads: [&[u8]; 6] = [b"a\nb\n", b"c", b"d\ne\r", b"\nf\n", b"g\r\n", b"h\n"];
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let [looked_at, counted] = [false, true].map(|only_counts| {
            let mut session = session(&dialect, &shared);
            let mut counts = [0; 3];
            for read in reads {
                let mut out = Outbox::new().only_counting(only_counts);
                session.handle(Tick::ZERO, Input::Received(read), &mut out);
                for output in out.outputs() {
                    if let Output::Deliver { ending, count, .. } = output {
                        counts[*ending as usize] += count;
                    }
                }
            }
            counts
        });
        assert_eq!(looked_at, counted);
        assert_eq!(counted.iter().sum::<u64>(), 7);
    }
}
