//! `mean`: numbers from all clients; each that says it is ready gets the mean of all there are
//! (Distributed and Networking Programming, week 2).
//!
//! ```text
//!   client  "2"                     counted at once
//!           … 5 s …
//!   client  "ready"                 server  "2.0", closes
//! ```
//!
//! Only time separates the number from the word, and a number may come in two reads (`1` then `2`
//! is 12). So what has come of a number counts at once, and is taken back and replaced when more of it
//! comes: the sum is exact, so taking back is exact too. The state of a worker is a count and an
//! exact sum; the mean is rounded once, when it is asked for.

use machine::{Answer, Input, Machine, Outbox, Shared, Standing, TimerId};
use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use stats::ExactSum;
use timing::Tick;
use wire::{Ending, Inbox};

use crate::{Dialect, Script, python_text::float_text};

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, shared: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(Session {
        dialect,
        shared,
        inbox: Inbox::new(dialect.request_bytes),
        last_byte: Tick::ZERO,
        counted: None,
        mean_seen: None,
        is_delivered: false,
        owes_mean: false,
    })
}

/// Words that the workers share: a count and a sum.
pub(crate) const SHARED_WORDS: usize = Tally::WORDS;

/// A count and an exact sum, as shared words. One worker may take back what another has counted, so a
/// count by itself may be below nothing, as a sum may; the total of all is not.
#[derive(Default)]
struct Tally {
    count: u64,
    sum: ExactSum,
}

impl Tally {
    const WORDS: usize = 1 + ExactSum::WORDS;

    fn from_words(words: &[u64; Self::WORDS]) -> Self {
        let (count, sum) = words.split_first().expect("the first word is the count");
        Self {
            count: *count,
            sum: ExactSum::from_words(sum.try_into().expect("the rest is the sum")),
        }
    }

    fn to_words(&self) -> [u64; Self::WORDS] {
        let mut words = [0; Self::WORDS];
        words[0] = self.count;
        words[1..].copy_from_slice(&self.sum.to_words());
        words
    }

    /// Over all workers.
    fn total(shared: &dyn Shared) -> Self {
        let mut total = Self::default();
        shared.fold(&mut |words| {
            let words = words
                .try_into()
                .expect("a worker's words have their number");
            let tally = Self::from_words(words);
            total.count = total.count.wrapping_add(tally.count);
            total.sum.merge(&tally.sum);
        });
        total
    }

    fn text(&self) -> Option<String> {
        self.sum.mean(self.count).map(float_text)
    }
}

struct Session<'a> {
    dialect: &'a Dialect,
    shared: &'a dyn Shared,
    /// Begins with the number that is arriving, if one is.
    inbox: Inbox,
    last_byte: Tick,
    /// What the arriving number counts for so far.
    counted: Option<f64>,
    /// The mean when the arriving number last changed it, to be shown when the number is whole.
    mean_seen: Option<String>,
    /// Whether the arriving number has been reported as received.
    is_delivered: bool,
    owes_mean: bool,
}

