//! `primes`: is a number prime, or how many primes has a range?
//!
//! ```text
//!   client  "999983\n"        server  "prime\n"
//!   client  "1-1000000\n"     server  "78498\n"
//!   client  "1 1000000\n"     server  "78498\n"
//! ```
//!
//! A request is a line: `NUMBER`, or `FIRST-LAST`, or `FIRST LAST`, both included; numbers are decimal
//! digits, up to 2^64 - 1, with as much white space around them as one likes. A number is answered with
//! `prime`, `composite`, or `neither` (0 and 1); a range with how many primes it has. What is none of
//! these, ends before it begins, or would take too long, gets an error and costs nothing else. A line may
//! follow another at once: they are done in order, one at a time.
//!
//! It is the laboratory's calculation as a service: division by every number up to the square root, which
//! keeps a processor's divider busy and needs no memory, so that models can be compared under load that is
//! calculation. **A question is refused when that could take more than [`MOST_DIVISIONS`]**: a single number
//! never does, and a range does when its length times the square root of its end does.

use machine::{Input, Machine, Outbox, Shared, Standing, Work};
use primes::{METHODS, Method, Range};
use timing::Tick;

use crate::{
    Dialect, Script,
    expected::ExpectedReplies,
    in_turn::{InTurn, Question, SHOWN_CHARS},
};

/// The most divisions of a request: about ten seconds of one processor.
pub const MOST_DIVISIONS: u64 = 1 << 32;

/// The server's half of a connection.
pub(crate) fn session<'a>(dialect: &'a Dialect, _: &'a dyn Shared) -> Box<dyn Machine + 'a> {
    Box::new(InTurn::<Query>::new(dialect))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Query {
    Number(u64),
    Count(Range),
}

impl Question for Query {
    fn parse(line: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(line);
        let parts: Vec<&str> = match text.split_once('-') {
            Some((first, last)) => vec![first.trim_ascii(), last.trim_ascii()],
            None => text.split_ascii_whitespace().collect(),
        };
        let numbers: Option<Vec<u64>> = parts.iter().map(|part| number(part)).collect();
        let query = match numbers.as_deref() {
            Some(&[number]) => Self::Number(number),
            Some(&[first, last]) => {
                let range = Range::new(first, last);
                let range = range
                    .ok_or_else(|| format!("the range {first}-{last} ends before it begins"))?;
                Self::Count(range)
            }
            _ => {
                let shown: String = text.chars().take(SHOWN_CHARS).collect();
                return Err(format!(
                    "expected NUMBER or FIRST-LAST up to 2^64-1, found {shown:?}"
                ));
            }
        };
        match query.divisions() <= u128::from(MOST_DIVISIONS) {
            true => Ok(query),
            false => Err(format!(
                "range too long: it could take {} divisions, and the most is {MOST_DIVISIONS}",
                query.divisions()
            )),
        }
    }

    fn work(&self) -> Work {
        let query = *self;
        Work::new(move || query.answer(method(true)).into_bytes())
    }
}

impl Query {
    fn range(self) -> Range {
        match self {
            Self::Number(number) => Range::new(number, number).expect("one number"),
            Self::Count(range) => range,
        }
    }

    /// As many as it could take.
    fn divisions(self) -> u128 {
        let range = self.range();
        range.len() * u128::from(range.last().isqrt())
    }

    fn answer(self, method: &Method) -> String {
        let range = self.range();
        let (count, _) = (method.prepare)(range.last()).count(range);
        match self {
            Self::Number(0 | 1) => "neither".to_owned(),
            Self::Number(_) if count == 1 => "prime".to_owned(),
            Self::Number(_) => "composite".to_owned(),
            Self::Count(_) => count.to_string(),
        }
    }
}

/// Digits and nothing else: a sign is no digit.
fn number(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Division by every number up to the square root; or the first that is no brute force, if there is one.
fn method(is_brute_force: bool) -> &'static Method {
    let trial = METHODS.iter().find(|method| method.name == TRIAL);
    let trial = trial.expect("trial division is listed");
    let mut others = METHODS.iter().filter(|method| !method.is_brute_force);
    match is_brute_force {
        true => trial,
        false => others.next().unwrap_or(trial),
    }
}

/// The client's half of a connection: it asks what it knows the answer to, in turns.
pub(crate) fn client(script: &Script, worker: u32, _: u64) -> Box<dyn Machine> {
    let questions = match script.text.is_empty() {
        true => KNOWN
            .map(|(question, answer)| (question.to_owned(), answer.to_owned()))
            .to_vec(),
        false => vec![(script.text.clone(), foretold(&script.text))],
    };
    Box::new(Client {
        questions,
        first: script.seed.wrapping_add(worker.into()),
        replies: ExpectedReplies::after(b""),
    })
}

/// What the server must answer, found in another way than the server's where there is one.
fn foretold(text: &str) -> String {
    match Query::parse(text.as_bytes()) {
        Ok(query) => query.answer(method(false)),
        Err(why) => format!("error: {why}"),
    }
}

struct Client {
    /// With their answers.
    questions: Vec<(String, String)>,
    /// The one that it begins with; then they go round.
    first: u64,
    replies: ExpectedReplies,
}

impl Machine for Client {
    fn handle(&mut self, _: Tick, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Ask { number, .. } => {
                let turn = self.first.wrapping_add(number) % self.questions.len() as u64;
                let (question, answer) = &self.questions[turn as usize];
                out.send(format!("{question}\n").as_bytes());
                self.replies.expect(format!("{answer}\n").as_bytes());
            }
            other => self.replies.handle(other, out),
        }
    }

    fn standing(&self) -> Standing {
        Standing::with_owed(self.replies.is_empty())
    }
}

