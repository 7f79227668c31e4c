//! The results of a load generator.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stats::Fit;

use crate::Series;

/// How many requests ended in which way, by [`crate::Outcome::name`].
pub type Outcomes = BTreeMap<String, u64>;

/// What a load generator asked and got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadSummary {
    /// The service whose protocol was spoken.
    pub service: String,
    /// Where to.
    pub target: String,
    /// How many workers.
    pub workers: u64,
    /// Requests asked for: workers times intervals, or, of a run that lasts for a time, those taken up.
    pub asked: u64,
    /// What ran the workers: `threads` (one each) or `async` (event loops).
    #[serde(default)]
    pub client: String,
    /// How many threads ran them.
    #[serde(default)]
    pub threads: u64,
    /// How many addresses of this machine the connections came from.
    #[serde(default)]
    pub source_addresses: u64,
    /// How many requests were kept outstanding on a session of a closed loop.
    #[serde(default)]
    pub pipeline: u64,
    /// After how many requests a session was closed and the next one made; absent when it carried all.
    #[serde(default)]
    pub per_connection: Option<u64>,
    /// After how long no more requests were taken up; absent when only their number ended the run.
    #[serde(default)]
    pub lasting_ns: Option<u64>,
    /// `open` (sends at the scheduled instants, whatever the answers do) or `closed` (the next gap
    /// begins with the answer).
    pub loop_kind: String,
    /// The arrival law.
    pub law: LawSummary,
    /// Where the random gaps came from, for doing it again.
    pub seed: u64,
    /// How the requests ended.
    pub outcomes: Outcomes,
    /// The first wrong answers, with what was expected.
    pub wrong: Vec<String>,
    /// From beginning to connect until the connection stood.
    pub connect: Series,
    /// From the standing connection until the server's greeting had come, with which the schedule of a
    /// session begins; nothing where the server does not greet.
    #[serde(default)]
    pub greeting: Series,
    /// From sending to the whole answer.
    pub service_time: Series,
    /// From the intended instant to the whole answer.
    pub response_time: Series,
    /// From the intended instant to sending: the generator's own delay.
    pub lateness: Series,
    /// Gaps between consecutive intended and between consecutive actual sends of one worker.
    pub sent_gaps: Series,
    /// Whether the actual gaps follow the law.
    pub fit: Option<FitSummary>,
    /// Processor time that the generator used.
    pub cpu_ns: u64,
    /// From the first intended instant to the last answer.
    pub wall_ns: u64,
}

/// An arrival law with its parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LawSummary {
    /// `deterministic`, `uniform` or `exponential`.
    pub name: String,
    /// The parameter as given: seconds for deterministic and uniform, events a second for exponential.
    pub parameter: f64,
    /// The mean gap that it asks for.
    pub mean_ns: f64,
}

/// Whether observed gaps follow the law that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FitSummary {
    /// `kolmogorov-smirnov`, `deviation` (for a law without a density) or `too-few`.
    pub test: String,
    /// How many gaps.
    pub count: u64,
    /// The Kolmogorov-Smirnov distance, or the largest deviation in nanoseconds.
    pub statistic: f64,
    /// What the statistic may reach by chance in 5 % of right samples; absent for a deviation.
    pub limit: Option<f64>,
    /// How often a right sample is further off; absent for a deviation.
    pub p_value: Option<f64>,
    /// Whether the statistic is within the limit; absent when nothing can be said.
    pub accepted: Option<bool>,
}

impl From<&Fit> for FitSummary {
    fn from(fit: &Fit) -> Self {
        match fit {
            Fit::KolmogorovSmirnov(test) => Self {
                test: "kolmogorov-smirnov".to_owned(),
                count: test.count,
                statistic: test.statistic,
                limit: Some(test.limit_5_percent),
                p_value: Some(test.p_value),
                accepted: Some(test.accepted),
            },
            Fit::Deviation(test) => Self {
                test: "deviation".to_owned(),
                count: test.count,
                statistic: test.largest * 1e9,
                ..Self::default()
            },
            Fit::TooFew { count } => Self {
                test: "too-few".to_owned(),
                count: *count,
                ..Self::default()
            },
        }
    }
}
