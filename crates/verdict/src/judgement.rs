//! What was found out about one condition.

use history::{Finding, Verdict};
use trace::{EventId, Log};

use crate::{CONDITIONS, Order};

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The condition's name.
    pub condition: &'static str,
    /// What it promises.
    pub promise: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Whether it is a remark on something that nobody promised, rather than on a promise that is kept or broken.
    pub is_note: bool,
    /// A sentence: what was looked at, or what is wrong, with the stamps.
    pub text: String,
    /// The pair of events that shows it; of an invalid one always there.
    pub pair: Option<(EventId, EventId)>,
    /// The path from the first of the pair to the second; empty if they are concurrent, or there is no pair.
    pub path: Vec<EventId>,
}

impl Judgement {
    /// Of all conditions for which the log has the stamps.
    pub fn all(log: &Log, order: &Order) -> Vec<Self> {
        let judged = CONDITIONS.iter().filter_map(|condition| {
            let outcome = (condition.judge)(log, order)?;
            let path = outcome.pair.and_then(|(a, b)| order.path(a, b));
            Some(Self {
                condition: condition.name,
                promise: condition.promise,
                verdict: outcome.verdict,
                is_note: outcome.is_note,
                text: outcome.text,
                pair: outcome.pair,
                path: path.unwrap_or_default(),
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
pub(crate) struct Outcome {
    pub verdict: Verdict,
    pub text: String,
    pub pair: Option<(EventId, EventId)>,
    pub is_note: bool,
}

impl Outcome {
    pub fn valid(text: impl Into<String>) -> Self {
        Self::new(Verdict::Valid, text, None)
    }

    pub fn unknown(text: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, text, None)
    }

    pub fn invalid(text: impl Into<String>, pair: (EventId, EventId)) -> Self {
        Self::new(Verdict::Invalid, text, Some(pair))
    }

    pub fn note(text: impl Into<String>, pair: Option<(EventId, EventId)>) -> Self {
        let is_note = true;
        Self {
            is_note,
            ..Self::new(Verdict::Valid, text, pair)
        }
    }

    pub fn new(
        verdict: Verdict,
        text: impl Into<String>,
        pair: Option<(EventId, EventId)>,
    ) -> Self {
        let text = text.into();
        Self {
            verdict,
            text,
            pair,
            is_note: false,
        }
    }
}