const TRIAL: &str = "trial";

/// A million divisions each, about two milliseconds: the greatest prime below 10^12, a product of two
/// primes next to its root, and a range.
const KNOWN: [(&str, &str); 3] = [
    ("999999999989", "prime"),
    ("999962000357", "composite"),
    ("1-50000", "5133"),
];

#[cfg(test)]
mod tests {
    use machine::{Answer, Output, PrivateWords};

    use super::*;

    /// The answers to lines that come in one read, their work done at once.
    fn answers(lines: &str) -> String {
        let (dialect, shared) = (Dialect::SEED, PrivateWords::new(0));
        let mut session = session(&dialect, &shared);
        let mut out = Outbox::new();
        session.handle(Tick::ZERO, Input::Received(lines.as_bytes()), &mut out);
        let mut sent = out.sent();
        while let Some(work) = out.outputs().iter().find_map(|output| match output {
            Output::Work(work) => Some(work.clone()),
            _ => None,
        }) {
            out = Outbox::new();
            session.handle(Tick::ZERO, Input::Worked(&work.run()), &mut out);
            sent.extend(out.sent());
        }
        String::from_utf8(sent).expect("text")
    }

    #[track_caller]
    fn check(question: &str, expected: &str) {
        assert_eq!(answers(&format!("{question}\n")), format!("{expected}\n"));
    }

    #[test]
    fn a_number_is_prime_composite_or_neither() {
        for (number, expected) in [
            ("0", "neither"),
            ("1", "neither"),
            ("2", "prime"),
            ("4", "composite"),
            ("999983", "prime"),
            (" 7 ", "prime"),
            ("00007", "prime"),
            ("18446744073709551614", "composite"),
        ] {
            check(number, expected);
        }
    }

    #[test]
    fn a_range_is_counted_both_ends_included() {
        check("1-100", "25");
        check("1 100", "25");
        check(" 2 - 3 ", "2");
        check("7-7", "1");
        check("0-1", "0");
        check("18446744073709551600 18446744073709551600", "0");
    }

    #[test]
    fn what_is_no_question_is_answered_with_what_would_be() {
        for line in [
            "",
            "x",
            "-5",
            "1-",
            "1-2-3",
            "1 2 3",
            "+1",
            "1.5",
            "18446744073709551616",
            "1--2",
        ] {
            check(
                line,
                &format!("error: expected NUMBER or FIRST-LAST up to 2^64-1, found {line:?}"),
            );
        }
        check("9-8", "error: the range 9-8 ends before it begins");
    }

    #[test]
    fn the_bound_is_the_last_that_passes() {
        assert_eq!(
            Query::parse(b"18446744073709551615"),
            Ok(Query::Number(u64::MAX))
        );
        // 65,536 numbers, the root of the last is 65,536.
        assert!(Query::parse(b"4294901761-4294967296").is_ok());
        check(
            "4294901760-4294967296",
            "error: range too long: it could take 4295032832 divisions, and the most is 4294967296",
        );
        assert!(Query::parse(b"0-18446744073709551615").is_err());
    }

    #[test]
    fn the_answers_keep_the_order_of_the_questions() {
        assert_eq!(
            answers("5\nx-\n1-10\r\n"),
            answers("5\n") + &answers("x-\n") + "4\r\n"
        );
    }

    #[test]
    fn the_client_knows_every_answer() {
        for (text, questions) in [("", 4), ("1-1000", 1), ("x", 1)] {
            let mut script = Script::seed(Dialect::SEED);
            script.text = text.to_owned();
            let mut client = client(&script, 1, 0);
            let mut out = Outbox::new();
            for number in 0..questions {
                let ask = Input::Ask {
                    number,
                    unix_millis: 0,
                };
                client.handle(Tick::ZERO, ask, &mut out);
            }
            let asked = String::from_utf8(out.sent()).expect("text");
            client.handle(
                Tick::ZERO,
                Input::Received(answers(&asked).as_bytes()),
                &mut out,
            );
            let is_right =
                |output: &&Output| matches!(output, Output::Answered(Answer::Right { .. }));
            assert_eq!(
                out.outputs().iter().filter(is_right).count() as u64,
                questions
            );
        }
    }
}
