//! What a server counts.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use dns::{Outcome, Why};
use domain::base::iana::OptRcode;
use history::{NamesAnswers, NamesCommits, NamesCount, NamesSummary};
use naming::{RecordType, Refusal};
use stats::Histogram;

/// Counts, by all threads.
///
/// Answers are counted by several sets of counters, and a thread takes the same one each time: threads that answer side
/// by side do not wait for each other's memory.
#[derive(Debug, Default)]
pub struct Tally {
    answers: [Answers; SHARDS],
    silent: AtomicU64,
    limited: AtomicU64,
    lost: AtomicU64,
    unsent: AtomicU64,
    transfers: AtomicU64,
    heard: AtomicU64,
    unheard: AtomicU64,
    crowded: AtomicU64,
    expired: AtomicU64,
    told: AtomicU64,
    lagged: AtomicU64,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    requests: Mutex<BTreeMap<u16, u64>>,
    commits: Mutex<Commits>,
}

impl Tally {
    /// Counts an answer by DNS.
    pub fn answered(&self, outcome: Outcome) {
        let question = match outcome.record_type {
            None => NOT_UNDERSTOOD,
            Some(record_type) => QUESTIONS
                .iter()
                .position(|known| *known == record_type)
                .unwrap_or(OTHER),
        };
        self.count(question, outcome);
    }

    /// Counts the answer to an update by DNS.
    pub fn updated(&self, outcome: Outcome) {
        self.count(UPDATE, outcome);
    }

    /// Counts a message that was owed no answer.
    pub fn silent(&self, _why: Why) {
        add(&self.silent, 1);
    }

    /// Counts a datagram whose network had had its share.
    pub fn limited(&self) {
        add(&self.limited, 1);
    }

    /// Counts datagrams that the kernel dropped.
    pub fn lost(&self, count: u64) {
        add(&self.lost, count);
    }

    /// Counts answers that the kernel did not take.
    pub fn unsent(&self, count: u64) {
        add(&self.unsent, count);
    }

    /// Counts a zone transfer.
    pub fn transferred(&self) {
        add(&self.transfers, 1);
    }

    /// Counts a notice to a secondary.
    pub fn notified(&self, is_heard: bool) {
        add(if is_heard { &self.heard } else { &self.unheard }, 1);
    }

    /// Counts a connection that was one too many.
    pub fn crowded(&self) {
        add(&self.crowded, 1);
    }

    /// Counts a request by HTTP.
    pub fn requested(&self, status: u16) {
        *lock(&self.requests).entry(status).or_default() += 1;
    }

    /// Counts a request that the registry refused.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        *lock(&self.refusals).entry(in_words(refusal)).or_default() += 1;
    }

    /// Counts a write to the disk.
    pub(crate) fn kept(&self, requests: u64, latency_ns: u64) {
        let mut commits = lock(&self.commits);
        commits.latency.record(latency_ns);
        commits.longest_ns = commits.longest_ns.max(latency_ns);
        commits.requests += requests;
        commits.requests_max = commits.requests_max.max(requests);
    }

    /// Counts a write to the disk that failed.
    pub(crate) fn unkept(&self) {
        lock(&self.commits).failed += 1;
    }

    /// Counts names whose lease ran out.
    pub(crate) fn expired(&self, names: u64) {
        add(&self.expired, names);
    }

    /// Counts changes that watchers were told of.
    pub(crate) fn told(&self, changes: u64) {
        add(&self.told, changes);
    }

    /// Counts a watcher that was too slow.
    pub(crate) fn lagged(&self) {
        add(&self.lagged, 1);
    }

    /// What was counted; what the registry and the sockets say is left empty.
    pub(crate) fn summary(&self) -> NamesSummary {
        let refusals = lock(&self.refusals);
        let requests = lock(&self.requests);
        NamesSummary {
            answers: self.all_answers(),
            cut: self.answers.iter().map(|shard| read(&shard.cut)).sum(),
            limited: read(&self.limited),
            silent: read(&self.silent),
            lost: read(&self.lost),
            unsent: read(&self.unsent),
            transfers: read(&self.transfers),
            notices_heard: read(&self.heard),
            notices_unheard: read(&self.unheard),
            crowded: read(&self.crowded),
            refusals: refusals
                .iter()
                .map(|(what, count)| counted(what, *count))
                .collect(),
            requests: requests
                .iter()
                .map(|(status, count)| counted(status, *count))
                .collect(),
            commits: lock(&self.commits).summary(),
            expired: read(&self.expired),
            told: read(&self.told),
            lagged: read(&self.lagged),
            ..NamesSummary::default()
        }
    }

    fn count(&self, question: usize, outcome: Outcome) {
        let shard = &self.answers[SHARD.with(|shard| *shard)];
        let code = usize::from(outcome.rcode).min(OTHER_CODE);
        add(&shard.counts[question * CODES + code], 1);
        if outcome.is_cut {
            add(&shard.cut, 1);
        }
        if let Some(refusal) = outcome.refusal {
            *lock(&self.refusals).entry(refusal).or_default() += 1;
        }
    }

    fn all_answers(&self) -> Vec<NamesAnswers> {
        let mut answers = Vec::new();
        for question in 0..ROWS {
            for code in 0..CODES {
                let at = question * CODES + code;
                let count = self.answers.iter().map(|shard| read(&shard.counts[at]));
                match count.sum() {
                    0 => {}
                    count => answers.push(NamesAnswers {
                        question: question_text(question),
                        code: code_text(code),
                        count,
                    }),
                }
            }
        }
        answers
    }
}

