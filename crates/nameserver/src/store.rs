//! The store: names, leases and the log of changes, in one file (redb).
//!
//! | table | key | value |
//! |---|---|---|
//! | `names` | `Name::sort_key` | `Node::encode` |
//! | `leases` | lease u64 | ttl_ms u64, deadline u64 |
//! | `log` | revision u64, index u32 | a change |
//! | `state` | text | the revision, the next lease, the clock, the zone |

use std::path::Path;

use naming::{Batch, Change, Name, Node, Registry, Revision, Zone};
use thiserror::Error;

/// The store.
#[derive(Debug)]
pub struct Store {}

/// All names, of one revision.
pub struct Snapshot {}

/// Why the store cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What the file system or the database says.
    #[error("{file}: {problem}")]
    Database {
        /// Which file.
        file: String,
        /// What is wrong.
        problem: String,
    },
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there, and fills a registry from it.
    ///
    /// # Errors
    /// When it cannot be read or written, is in use by another process, or is of another zone.
    pub fn open(_folder: &Path, _zone: &Zone) -> Result<(Self, Registry), StoreError> {
        unimplemented!()
    }

    /// Keeps a batch: when this returns it is on the disk, whole.
    ///
    /// # Errors
    /// When it could not be kept; then nothing of it is.
    pub fn keep(&self, _batch: &Batch) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// All names as they are kept now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        unimplemented!()
    }

    /// The changes after a revision, in order, at most so many; none where they are no longer kept.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn changes_after(
        &self,
        _revision: Revision,
        _limit: usize,
    ) -> Result<Option<Vec<Change>>, StoreError> {
        unimplemented!()
    }
}

impl Snapshot {
    /// Its revision.
    pub fn revision(&self) -> Revision {
        unimplemented!()
    }

    /// The names within a name, in the order of a tree that is walked, from behind `after` on.
    pub fn names<'a>(
        &'a self,
        _within: &Name,
        _after: Option<&Name>,
    ) -> Box<dyn Iterator<Item = Result<(Name, Node), StoreError>> + 'a> {
        unimplemented!()
    }
}
