//! What a server counts.

use dns::Outcome;
use serde::{Deserialize, Serialize};

/// Counts, by all threads.
#[derive(Debug, Default)]
pub struct Tally {}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {}

impl Tally {
    /// Counts an answer.
    pub fn answered(&self, _outcome: Outcome) {}
}
