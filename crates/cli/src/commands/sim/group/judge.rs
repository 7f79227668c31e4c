//! The judge of a run: the conditions on its log, and what no log tells.

use ::group::{Reliability, Settings};
use history::Verdict;
use sim::groups::Outcome;
use verdict::{GroupCondition, GroupJudgement};

use crate::commands::group::terms;

/// Judges runs of one group.
pub struct Judge {
    conditions: Vec<&'static GroupCondition>,
    of_sim: &'static [&'static str],
}

/// A promise that is broken, or of which nothing can be said.
pub struct Violation {
    /// Which promise.
    pub condition: &'static str,
    /// How.
    pub text: String,
    /// Whether it is not broken for sure.
    pub is_unknown: bool,
}

impl Judge {
    /// For what a group of those settings promises.
    pub fn new(settings: &Settings) -> Self {
        Self {
            conditions: terms::conditions(settings),
            of_sim: match settings.reliability {
                Reliability::Nak => &[
                    "together", "state", "fate", "payload", "own-view", "numbers", "livelock",
                ],
                Reliability::None => &["together", "payload", "own-view", "numbers", "livelock"],
            },
        }
    }

    /// The names of all that is judged.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let of_log = self.conditions.iter().map(|one| one.name);
        of_log.chain(self.of_sim.iter().copied())
    }

    /// What is not as it was promised; the gravest first.
    pub fn violations(&self, outcome: &Outcome) -> Vec<Violation> {
        let judged = GroupJudgement::all(&outcome.judged(), &self.conditions).into_iter();
        let grave = judged.filter(|one| one.verdict != Verdict::Valid);
        let of_log = grave.map(|one| Violation {
            condition: one.condition,
            text: one.text,
            is_unknown: one.verdict == Verdict::Unknown,
        });
        let of_sim = outcome.flaws.iter().map(|flaw| Violation {
            condition: flaw.condition,
            text: flaw.text.clone(),
            is_unknown: false,
        });
        let mut violations: Vec<Violation> = of_log.chain(of_sim).collect();
        violations.sort_by_key(|one| one.is_unknown);
        violations
    }
}
