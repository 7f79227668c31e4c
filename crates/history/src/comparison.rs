//! What changed from one run to another.

use serde::{Deserialize, Serialize};

use crate::{Quantity, Verdict};

/// Two runs of the same kind, point by point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What both runs are: `bench throughput`, `load echo`.
    pub kind: String,
    /// The run that came first: what is compared with.
    pub before: String,
    /// The run that came second: what is judged.
    pub after: String,
    /// Settings and circumstances that are not the same.
    pub settings: Vec<SettingChange>,
    /// The least confidence of the intervals: 0.9.
    pub confidence: f64,
    /// How much worse a point may get, in percent; absent when nothing was to be judged.
    pub fail_if_percent: Option<f64>,
    /// The changes, point by point in the order of the second run.
    pub changes: Vec<Change>,
    /// `invalid` when a point got worse by more than was allowed, `unknown` when that cannot be said,
    /// `valid` otherwise, and when nothing was to be judged.
    pub verdict: Verdict,
    /// Why, in a sentence for each point that led to it.
    pub reasons: Vec<String>,
}

/// A setting that two runs do not share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChange {
    /// Its name.
    pub name: String,
    /// In the first run; `-` when it had none.
    pub before: String,
    /// In the second run.
    pub after: String,
}

/// One quantity of one point in both runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The model; of a load, whom it asked.
    pub model: String,
    /// How many clients at once.
    pub clients: u64,
    /// The proportion of calculation; for `mixed` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_share: Option<f64>,
    /// What is compared; it knows its unit and which way is better.
    pub quantity: Quantity,
    /// Whether the verdict goes by it: the first quantity of its kind does.
    pub is_judged: bool,
    /// How many runs count before.
    pub count_before: u64,
    /// How many runs count after.
    pub count_after: u64,
    /// Their median before, in the quantity's unit; absent when no run counts.
    pub median_before: Option<f64>,
    /// Their median after.
    pub median_after: Option<f64>,
    /// The change in percent of before: the median of the ratios of every run after to every run
    /// before (Hodges and Lehmann 1963, on logarithms).
    pub percent: Option<f64>,
    /// The lower end of the interval for the change, in percent; absent when there are too few runs.
    pub percent_low: Option<f64>,
    /// Its upper end.
    pub percent_high: Option<f64>,
    /// The confidence that the interval has, at least that of the comparison.
    pub confidence: Option<f64>,
    /// Which way it went.
    pub tendency: Tendency,
    /// Why nothing can be said, when it cannot.
    pub why: Option<String>,
}

/// Which way a quantity went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tendency {
    /// The interval lies wholly on the better side of no change.
    Better,
    /// The interval lies wholly on the worse side.
    Worse,
    /// The interval has no change in it.
    Unclear,
    /// There is no interval.
    Unknown,
}

impl Tendency {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Unclear => "no clear change",
            Self::Unknown => "cannot be said",
        }
    }
}
