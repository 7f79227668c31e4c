//! What a mode is: a line of data and a function.

use std::io;

use primes::Range;

use crate::{Control, Job, Outcome, Sink, lead::ATTEMPTS};

/// A way of having workers.
#[derive(Debug)]
pub struct Mode {
    /// Its name.
    pub name: &'static str,
    /// In a few words, who works.
    pub about: &'static str,
    /// Whether it has several workers.
    pub is_parallel: bool,
    /// The file to read.
    pub file: &'static str,
    /// Searches.
    pub search: fn(&Job, &Control<'_>, &mut dyn Sink) -> Result<Outcome, SearchError>,
}

/// Why a search did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The sink could not keep what was found.
    #[error("what was found cannot be kept: {0}")]
    Sink(io::Error),
    /// What was found ahead of its turn, and lay in a temporary file, could not be read back.
    #[error("what waited for its turn in a temporary file cannot be read back: {0}")]
    Waiting(io::Error),
    /// Workers could not be made, or not be heard.
    #[error("no worker can be made: {0}; ask for fewer with --workers")]
    Workers(io::Error),
    /// The mode has no such split.
    #[error(
        "{mode} cannot share out by {split}: its shares lie in the memory of one process; choose another with --split"
    )]
    Split {
        /// The split that was asked for.
        split: &'static str,
        /// The mode.
        mode: &'static str,
    },
    /// Workers died again and again at the same numbers.
    #[error(
        "{ATTEMPTS} workers died one after another ({how}) at the numbers from {} to {}; what was found before them stays",
        numbers.first(),
        numbers.last()
    )]
    Died {
        /// What they were at and none of them got past.
        numbers: Range,
        /// How the last one died.
        how: String,
        /// All numbers up to this one have been searched and given to the sink; none when there was not one.
        reached: Option<u64>,
    },
}
