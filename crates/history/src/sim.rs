//! The results of simulating groups: `wharf sim group`.

use serde::{Deserialize, Serialize};

/// What came of all runs together. Times are virtual.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimSummary {
    /// The group's order.
    pub order: String,
    /// Its other promises, in words: `delivered when agreed, repaired, primary part`.
    pub promises: String,
    /// The rule that was broken on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Members at the beginning.
    pub members: u64,
    /// Runs, a seed each.
    pub runs: u64,
    /// The first seed.
    pub first_seed: u64,
    /// Runs in which in the end too few members were left to decide on anything.
    pub blocked: u64,
    /// What was promised, and how often it was broken.
    pub conditions: Vec<SimCondition>,
    /// Counts of all runs together.
    pub counts: Vec<SimCount>,
    /// Datagrams sent for each message sent; none where no message was.
    pub datagrams_a_message: Option<f64>,
    /// Latencies.
    pub times: Vec<SimTimes>,
    /// How much time went by in all runs together.
    pub virtual_ns: u64,
    /// The first run in which a promise was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<SimFailure>,
}

/// A promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimCondition {
    /// Which.
    pub name: String,
    /// Runs in which it was kept.
    pub kept: u64,
    /// Runs in which it was broken.
    pub broken: u64,
    /// Runs in which nothing can be said.
    pub unknown: u64,
    /// The first seed with which it was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seed: Option<u64>,
}

/// A count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimCount {
    /// Of what.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// How long something took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimTimes {
    /// What.
    pub what: String,
    /// How often.
    pub count: u64,
    /// The median.
    pub p50_ns: Option<f64>,
    /// The 99th percentile.
    pub p99_ns: Option<f64>,
    /// The longest.
    pub max_ns: Option<f64>,
}

/// A run in which a promise was broken, made smaller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimFailure {
    /// The seed; none where the schedule came from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The promise.
    pub condition: String,
    /// How it is broken in the smallest schedule that was found.
    pub text: String,
    /// The command that runs the seed again.
    pub again: String,
    /// How many schedules were tried.
    pub tried: u64,
    /// The smallest that was found, a thing a line.
    pub schedule: String,
}