/// Counters of answers, by question and code.
#[derive(Debug)]
#[repr(align(128))]
struct Answers {
    counts: [AtomicU64; ROWS * CODES],
    cut: AtomicU64,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            counts: [const { AtomicU64::new(0) }; ROWS * CODES],
            cut: AtomicU64::new(0),
        }
    }
}

#[derive(Debug, Default)]
struct Commits {
    latency: Histogram,
    longest_ns: u64,
    requests: u64,
    requests_max: u64,
    failed: u64,
}

impl Commits {
    fn summary(&self) -> NamesCommits {
        let count = self.latency.count();
        // A bucket's upper end may lie beyond the longest that was in it.
        let quantile = |share| {
            let found = self.latency.value_at_quantile(share)?;
            Some(found.min(self.longest_ns))
        };
        NamesCommits {
            count,
            requests: self.requests,
            requests_max: self.requests_max,
            failed: self.failed,
            latency_ns_p50: quantile(0.5),
            latency_ns_p99: quantile(0.99),
            latency_ns_max: (count > 0).then_some(self.longest_ns),
        }
    }
}

fn in_words(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Taken { .. } => "the name is taken",
        Refusal::Missing(_) => "the name is not registered",
        Refusal::Changed { .. } => "the name had changed",
        Refusal::NoLease(_) => "the lease is not there",
        Refusal::LeaseTime { .. } => "the lease is too short or too long",
        Refusal::Name(_) => "no name",
        Refusal::Value(_) => "no value",
        Refusal::NameInUse(_)
        | Refusal::NameNotInUse(_)
        | Refusal::SetThere(_)
        | Refusal::SetNotThere(_) => "a prerequisite of an update does not hold",
        Refusal::Full { .. } => "the registry is full",
        _ => "other",
    }
}

fn question_text(question: usize) -> String {
    match question {
        NOT_UNDERSTOOD => "?".to_owned(),
        OTHER => "other".to_owned(),
        UPDATE => "UPDATE".to_owned(),
        known => QUESTIONS[known].to_string(),
    }
}

fn code_text(code: usize) -> String {
    match code {
        OTHER_CODE => "other".to_owned(),
        code => OptRcode::masked_from_int(code as u16).to_string(),
    }
}

fn counted(what: impl ToString, count: u64) -> NamesCount {
    NamesCount {
        what: what.to_string(),
        count,
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// A count is whole after every step, so a thread that panicked while it held it did no harm.
fn lock<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    static SHARD: usize = NEXT_SHARD.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

static NEXT_SHARD: AtomicUsize = AtomicUsize::new(0);

/// Enough for the threads of the machines at hand; more threads share.
const SHARDS: usize = 8;

/// What is asked for often enough to be counted by itself.
const QUESTIONS: [RecordType; 12] = [
    RecordType::A,
    RecordType::NS,
    RecordType::CNAME,
    RecordType::SOA,
    RecordType::PTR,
    RecordType::MX,
    RecordType::TXT,
    RecordType::AAAA,
    RecordType::SRV,
    RecordType::AXFR,
    RecordType::IXFR,
    RecordType::ANY,
];
const OTHER: usize = QUESTIONS.len();
const NOT_UNDERSTOOD: usize = OTHER + 1;
const UPDATE: usize = OTHER + 2;
const ROWS: usize = OTHER + 3;

/// Codes are 0 to 23 (RFC 6895, section 2.3, and RFC 7873); what is beyond is counted together.
const CODES: usize = OTHER_CODE + 1;
const OTHER_CODE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(record_type: Option<RecordType>, rcode: u16) -> Outcome {
        Outcome {
            record_type,
            rcode,
            is_cut: false,
            refusal: None,
        }
    }

    #[test]
    fn answers_are_counted_by_what_was_asked_and_how_it_was_answered() {
        let tally = Tally::default();
        tally.answered(outcome(Some(RecordType::A), 0));
        std::thread::scope(|scope| {
            scope.spawn(|| tally.answered(outcome(Some(RecordType::A), 0)));
        });
        tally.answered(outcome(Some(RecordType(65280)), 3));
        tally.answered(outcome(None, 1));
        tally.answered(outcome(None, 999));
        tally.updated(Outcome {
            refusal: Some("not signed"),
            is_cut: true,
            ..outcome(None, 5)
        });
        let summary = tally.summary();
        let answers: Vec<_> = summary
            .answers
            .iter()
            .map(|answer| (&*answer.question, &*answer.code, answer.count))
            .collect();
        assert_eq!(
            answers,
            [
                ("A", "NOERROR", 2),
                ("other", "NXDOMAIN", 1),
                ("?", "FORMERR", 1),
                ("?", "other", 1),
                ("UPDATE", "REFUSED", 1),
            ]
        );
        assert_eq!(summary.cut, 1);
        assert_eq!(summary.refusals, [counted("not signed", 1)]);
    }

    #[test]
    fn writes_are_summed_up() {
        let tally = Tally::default();
        assert_eq!(tally.summary().commits, NamesCommits::default());
        tally.kept(1, 1_000);
        tally.kept(7, 3_000);
        tally.unkept();
        let commits = tally.summary().commits;
        assert_eq!(
            (commits.count, commits.requests, commits.requests_max),
            (2, 8, 7)
        );
        assert_eq!((commits.failed, commits.latency_ns_max), (1, Some(3_000)));
        // The bucket of 3,000 goes on to 3,007.
        assert_eq!(commits.latency_ns_p99, Some(3_000));
    }
}
