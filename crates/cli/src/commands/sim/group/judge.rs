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
    is_forged: bool,
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
    /// For what a group of those settings promises; nothing but to stand where somebody forges what its members say.
    pub fn new(settings: &Settings, is_forged: bool) -> Self {
        if is_forged {
            return Self {
                conditions: Vec::new(),
                of_sim: &["panic", "livelock"],
                is_forged,
            };
        }
        Self {
            conditions: terms::conditions(settings),
            of_sim: match settings.reliability {
                Reliability::Nak => &[
                    "together", "state", "fate", "payload", "own-view", "numbers", "panic",
                    "livelock",
                ],
                Reliability::None => &[
                    "together", "payload", "own-view", "numbers", "panic", "livelock",
                ],
            },
            is_forged,
        }
    }

    /// The same for one promise alone, which is quicker.
    pub fn only(mut self, condition: &str) -> Self {
        self.conditions.retain(|one| one.name == condition);
        self
    }

    /// The names of all that is judged.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let of_log = self.conditions.iter().map(|one| one.name);
        of_log.chain(self.of_sim.iter().copied())
    }

    /// What is not as it was promised; the gravest first.
    pub fn violations(&self, outcome: &Outcome) -> Vec<Violation> {
        // Whatever else was not kept in such a run was not, because it ended early.
        if let Some(flaw) = outcome.flaws.iter().find(|flaw| flaw.condition == "panic") {
            return vec![Violation {
                condition: flaw.condition,
                text: flaw.text.clone(),
                is_unknown: false,
            }];
        }
        let judged = GroupJudgement::all(&outcome.judged(), &self.conditions).into_iter();
        let grave = judged.filter(|one| one.verdict != Verdict::Valid);
        let of_log = grave.map(|one| Violation {
            condition: one.condition,
            text: one.text,
            is_unknown: one.verdict == Verdict::Unknown,
        });
        let flaws = outcome.flaws.iter();
        let of_sim = flaws.filter(|one| !self.is_forged || self.of_sim.contains(&one.condition));
        let of_sim = of_sim.map(|flaw| Violation {
            condition: flaw.condition,
            text: flaw.text.clone(),
            is_unknown: false,
        });
        let mut violations: Vec<Violation> = of_log.chain(of_sim).collect();
        violations.sort_by_key(|one| one.is_unknown);
        violations
    }
}
