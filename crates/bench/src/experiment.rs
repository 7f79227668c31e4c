//! What is to be compared, and how often.

use std::{path::PathBuf, time::Duration};

/// The settings of an experiment; plain data.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The executable whose `serve` command is the server.
    pub program: PathBuf,
    /// The models to compare.
    pub subjects: Vec<Subject>,
    /// The numbers of clients at once.
    pub clients: Vec<u64>,
    /// How long a request waits in the server.
    pub task: Duration,
    /// How often each point is measured.
    pub runs: u32,
    /// Where random gaps come from.
    pub seed: u64,
    /// Whether the gaps between messages are measured, too.
    pub with_gaps: bool,
}

/// A concurrency model, as far as an experiment needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub model: String,
    /// In words, how connections map to execution.
    pub about: String,
    /// Whether connections wait for each other's whole sessions.
    pub is_iterative: bool,
}

/// The service of the experiment.
pub(crate) const SERVICE: &str = "slow-reverse";

/// The task of the experiment that this one is modelled on (CS331 tutorial 1, part 2).
pub(crate) const SEED_TASK: Duration = Duration::from_secs(3);
