//! What a mode is: a line of data and a function.

use std::io;

use crate::{Control, Job, Outcome, Sink};

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
    /// No worker could be made.
    #[error("no worker can be made: {0}; ask for fewer with --workers")]
    Workers(io::Error),
}
