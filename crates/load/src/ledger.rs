//! A host's book of requests that have ended, handed on by the batch.
//!
//! Distributions are kept once for all hosts and not by host: a thousand threads with five
//! histograms each would take a hundred megabytes. A host takes the lock once a batch.

use std::mem;

use history::{Outcome, Sample};
use machine::Answer;
use timing::Tick;

use crate::{
    job::Job,
    request::{Departure, Ending, Facts, Request},
};

/// What the workers of one host have to report.
pub(crate) struct Ledger<'a> {
    job: &'a Job<'a>,
    /// Of the worker that is being attended to.
    pub(crate) account: Account,
    wants_samples: bool,
    batch: Batch,
    /// Workers that have come to their end since the last batch.
    done: Vec<u32>,
    handed_on: Tick,
    /// Requests ended that the run has not been told of.
    uncounted: u64,
}

/// What is kept of each worker.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) worker: u32,
    departed: Option<Tick>,
    /// How many requests have ended.
    pub(crate) ended: u64,
    /// When the last request ended.
    pub(crate) last_ended: Tick,
}

impl Account {
    /// Of a worker that has done nothing yet.
    pub(crate) const fn new(worker: u32) -> Self {
        Self {
            worker,
            departed: None,
            ended: 0,
            last_ended: Tick::ZERO,
        }
    }
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
    pub(crate) fn new(job: &'a Job<'a>) -> Self {
        Self {
            job,
            account: Account::new(0),
            wants_samples: job.watcher.wants_samples(),
            batch: Batch::default(),
            done: Vec::new(),
            handed_on: Tick::ZERO,
            uncounted: 0,
        }
    }

    /// A request departs `at`.
    pub(crate) fn depart(&mut self, request: &mut Request, at: Tick) {
        let departed = self.account.departed.replace(at);
        request.departure.late_ns = Some(at.nanos_since(request.intended));
        request.departure.gap_ns = departed.map(|before| at.nanos_since(before));
    }

    /// A request has been answered.
    pub(crate) fn answered(&mut self, request: Request, facts: &Facts, answer: &Answer, at: Tick) {
        let (outcome, reply_bytes) = match answer {
            Answer::Right { reply_bytes, .. } => (Outcome::Ok, *reply_bytes),
            Answer::Wrong { expected, found } => {
                if self.batch.wrong.len() < WRONG_KEPT {
                    let text = wrong_text(self.account.worker, request.number, expected, found);
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
            .push(request.sample(self.account.worker, facts, ending));
        self.batch.departures.push(request.departure);
        self.account.ended += 1;
        self.account.last_ended = self.account.last_ended.max(ending.at);
        self.uncounted += 1;
        if self.batch.samples.len() >= BATCH {
            self.hand_on(ending.at);
        }
    }

    /// The worker that is being attended to has come to its end.
    pub(crate) fn worker_done(&mut self) {
        self.done.push(self.account.worker);
    }

    /// Tells the run how many requests have ended since it was told last.
    pub(crate) fn count(&mut self) {
        if self.uncounted > 0 {
            self.job.count_ended(mem::take(&mut self.uncounted));
        }
    }

    /// Whether something has waited for long enough to be handed on when there is time.
    pub(crate) fn is_stale(&self, now: Tick) -> bool {
        let is_empty = self.batch.samples.is_empty() && self.done.is_empty();
        !is_empty && now.nanos_since(self.handed_on) >= STALE_NS
    }

    /// Gives the batch to the watcher and to the tally of all workers.
    pub(crate) fn hand_on(&mut self, now: Tick) {
        self.handed_on = now;
        self.count();
        if self.wants_samples && !self.batch.samples.is_empty() {
            self.job.watcher.on_samples(&self.batch.samples);
        }
        self.job.tally().take(&self.batch);
        self.batch.samples.clear();
        self.batch.departures.clear();
        self.batch.wrong.clear();
        self.batch.unasked = 0;
        for worker in self.done.drain(..) {
            self.job.watcher.on_worker_done(worker);
        }
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
