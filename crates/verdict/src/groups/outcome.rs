//! What was found out about one condition of a group.

use history::{Finding, Verdict};
use trace::{EventId, HostId, Log, MessageId};

use super::{GroupCondition, Record};

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupJudgement {
    /// The condition's name.
    pub condition: &'static str,
    /// What it promises.
    pub promise: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// A sentence without its full stop: what was looked at, or what is wrong and with whom.
    pub text: String,
    /// The messages that show it; of an invalid one there is a message or a host.
    pub messages: Vec<MessageId>,
    /// The hosts that show it.
    pub hosts: Vec<HostId>,
    /// The events that show it; of an invalid one always there.
    pub events: Vec<EventId>,
    /// What shows it by not being there.
    pub lacks: Vec<Lack>,
    /// Whether there was nothing to judge, so that it is valid and nothing is proven; `text` says why.
    pub is_idle: bool,
}

/// A delivery that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Who should have delivered.
    pub host: HostId,
    /// Which message.
    pub message: MessageId,
    /// Before which event of that host; none where it had time until its end.
    pub before: Option<EventId>,
}

impl GroupJudgement {
    /// Of these conditions; those that are about nothing that the log has are left out.
    pub fn all(log: &Log, conditions: &[&'static GroupCondition]) -> Vec<Self> {
        let record = Record::of(log);
        let judged = conditions.iter().filter_map(|condition| {
            let outcome = (condition.judge)(&record)?;
            Some(Self {
                condition: condition.name,
                promise: condition.promise,
                verdict: outcome.verdict,
                text: outcome.text,
                messages: outcome.witness.messages,
                hosts: outcome.witness.hosts,
                events: outcome.witness.events,
                lacks: outcome.witness.lacks,
                is_idle: outcome.is_idle,
            })
        });
        judged.collect()
    }

    /// The same as a finding.
    pub fn finding(&self) -> Finding {
        Finding::new(self.verdict, format!("{}: {}", self.condition, self.text))
    }
}

/// What a condition's own file says.
#[derive(Debug)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    pub text: String,
    pub witness: Witness,
    /// Whether there was nothing to look at.
    pub is_idle: bool,
}

/// What shows that a condition is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Witness {
    pub messages: Vec<MessageId>,
    pub hosts: Vec<HostId>,
    pub events: Vec<EventId>,
    pub lacks: Vec<Lack>,
}

/// The first of the breaches that were found, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Breaches {
    /// The first that is proven.
    proven: Option<(String, Witness)>,
    /// The first that would be none if an event that the log lacks had happened.
    lacking: Option<(String, Witness)>,
    count: u64,
}

impl Outcome {
    pub fn valid(text: impl Into<String>) -> Self {
        Self::of(Verdict::Valid, text.into(), Witness::default())
    }

    /// There was nothing to look at.
    pub fn idle(text: impl Into<String>) -> Self {
        Self {
            is_idle: true,
            ..Self::valid(text)
        }
    }

    pub fn unknown(text: impl Into<String>) -> Self {
        Self::of(Verdict::Unknown, text.into(), Witness::default())
    }

    fn of(verdict: Verdict, text: String, witness: Witness) -> Self {
        Self {
            verdict,
            text,
            witness,
            is_idle: false,
        }
    }
}

/// What was looked at, where that is nothing; that it was as it should be is not worth saying.
fn nothing(valid: &str) -> String {
    match valid.split_once(", ") {
        Some((none, _)) if none.starts_with("0 ") => format!("nothing to judge: {none}"),
        _ => valid.to_owned(),
    }
}

impl Breaches {
    /// Takes down something that is wrong whatever the log may lack. It is put into words if it is the first.
    pub fn prove(&mut self, tell: impl FnOnce() -> (String, Witness)) {
        self.count += 1;
        if self.proven.is_none() {
            self.proven = Some(tell());
        }
    }

    /// Takes down something that is wrong if the log has all events.
    pub fn lack(&mut self, tell: impl FnOnce() -> (String, Witness)) {
        self.count += 1;
        if self.lacking.is_none() {
            self.lacking = Some(tell());
        }
    }

    /// What follows from it; `looked_at` counts what was looked at, and `valid` says it when nothing is wrong.
    pub fn outcome(
        self,
        record: &Record<'_>,
        looked_at: usize,
        valid: impl FnOnce() -> String,
    ) -> Outcome {
        let more = match self.count {
            0 | 1 => String::new(),
            count => format!(" (the first of {count} such)"),
        };
        let wrong = |(text, witness): (String, Witness)| {
            Outcome::of(Verdict::Invalid, format!("{text}{more}"), witness)
        };
        match (self.proven, self.lacking, record.gap()) {
            (Some(proven), ..) => wrong(proven),
            (None, Some(lacking), None) => wrong(lacking),
            (None, Some((text, witness)), Some(gap)) => Outcome::of(
                Verdict::Unknown,
                format!("{text}{more}, unless that is what the log lacks: {gap}"),
                witness,
            ),
            (None, None, _) => match &record.doubt {
                Some(doubt) => Outcome::unknown(doubt),
                None if looked_at == 0 => Outcome::idle(nothing(&valid())),
                None => Outcome::valid(valid()),
            },
        }
    }
}
