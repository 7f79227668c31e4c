//! The result of a run: `summary.json`.

use serde::{Deserialize, Serialize};

use crate::{
    BenchSummary, CastSummary, ChatSummary, ClockSummary, Environment, GroupSummary, LoadSummary,
    NamesSummary, PrimesSummary, ServeSummary, SimSummary,
};

/// What a run was and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The version of this form: 1.
    pub schema: u32,
    /// The run's name, in words: `bench slow-reverse`.
    pub name: String,
    /// Which command made it.
    pub kind: Kind,
    /// The command line, for doing it again.
    pub command: String,
    /// When it began: RFC 3339, UTC.
    pub started: String,
    /// How long it took; absent while it runs or when it was killed.
    pub duration_ns: Option<u64>,
    /// The judgement.
    pub verdict: Verdict,
    /// What led to it, and what a reader should know, the gravest first.
    pub findings: Vec<Finding>,
    /// Where it ran.
    pub environment: Environment,
    /// The results of `serve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<ServeSummary>,
    /// The results of `load`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadSummary>,
    /// The results of `bench`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bench: Option<BenchSummary>,
    /// The results of `primes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primes: Option<PrimesSummary>,
    /// The results of `cast chat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatSummary>,
    /// The results of `cast bench`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast: Option<CastSummary>,
    /// The results of `clock order` and of `verdict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockSummary>,
    /// The results of `name serve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<NamesSummary>,
    /// The results of `sim group`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim: Option<SimSummary>,
    /// The results of `group bench`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupSummary>,
}

impl Summary {
    /// The version of this form.
    pub const SCHEMA: u32 = 1;

    /// The summary of a run that has just begun: its verdict is `unknown`, which is what a run that
    /// is killed leaves.
    pub fn begin(kind: Kind, name: &str, command: &str, started: &str) -> Self {
        Self {
            schema: Self::SCHEMA,
            name: name.to_owned(),
            kind,
            command: command.to_owned(),
            started: started.to_owned(),
            duration_ns: None,
            verdict: Verdict::Unknown,
            findings: vec![Finding::new(
                Verdict::Unknown,
                "the run has not ended, or was killed before it could say how",
            )],
            environment: Environment::default(),
            serve: None,
            load: None,
            bench: None,
            primes: None,
            chat: None,
            cast: None,
            clock: None,
            names: None,
            sim: None,
            group: None,
        }
    }

    /// Replaces the findings, and takes the gravest of their verdicts (invalid before unknown before
    /// valid) as the run's.
    pub fn conclude(&mut self, mut findings: Vec<Finding>) {
        findings.sort_by_key(|finding| finding.verdict);
        self.verdict = findings
            .first()
            .map_or(Verdict::Valid, |first| first.verdict);
        self.findings = findings;
    }
}

/// Which command made a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `wharf serve`.
    Serve,
    /// `wharf load`.
    Load,
    /// `wharf bench`.
    Bench,
    /// `wharf primes`.
    Primes,
    /// `wharf cast chat`.
    Chat,
    /// `wharf cast bench`.
    Cast,
    /// `wharf clock order`.
    Clock,
    /// `wharf verdict`.
    Verdict,
    /// `wharf name serve`.
    Names,
    /// `wharf sim group`.
    Sim,
    /// `wharf group bench`.
    Group,
}

/// A judgement, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something was shown to be wrong; a finding has the witness.
    Invalid,
    /// Nothing can be concluded; a finding says why.
    Unknown,
    /// All that was looked at was right.
    Valid,
}

impl Verdict {
    /// Its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::Valid => "valid",
        }
    }
}

/// One thing that a reader should know, and how much it weighs: a finding of verdict `valid` is a
/// remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it means for the run.
    pub verdict: Verdict,
    /// A sentence, with figures and units.
    pub text: String,
}

impl Finding {
    /// A finding.
    pub fn new(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            verdict,
            text: text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_finding_decides() {
        let mut summary = Summary::begin(Kind::Load, "load", "wharf load", "now");
        assert_eq!(summary.verdict, Verdict::Unknown);
        summary.conclude(vec![
            Finding::new(Verdict::Valid, "a remark"),
            Finding::new(Verdict::Unknown, "late"),
            Finding::new(Verdict::Invalid, "wrong"),
        ]);
        assert_eq!(summary.verdict, Verdict::Invalid);
        assert_eq!(summary.findings[0].text, "wrong");
    }

    #[test]
    fn no_finding_is_valid() {
        let mut summary = Summary::begin(Kind::Load, "load", "wharf load", "now");
        summary.conclude(Vec::new());
        assert_eq!(summary.verdict, Verdict::Valid);
    }
}