impl Session<'_> {
    fn receive(&mut self, now: Tick, bytes: &[u8], out: &mut Outbox) {
        self.inbox.push(bytes);
        self.last_byte = now;
        self.owes_mean = true;
        loop {
            match next_token(self.inbox.pending()) {
                Token::Nothing => break out.cancel(QUIET),
                Token::Blank => {
                    self.inbox.take(1);
                }
                Token::Ready(ending) => return self.answer(ending, out),
                Token::PerhapsReady => break,
                Token::Number(count) => self.finish_number(count, out),
                Token::Unfinished => {
                    self.revise(out);
                    self.wait_for_more(now, out);
                    break;
                }
            }
        }
        if self.inbox.pending().len() > self.dialect.request_bytes {
            self.recount(None);
            out.send(format!("error: {}\n", self.inbox.too_long()).as_bytes());
            out.close_too_long();
        }
    }

    fn wait_for_more(&self, now: Tick, out: &mut Outbox) {
        if !self.is_delivered {
            out.wake_at(now + self.dialect.quiet, QUIET);
        }
    }

    /// Counts what has come of the arriving number; nothing as long as it is none, as `1e` is.
    fn revise(&mut self, out: &Outbox) {
        self.recount(number(self.inbox.pending()));
        self.see_mean(out);
    }

    /// Looks at the mean at the instant at which a number has changed it, for whoever watches.
    fn see_mean(&mut self, out: &Outbox) {
        if out.is_watched() && self.counted.is_some() {
            self.mean_seen = Tally::total(self.shared).text();
        }
    }

    /// Replaces what the arriving number counts for.
    fn recount(&mut self, value: Option<f64>) {
        if self.counted == value {
            return;
        }
        let mut words = [0; Tally::WORDS];
        self.shared.own(&mut words);
        let mut tally = Tally::from_words(&words);
        if let Some(old) = self.counted {
            tally.count = tally.count.wrapping_sub(1);
            tally.sum.subtract(old);
        }
        if let Some(new) = value {
            tally.count = tally.count.wrapping_add(1);
            tally.sum.add(new);
        }
        self.shared.publish(&tally.to_words());
        self.counted = value;
    }

    /// The arriving number ends after `count` bytes.
    fn finish_number(&mut self, count: usize, out: &mut Outbox) {
        let value = number(&self.inbox.pending()[..count]);
        if value != self.counted || self.mean_seen.is_none() {
            self.recount(value);
            self.see_mean(out);
        }
        let ending = line_ending(&self.inbox.pending()[count..]);
        self.deliver(count, ending, out);
        let text = self.inbox.take(count);
        if value.is_none() {
            let text = String::from_utf8_lossy(&text[..count.min(SHOWN_BYTES)]).into_owned();
            out.send(format!("error: not a finite number: {text:?}\n").as_bytes());
        }
        // It stays counted, and the next number is another one.
        self.counted = None;
        self.is_delivered = false;
    }

    fn deliver(&mut self, count: usize, ending: Ending, out: &mut Outbox) {
        if self.is_delivered {
            return;
        }
        self.is_delivered = true;
        let text = &self.inbox.pending()[..count];
        out.deliver(text, self.last_byte, ending);
        let mean = self.mean_seen.take().filter(|_| self.counted.is_some());
        if let Some(mean) = mean {
            let text = String::from_utf8_lossy(&self.inbox.pending()[..count.min(SHOWN_BYTES)]);
            out.note(&format!("received {text}, new mean_data {mean}"));
        }
    }

    fn answer(&mut self, ending: Ending, out: &mut Outbox) {
        out.deliver(READY, self.last_byte, ending);
        let mean = Tally::total(self.shared).text();
        let text = mean.unwrap_or_else(|| "error: no number has come yet".to_owned());
        out.note(&format!("got ready message, sending {text}"));
        out.send(text.as_bytes());
        out.send(self.dialect.terminator.reply(ending).bytes());
        out.close();
    }

    /// No more will come, so what there is of a number is all of it.
    fn end(&mut self, out: &mut Outbox) {
        let pending = self.inbox.pending().len();
        if pending > 0 {
            self.finish_number(pending, out);
        }
        out.close();
    }
}

impl Machine for Session<'_> {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Start => out.send(self.dialect.greeting.as_bytes()),
            Input::Received(bytes) => self.receive(now, bytes, out),
            Input::Timer(_) => {
                let pending = self.inbox.pending().len();
                self.deliver(pending, Ending::Bare, out);
            }
            Input::Ended => self.end(out),
            Input::Worked(_) | Input::Ask { .. } => {}
        }
    }

    fn standing(&self) -> Standing {
        match self.owes_mean {
            false => Standing::Idle,
            true if self.inbox.is_empty() || self.is_delivered => Standing::Owing,
            true => Standing::Receiving,
        }
    }
}

