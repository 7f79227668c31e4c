//! One worker's book of requests that have ended, handed on by the batch.
//!
//! Distributions are kept once for all workers and not by worker: a thousand workers with five
//! histograms each would take a hundred megabytes. A worker takes the lock once a batch.

use history::{Outcome, Sample};
use machine::Answer;
use timing::Tick;

use crate::{
    job::Job,
    request::{Departure, Ending, Facts, Request},
};

/// What one worker has to report.
pub(crate) struct Ledger<'a> {
    job: &'a Job<'a>,
    worker: u32,
    batch: Batch,
    handed_on: Tick,
    departed: Option<Tick>,
    ended: u64,
    last_ended: Tick,
}

/// Requests that have ended since the last batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) samples: Vec<Sample>,
    /// One for each sample.
    pub(crate) departures: Vec<Departure>,
    /// What was wrong with wrong answers: the first few only.
    pub(crate) wrong: Vec<String>,
    /// Answers that nobody had asked for.
    pub(crate) unasked: u64,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(job: &'a Job<'a>, worker: u32) -> Self {
        Self {
            job,
            worker,
            batch: Batch::default(),
            handed_on: Tick::ZERO,
            departed: None,
            ended: 0,
            last_ended: Tick::ZERO,
        }
    }

    /// A request departs `at`.
    pub(crate) fn depart(&mut self, request: &mut Request, at: Tick) {
        request.departure.late_ns = Some(at.nanos_since(request.intended));
        request.departure.gap_ns = self.departed.map(|before| at.nanos_since(before));
        self.departed = Some(at);
    }

    /// A request has been answered.
    pub(crate) fn answered(&mut self, request: Request, facts: &Facts, answer: &Answer, at: Tick) {
        let (outcome, reply_bytes) = match answer {
            Answer::Right { reply_bytes, .. } => (Outcome::Ok, *reply_bytes),
            Answer::Wrong { expected, found } => {
                if self.batch.wrong.len() < WRONG_KEPT {
                    let text = wrong_text(self.worker, request.number, expected, found);
                    self.batch.wrong.push(text);
                }
                (Outcome::Wrong, found.len() as u64)
            }
        };
        let ending = Ending {
            outcome,
            at,
            reply_bytes,
        };
        self.ended(&request, facts, &ending);
    }

    /// An answer came, and no request was outstanding.
    pub(crate) fn unasked(&mut self) {
        self.batch.unasked += 1;
    }

    /// A request has ended; each ends once.
    pub(crate) fn ended(&mut self, request: &Request, facts: &Facts, ending: &Ending) {
        self.batch
            .samples
            .push(request.sample(self.worker, facts, ending));
        self.batch.departures.push(request.departure);
        self.ended += 1;
        self.last_ended = self.last_ended.max(ending.at);
        self.job.count_ended();
        if self.batch.samples.len() >= BATCH {
            self.hand_on(ending.at);
        }
    }

    /// How many requests have ended.
    pub(crate) fn ended_count(&self) -> u64 {
        self.ended
    }

    /// When the last request ended.
    pub(crate) fn last_ended(&self) -> Tick {
        self.last_ended
    }

    /// Whether something has waited for long enough to be handed on when there is time.
    pub(crate) fn is_stale(&self, now: Tick) -> bool {
        !self.batch.samples.is_empty() && now.nanos_since(self.handed_on) >= STALE_NS
    }

    /// Gives the batch to the watcher and to the tally of all workers.
    pub(crate) fn hand_on(&mut self, now: Tick) {
        self.handed_on = now;
        if !self.batch.samples.is_empty() {
            self.job.watcher.on_samples(&self.batch.samples);
        }
        self.job.tally().take(&self.batch);
        self.batch.samples.clear();
        self.batch.departures.clear();
        self.batch.wrong.clear();
        self.batch.unasked = 0;
    }
}

/// Both sides escaped and cut, and where they part.
fn wrong_text(worker: u32, number: u64, expected: &[u8], found: &[u8]) -> String {
    let differs = expected
        .iter()
        .zip(found)
        .position(|(one, other)| one != other);
    let differs = differs.unwrap_or(expected.len().min(found.len()));
    format!(
        "worker {}, request {}: expected {}, found {}, first difference at byte {differs}",
        worker + 1,
        number + 1,
        quoted(expected),
        quoted(found),
    )
}

fn quoted(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(QUOTED_BYTES)];
    let rest = match bytes.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} bytes more"),
    };
    format!("b\"{}\"{rest}", shown.escape_ascii())
}

/// Few enough that a killed run loses little, many enough that the lock is not felt.
const BATCH: usize = 256;
const STALE_NS: u64 = 1_000_000_000;
/// What a reader looks at.
pub(crate) const WRONG_KEPT: usize = 10;
/// Two of these with all escapes still fit a few lines.
const QUOTED_BYTES: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: &[u8], found: &[u8], text: &str) {
        assert_eq!(
            wrong_text(3, 7, expected, found),
            format!("worker 4, request 8: {text}")
        );
    }

    #[test]
    fn a_wrong_answer_is_shown_beside_the_right_one() {
        check(
            b"cba\n",
            b"cbb\n",
            r#"expected b"cba\n", found b"cbb\n", first difference at byte 2"#,
        );
    }

    #[test]
    fn an_answer_that_is_too_short_differs_at_its_end() {
        check(
            b"ab",
            b"a",
            r#"expected b"ab", found b"a", first difference at byte 1"#,
        );
    }

    #[test]
    fn a_long_answer_is_cut() {
        let long = [b'a'; 125];
        let text = wrong_text(0, 0, &long, b"\xff");
        assert!(
            text.contains("a\" and 5 bytes more, found b\"\\xff\""),
            "{text}"
        );
    }
}
