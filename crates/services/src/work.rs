//! `work`: every request waits and calculates as long as it says.
//!
//! ```text
//!   client  "2000 5\n"     server  2 ms and 5 steps later  "14673421054488193520\n"
//!   client  "0 0 7\n"      server  at once                 "7\n"
//! ```
//!
//! A request is `WAIT_MICROS STEPS`, with the seed as a third number where it is not 1. The wait is a
//! wait and no work, as in `slow-reverse`; the steps are work for one processor, which a driver may do
//! where it stands or elsewhere. So a load can be mixed of both in any proportion, and shows under which
//! models one request's work holds up another's wait. A line may follow another at once: they are done
//! in order, one at a time. Out of range, or no numbers, gets an error and costs nothing else.
//!
//! A step is one of the linear congruential generator modulo 2^64 with the constants of Knuth's MMIX
//! (The Art of Computer Programming, volume 2, third edition, 3.3.4, table 1, line 26):
//!
//! ```text
//!   next = 6364136223846793005 · state + 1442695040888963407
//! ```
//!
//! Each step needs the one before it, so no processor does them side by side, and there is nothing in
//! memory to wait for. The client checks every answer: it jumps ahead in O(log STEPS).

use std::{hint::black_box, time::Duration};

use machine::{Input, Machine, Outbox, Shared, Standing, Work};
use timing::Tick;

use crate::{
    Dialect, Script,
    expected::ExpectedReplies,
    in_turn::{InTurn, Question, SHOWN_CHARS},
};

/// The longest wait of a request.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// The most steps of a request: about twenty minutes of one processor.
pub const MOST_STEPS: u64 = 1_000_000_000_000;

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(InTurn::<Task>::new(dialect))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Task {
    wait: Duration,
    steps: u64,
    seed: u64,
}

impl Question for Task {
    fn parse(line: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(line);
        let mut words = text.split_ascii_whitespace().map(str::parse::<u64>);
        let numbers = [(); 4].map(|()| words.next());
        let (wait, steps, seed) = match numbers {
            [Some(Ok(wait)), Some(Ok(steps)), None, None] => (wait, steps, 1),
            [Some(Ok(wait)), Some(Ok(steps)), Some(Ok(seed)), None] => (wait, steps, seed),
            _ => {
                let shown: String = text.chars().take(SHOWN_CHARS).collect();
                return Err(format!(
                    "expected WAIT_MICROS STEPS and perhaps a SEED, found {shown:?}"
                ));
            }
        };
        let wait = Duration::from_micros(wait);
        if wait > LONGEST_WAIT {
            let most = LONGEST_WAIT.as_micros();
            return Err(format!("a wait over {most} microseconds"));
        }
        if steps > MOST_STEPS {
            return Err(format!("over {MOST_STEPS} steps"));
        }
        Ok(Self { wait, steps, seed })
    }

    fn wait(&self) -> Duration {
        self.wait
    }

    fn work(&self) -> Work {
        let task = *self;
        Work::new(move || stepped(task.seed, task.steps).to_string().into_bytes())
    }
}

/// The state so many steps after `seed`, each of them made.
fn stepped(seed: u64, steps: u64) -> u64 {
    // To a compiler that knew the constants, two steps would be one with other constants.
    let (multiplier, increment) = (black_box(MULTIPLIER), black_box(INCREMENT));
    let mut state = seed;
    for _ in 0..steps {
        state = state.wrapping_mul(multiplier).wrapping_add(increment);
    }
    state
}

/// The same without making them: F. B. Brown, "Random number generation with arbitrary strides",
/// Transactions of the American Nuclear Society 71 (1994). So many steps are one step
/// `state · multiplier + increment`, put together from those of the powers of two in `steps`.
fn jumped(seed: u64, mut steps: u64) -> u64 {
    let (mut state, mut multiplier, mut increment) = (seed, MULTIPLIER, INCREMENT);
    while steps > 0 {
        if steps & 1 == 1 {
            state = state.wrapping_mul(multiplier).wrapping_add(increment);
        }
        increment = increment.wrapping_mul(multiplier.wrapping_add(1));
        multiplier = multiplier.wrapping_mul(multiplier);
        steps >>= 1;
    }
    state
}

/// The client's half of a connection: its requests differ in their seeds, and so do their answers.
pub(crate) fn client(script: &Script, worker: u32, _: u64) -> Box<dyn Machine> {
    Box::new(Client {
        wait: script.wait,
        steps: script.steps,
        seed: script.seed.wrapping_add(u64::from(worker) << 32),
        replies: ExpectedReplies::after(b""),
    })
}