/// What the pending bytes begin with.
enum Token {
    Nothing,
    Blank,
    /// The word, with the line ending behind it if that has come.
    Ready(Ending),
    /// A part of the word that may go on.
    PerhapsReady,
    /// A number, whole, of so many bytes.
    Number(usize),
    /// A number that may go on.
    Unfinished,
}

fn next_token(pending: &[u8]) -> Token {
    match pending {
        [] => return Token::Nothing,
        [first, ..] if first.is_ascii_whitespace() => return Token::Blank,
        _ => {}
    }
    if let Some(rest) = pending.strip_prefix(READY) {
        return Token::Ready(line_ending(rest));
    }
    if READY.starts_with(pending) {
        return Token::PerhapsReady;
    }
    // Numbers have no `r` in them, so one begins the word; at the front it is just a wrong letter.
    let end = pending
        .iter()
        .enumerate()
        .position(|(index, byte)| byte.is_ascii_whitespace() || (index > 0 && *byte == READY[0]));
    end.map_or(Token::Unfinished, Token::Number)
}

fn line_ending(rest: &[u8]) -> Ending {
    match rest {
        [b'\r', b'\n', ..] => Ending::CrLf,
        [b'\n', ..] => Ending::Lf,
        _ => Ending::Bare,
    }
}

