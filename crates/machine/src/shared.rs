//! State that all connections of a service share, whichever thread or process serves them.
//!
//! A service describes its state as a fixed number of 64-bit words, all zero at the start, of which
//! every worker has a copy of its own. A worker replaces its own words as a whole; whoever reads
//! combines the words of all. So there is no lock to die with, and a worker that is killed leaves
//! the last words it published.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One worker's view of the state that all workers share.
///
/// **Only one worker at a time writes a view's words, and it writes them as a whole: a reader
/// sees all of a publication or none of it, even when the writer was killed in the middle.**
pub trait Shared: Sync {
    /// Copies this worker's words into `words`.
    fn own(&self, words: &mut [u64]);

    /// Replaces this worker's words.
    fn publish(&self, words: &[u64]);

    /// Shows the words of every worker there has been, this one included, each once.
    fn fold(&self, visit: &mut dyn FnMut(&[u64]));
}

/// A [`Shared`] of a single worker in plain memory: for tests and for drivers with one thread.
#[derive(Debug)]
pub struct PrivateWords {
    words: Mutex<Vec<u64>>,
}

impl PrivateWords {
    /// `count` words, all zero.
    pub fn new(count: usize) -> Self {
        Self {
            words: Mutex::new(vec![0; count]),
        }
    }

    fn words(&self) -> MutexGuard<'_, Vec<u64>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared for PrivateWords {
    fn own(&self, words: &mut [u64]) {
        words.copy_from_slice(&self.words());
    }

    fn publish(&self, words: &[u64]) {
        self.words().copy_from_slice(words);
    }

    fn fold(&self, visit: &mut dyn FnMut(&[u64])) {
        visit(&self.words());
    }
}
