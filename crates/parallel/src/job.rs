//! What is to be done, and what whoever does it is told.

use std::{io, ops::ControlFlow};

use primes::{Method, Range};
use run::Stop;
use timing::Clock;

use crate::Split;

/// A search.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Where to search.
    pub range: Range,
    /// How a prime is told.
    pub method: &'static Method,
    /// How many workers; at least one.
    pub workers: usize,
    /// How the range is shared out among them.
    pub split: &'static Split,
    /// What is wanted.
    pub want: Want,
}

/// What a search brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The primes.
    Primes,
    /// How many there are.
    Count,
}

/// The surroundings of a search.
pub struct Control<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// Asked to stop, a search ends as soon as it can; what the sink has taken stays taken.
    pub stop: &'a Stop,
    /// Told now and then, some ten times a second at the most, how far the search is.
    pub progress: &'a dyn Fn(Progress),
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The share of the work that is done, by the method's weights: from 0 to 1.
    pub share: f64,
    /// Numbers that have been searched.
    pub numbers: u128,
    /// Primes that were found.
    pub primes: u64,
}

/// Takes what is found, in ascending order.
pub trait Sink {
    /// The next piece: it follows on the one before without a gap. `primes` is empty where only a count is
    /// wanted. [`ControlFlow::Break`] ends the search: enough is known.
    ///
    /// # Errors
    /// When it cannot be kept; the search ends with that error.
    fn take(&mut self, piece: Range, count: u64, primes: &[u64]) -> io::Result<ControlFlow<()>>;
}