fn number(text: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// The client's half of a connection.
pub(crate) fn client(script: &Script, worker: u32, connection: u64) -> Box<dyn Machine> {
    let values = &script.values;
    let value = match values.is_empty() {
        true => drawn(script.seed, worker, connection),
        false => values[worker as usize % values.len()],
    };
    Box::new(Client {
        script: script.clone(),
        value,
        reply: Vec::new(),
        asked: false,
    })
}

fn drawn(seed: u64, worker: u32, connection: u64) -> f64 {
    let stream = seed ^ (u64::from(worker) << 40) ^ connection;
    (Pcg64Mcg::seed_from_u64(stream).next_u64() % 100) as f64
}

/// The course's client: the number, five seconds, the word, and what comes until the end.
struct Client {
    script: Script,
    value: f64,
    reply: Vec<u8>,
    asked: bool,
}

impl Client {
    fn judge(&mut self, out: &mut Outbox) {
        let text = String::from_utf8_lossy(&self.reply).trim().to_owned();
        self.asked = false;
        out.answered(match text.parse::<f64>() {
            Ok(mean) if mean.is_finite() => Answer::Right {
                reply_bytes: self.reply.len() as u64,
                text,
            },
            _ => Answer::Wrong {
                expected: b"a finite number".to_vec(),
                found: self.reply[..self.reply.len().min(SHOWN_BYTES)].to_vec(),
            },
        });
        out.close();
    }
}

impl Machine for Client {
    fn handle(&mut self, now: Tick, input: Input<'_>, out: &mut Outbox) {
        let ending = self.script.dialect.terminator.request();
        match input {
            Input::Start => out.ready(),
            Input::Ask { .. } => {
                let text = whole_or_float_text(self.value);
                out.note(&format!("sending data: {text}"));
                out.send(text.as_bytes());
                out.send(ending.bytes());
                out.note(&format!(
                    "sleeping for {} seconds",
                    self.script.pause.as_secs_f64()
                ));
                out.wake_at(now + self.script.pause, PAUSE);
                self.asked = true;
            }
            Input::Timer(_) => {
                out.note("sending ready message");
                out.send(READY);
                out.send(ending.bytes());
                out.note("receving mean data");
            }
            Input::Received(bytes) => {
                let room = LONGEST_REPLY_BYTES.saturating_sub(self.reply.len());
                self.reply
                    .extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Input::Ended if self.asked && !self.reply.is_empty() => self.judge(out),
            Input::Ended | Input::Worked(_) => {}
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(!self.asked)
    }
}

/// The course's client sends whole numbers without a point.
fn whole_or_float_text(value: f64) -> String {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => format!("{value:.0}"),
        false => float_text(value),
    }
}

const READY: &[u8] = b"ready";
const QUIET: TimerId = TimerId(0);
const PAUSE: TimerId = TimerId(0);
const SHOWN_BYTES: usize = 100;
const LONGEST_REPLY_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use machine::PrivateWords;
    use proptest::prelude::*;

    use super::*;

    fn run_on(shared: &PrivateWords, reads: &[&[u8]]) -> String {
        let dialect = Dialect::SEED;
        let mut session = session(&dialect, shared);
        let mut out = Outbox::new();
        for read in reads {
            session.handle(Tick::ZERO, Input::Received(read), &mut out);
        }
        String::from_utf8(out.sent()).expect("answers are text")
    }

    #[track_caller]
    fn check(reads: &[&[u8]], expected: &str) {
        assert_eq!(run_on(&PrivateWords::new(Tally::WORDS), reads), expected);
    }

    #[test]
    fn number_and_word_may_come_in_one_read() {
        check(&[b"2ready"], "2.0");
    }

    #[test]
    fn a_number_in_two_reads_is_one_number() {
        check(&[b"1", b"2", b"ready"], "12.0");
        check(&[b"1e", b"2", b"ready"], "100.0");
    }

    #[test]
    fn people_type_with_line_feeds() {
        check(&[b"4\n", b"ready\n"], "4.0\n");
        check(&[b"4\r\n", b"ready\r\n"], "4.0\r\n");
    }

    #[test]
    fn several_numbers_all_count() {
        check(&[b"1 2\n4", b" 5", b" rea", b"dy"], "3.0");
    }

    #[test]
    fn what_is_no_number_is_said_and_changes_nothing() {
        check(
            &[b"4 abc nan inf 1e999 ready"],
            concat!(
                "error: not a finite number: \"abc\"\n",
                "error: not a finite number: \"nan\"\n",
                "error: not a finite number: \"inf\"\n",
                "error: not a finite number: \"1e999\"\n",
                "4.0"
            ),
        );
        check(
            &[b"\xff\xfe ready"],
            "error: not a finite number: \"\u{fffd}\u{fffd}\"\nerror: no number has come yet",
        );
    }

    #[test]
    fn clients_share_one_mean_and_what_is_sent_counts_before_it_is_ready() {
        let shared = PrivateWords::new(Tally::WORDS);
        assert_eq!(run_on(&shared, &[b"7"]), "");
        assert_eq!(run_on(&shared, &[b"5"]), "");
        assert_eq!(run_on(&shared, &[b"3", b"ready"]), "5.0");
    }

    #[test]
    fn one_after_another_the_mean_moves() {
        let shared = PrivateWords::new(Tally::WORDS);
        let means = [b"3ready", b"5ready", b"7ready"].map(|read| run_on(&shared, &[read]));
        assert_eq!(means, ["3.0", "4.0", "5.0"]);
    }

    #[test]
    fn a_number_that_ends_with_the_connection_counts() {
        let shared = PrivateWords::new(Tally::WORDS);
        let dialect = Dialect::SEED;
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        session.handle(Tick::ZERO, Input::Received(b"9"), &mut out);
        session.handle(Tick::ZERO, Input::Ended, &mut out);
        assert_eq!(run_on(&shared, &[b"ready"]), "9.0");
    }

    proptest! {
        #[test]
        fn how_the_stream_is_cut_into_reads_does_not_matter(
            values in prop::collection::vec(-1e6..1e6_f64, 1..9),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        ) {
            let numbers: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            let stream = format!("{}ready", numbers.join(" "));
            let mut at: Vec<usize> = cuts.iter().map(|c| c.index(stream.len() + 1)).collect();
            at.extend([0, stream.len()]);
            at.sort_unstable();
            let reads: Vec<&[u8]> = at
                .windows(2)
                .map(|w| &stream.as_bytes()[w[0]..w[1]])
                .filter(|read| !read.is_empty())
                .collect();
            let whole = run_on(&PrivateWords::new(Tally::WORDS), &[stream.as_bytes()]);
            let cut = run_on(&PrivateWords::new(Tally::WORDS), &reads);
            prop_assert_eq!(whole, cut);
        }
    }
}
