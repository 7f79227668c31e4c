//! The results of a search for primes.

use serde::{Deserialize, Serialize};

/// What was searched, in which ways, and how long that took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrimesSummary {
    /// The least number that was looked at.
    pub first: u64,
    /// The greatest.
    pub last: u64,
    /// How a prime is told.
    pub method: String,
    /// What the method counts: `divisions`, …
    pub step: String,
    /// Whether the primes were wanted, or only how many there are.
    pub is_count: bool,
    /// How many primes there are; absent when the search did not come to its end.
    pub count: Option<u64>,
    /// The greatest prime, where primes were wanted.
    pub greatest: Option<u64>,
    /// Processors that this process may use.
    pub cores: u64,
    /// What the processor's divider can do, measured in the same run; absent where the method does not
    /// divide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divider: Option<Divider>,
    /// The ways in which the search was done, the baseline first.
    pub variants: Vec<PrimesVariant>,
}

/// The limit of a method that divides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Divider {
    /// Bits of the numbers that are divided.
    pub bits: u32,
    /// Divisions a second, one after another without a test between them: the best of some tries.
    pub divisions_per_s: f64,
    /// Cycles a division, where the processor's speed is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<f64>,
    /// Of that limit, what the baseline reached: its steps over its wall time over the limit.
    pub share: Option<f64>,
}

/// One way of doing the search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrimesVariant {
    /// Who works: `single`, `threads`, `processes`.
    pub mode: String,
    /// How the range was shared out; absent for one worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// How many workers.
    pub workers: u64,
    /// One entry a run, in the order in which they were made.
    pub runs: Vec<PrimesRun>,
    /// The median of the wall times.
    pub wall_ns_median: u64,
    /// Speed-up over the baseline: the median of the quotients of runs made next to each other; absent for
    /// the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_up: Option<Spread>,
    /// The file that was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PrimesFile>,
    /// Who did what when in the run whose wall time is the median; at most some thousands: pieces next to
    /// each other of one worker are joined past that.
    pub stints: Vec<PrimesStint>,
}

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrimesRun {
    /// From the start to the last byte written.
    pub wall_ns: u64,
    /// Processor time of all workers.
    pub cpu_ns: u64,
    /// Steps of the method.
    pub steps: u64,
    /// Pieces done again because their worker died.
    pub redone: u64,
}

/// A median and what it lies between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

/// A file of primes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrimesFile {
    /// Where it is.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
}

/// One worker at one piece, or at several that are joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrimesStint {
    /// The worker's number, from 0.
    pub worker: u32,
    /// The least number.
    pub first: u64,
    /// The greatest.
    pub last: u64,
    /// From when on, counted from the run's start.
    pub begin_ns: u64,
    /// Until when.
    pub end_ns: u64,
    /// Primes found.
    pub primes: u64,
}
