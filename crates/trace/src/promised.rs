//! What a log says that was promised to those who wrote it.

use crate::Place;

/// What a text says that was promised. What the names mean is for who judges the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// Where it says so.
    pub place: Place,
    /// The names of the conditions, sorted, none twice; at least one.
    pub names: Vec<String>,
}
