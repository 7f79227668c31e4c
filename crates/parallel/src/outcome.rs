//! What a search came to.

use primes::{Range, Steps};
use timing::Tick;

/// The result, and how it came about.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Primes that the sink was given.
    pub count: u64,
    /// All numbers up to this one have been searched and given to the sink; none when there was not one.
    pub reached: Option<u64>,
    /// Whether the whole range was searched, or the sink had enough.
    pub is_whole: bool,
    /// Steps of the method.
    pub steps: Steps,
    /// From the start, the making of workers included, to the last piece taken.
    pub wall_ns: u64,
    /// Processor time of all workers and of the one that leads, those that were killed included.
    pub cpu_ns: u64,
    /// Pieces that were done again because their worker died.
    pub redone: u64,
    /// The most bytes that waited in memory for their turn, at once.
    pub waiting_bytes_max: u64,
    /// Who did which piece when, in the order in which they ended; some thousands at the most. Past that
    /// neighbours of one worker are joined, and the pieces of others may lie between what is joined.
    pub stints: Vec<Stint>,
}

/// One worker at one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stint {
    /// The worker's number, from 0.
    pub worker: u32,
    /// What it searched.
    pub piece: Range,
    /// From when on.
    pub begin: Tick,
    /// Until when.
    pub end: Tick,
    /// How many primes it found.
    pub primes: u64,
    /// In so many steps.
    pub steps: Steps,
}