struct Client {
    wait: Duration,
    steps: u64,
    /// Of its first request; the next ones count on.
    seed: u64,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { number, .. } => {
                let (wait, steps) = (self.wait.as_micros(), self.steps);
                let seed = self.seed.wrapping_add(number);
                out.send(format!("{wait} {steps} {seed}\n").as_bytes());
                let state = jumped(seed, steps);
                self.replies.expect(format!("{state}\n").as_bytes());
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;

#[cfg(test)]
mod tests {
    use machine::{Answer, Farewell, Output, PrivateWords};
    use proptest::prelude::*;

    use super::*;
    use crate::in_turn::{MOST_WAITING, WAIT};

    /// What came of a conversation: answers with the millisecond of each, how many requests were
    /// delivered, and how it ended.
    type Conversation = (Vec<(u64, String)>, usize, Option<Farewell>);

    /// Feeds reads at the given milliseconds, an empty one for the end, and carries out timers and work.
    fn run(reads: &[(u64, &[u8])]) -> Conversation {
        let dialect = Dialect {
            request_bytes: 40,
            ..Dialect::SEED
        };
        let shared = PrivateWords::new(0);
        let mut session = session(&dialect, &shared);
        let (mut answers, mut delivered) = (Vec::new(), 0);
        let (mut now, mut timer, mut work) = (Tick::ZERO, None, None::<Work>);
        let mut reads = reads.iter().peekable();
        loop {
            let mut out = Outbox::new();
            let next = reads.peek().map(|(at, _)| millis(*at));
            if let Some(work) = work.take() {
                session.handle(now, Input::Worked(&work.run()), &mut out);
            } else if let Some(due) = timer.filter(|due| next.is_none_or(|next| *due < next)) {
                (now, timer) = (due, None);
                session.handle(now, Input::Timer(WAIT), &mut out);
            } else if let Some((at, bytes)) = reads.next() {
                now = millis(*at);
                let input = match bytes.is_empty() {
                    true => Input::Ended,
                    false => Input::Received(bytes),
                };
                session.handle(now, input, &mut out);
            } else {
                return (answers, delivered, None);
            }
            let sent = String::from_utf8(out.sent()).expect("text");
            if !sent.is_empty() {
                answers.push((now.as_nanos() / 1_000_000, sent));
            }
            for output in out.outputs() {
                match output {
                    Output::WakeAt { at, .. } => timer = Some(*at),
                    Output::Work(handed_out) => {
                        assert_eq!(work.replace(handed_out.clone()), None, "two at a time");
                    }
                    Output::Deliver { .. } => delivered += 1,
                    Output::Close(farewell) => return (answers, delivered, Some(*farewell)),
                    _ => {}
                }
            }
        }
    }

    fn millis(at: u64) -> Tick {
        Tick::ZERO + Duration::from_millis(at)
    }

    #[track_caller]
    fn check(reads: &[(u64, &str)], expected: &[(u64, &str)], requests: usize) -> Option<Farewell> {
        let reads: Vec<_> = reads.iter().map(|(at, r)| (*at, r.as_bytes())).collect();
        let (answers, delivered, farewell) = run(&reads);
        let answers: Vec<_> = answers.iter().map(|(at, a)| (*at, a.as_str())).collect();
        assert_eq!((answers.as_slice(), delivered), (expected, requests));
        farewell
    }

    #[test]
    fn a_request_waits_and_calculates_as_long_as_it_says() {
        check(&[(1, "0 0\n")], &[(1, "1\n")], 1);
        check(&[(1, "0 1\n")], &[(1, "7806831264735756412\n")], 1);
        check(&[(1, "20000 0 7\r\n")], &[(21, "7\r\n")], 1);
    }

    #[test]
    fn a_line_may_come_in_pieces_and_with_others() {
        check(&[(0, "0 "), (1, "0 5"), (2, "\n")], &[(2, "5\n")], 1);
        let expected = [(10, "4\n"), (15, "5\n"), (15, "6\n")];
        check(&[(0, "10000 0 4\n5000 0 5\n0 0 6\n")], &expected, 3);
    }

    #[test]
    fn one_is_done_after_the_other_however_early_it_came() {
        let reads = [(0, "10000 0 4\n"), (3, "5000 0 5\n"), (12, "0 0 6\n")];
        check(&reads, &[(10, "4\n"), (15, "5\n"), (15, "6\n")], 3);
    }

    #[test]
    fn a_client_that_ends_early_gets_its_answers_first() {
        let farewell = check(
            &[(0, "9000 0 2\n0 0\n0 "), (1, "")],
            &[(9, "2\n"), (9, "1\n")],
            2,
        );
        assert_eq!(farewell, Some(Farewell::Done));
        assert_eq!(check(&[(0, "0 0"), (1, "")], &[], 0), Some(Farewell::Done));
    }

    #[test]
    fn what_is_not_understood_gets_an_error_in_its_turn() {
        let error = "error: expected WAIT_MICROS STEPS and perhaps a SEED, found ";
        for line in [
            "",
            "1",
            "1 x",
            "-1 2",
            "1 2 3 4",
            "1 2 x",
            "1.5 2",
            "18446744073709551616 1",
        ] {
            let expected = format!("2\n{error}{line:?}\n3\n");
            let (answers, requests, farewell) =
                run(&[(0, format!("0 0 2\n{line}\n0 0 3\n").as_bytes())]);
            let answers: String = answers.into_iter().map(|(_, answer)| answer).collect();
            assert_eq!((answers, requests, farewell), (expected, 3, None));
        }
        let bytes = format!("{error}\"\u{fffd}\\0\"\n");
        assert_eq!(run(&[(0, b"\xff\0\n")]).0, [(0, bytes)]);
    }

    #[test]
    fn the_bounds_are_the_last_that_pass() {
        check(&[(0, "3600000000 0\n")], &[(3_600_000, "1\n")], 1);
        let longer = "error: a wait over 3600000000 microseconds\n";
        check(&[(0, "3600000001 0\n")], &[(0, longer)], 1);
        assert!(Task::parse(b"0 1000000000000").is_ok());
        let more = "error: over 1000000000000 steps\n";
        check(&[(0, "0 1000000000001\n")], &[(0, more)], 1);
    }

    #[test]
    fn a_line_over_the_bound_is_refused_and_the_connection_ended() {
        let error = "error: request longer than 40 bytes\n";
        for long in ["0".repeat(42), "0".repeat(41) + "\n"] {
            let farewell = check(&[(0, "0 0\n"), (1, &long)], &[(0, "1\n"), (1, error)], 1);
            assert_eq!(farewell, Some(Farewell::TooLong));
        }
    }

    #[test]
    fn requests_without_end_are_refused_when_those_before_are_done() {
        let reads = "1000 0\n".repeat(MOST_WAITING + 9);
        let (answers, requests, farewell) = run(&[(0, reads.as_bytes()), (1, b"0 0\n")]);
        assert_eq!(
            (requests, farewell),
            (MOST_WAITING + 1, Some(Farewell::TooLong))
        );
        let last = "1\nerror: more than 1024 requests at once\n";
        assert_eq!(answers.last(), Some(&(1025, last.to_owned())));
    }

    #[test]
    fn the_client_foretells_every_answer() {
        let mut script = Script::seed(Dialect::SEED);
        (script.wait, script.steps) = (Duration::from_millis(3), 1000);
        let mut client = client(&script, 4, 0);
        let mut out = Outbox::new();
        client.handle(Tick::ZERO, Input::Start, &mut out);
        for number in 0..2 {
            let ask = Input::Ask {
                number,
                unix_millis: 0,
            };
            client.handle(Tick::ZERO, ask, &mut out);
        }
        let (answers, ..) = run(&[(0, &out.sent())]);
        assert_eq!(
            answers.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [3, 6]
        );
        assert_ne!(answers[0].1, answers[1].1);
        for (_, answer) in answers {
            client.handle(Tick::ZERO, Input::Received(answer.as_bytes()), &mut out);
        }
        client.handle(Tick::ZERO, Input::Received(b"1\n"), &mut out);
        let is_right = |output: &&Output| matches!(output, Output::Answered(Answer::Right { .. }));
        let is_wrong = |output: &&Output| matches!(output, Output::Answered(Answer::Wrong { .. }));
        let count = |is: fn(&&Output) -> bool| out.outputs().iter().filter(is).count();
        assert_eq!((count(is_right), count(is_wrong)), (2, 1));
    }

    proptest! {
        #[test]
        fn a_jump_lands_where_steps_lead(seed: u64, steps in 0_u64..2000, more in 0_u64..2000) {
            prop_assert_eq!(jumped(seed, steps), stepped(seed, steps));
            prop_assert_eq!(jumped(jumped(seed, steps << 40), more), jumped(seed, (steps << 40) + more));
        }
    }
}
