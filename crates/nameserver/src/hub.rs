//! What all parts of the server share: the published registry, the way to the committer, the watchers.

use std::sync::{Arc, RwLockReadGuard};

use dns::Now;
use naming::{Done, Filter, Refusal, Registry, Request, Revision};
use thiserror::Error;

use crate::{Snapshot, StoreError, Tally, Watch};

/// What all parts of the server share.
#[derive(Debug)]
pub struct Hub {}

/// Why a request was not done.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Refused {
    /// The registry refused it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Too much waits to be kept: come again.
    #[error("the server has too much to write at the moment; try again")]
    Busy,
    /// It could not be kept: a full disk.
    #[error("the change could not be kept: {0}")]
    Kept(Arc<StoreError>),
    /// The server ends.
    #[error("the server is ending")]
    Ending,
    /// A watch from a revision that is no longer in the log.
    #[error(
        "changes since revision {asked} are no longer kept, the oldest are those since {oldest}: list the names and watch from there"
    )]
    Compacted {
        /// From where it was asked.
        asked: Revision,
        /// From where it can be.
        oldest: Revision,
    },
    /// More watchers than there may be.
    #[error("there are {limit} watchers already, which is the limit")]
    Watchers {
        /// The limit.
        limit: usize,
    },
}

impl Hub {
    /// The registry as it is published. Held only for as long as it takes to answer what has come.
    pub fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        unimplemented!()
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        unimplemented!()
    }

    /// Proposes a request; `reply` is called by the committer's thread when it was kept and published, or refused. It must
    /// not block. Where the queue is full it is called at once, with [`Refused::Busy`].
    pub fn propose(
        &self,
        _request: Request,
        _reply: impl FnOnce(Result<Done, Refused>) + Send + 'static,
    ) {
        unimplemented!()
    }

    /// The same, for who can wait.
    ///
    /// # Errors
    /// When it was not done.
    pub fn decide(&self, _request: Request) -> Result<Done, Refused> {
        unimplemented!()
    }

    /// All that is kept, of one revision: what the published registry shows or a moment more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        unimplemented!()
    }

    /// Watches names from a revision on (what happened after it); none: from now.
    ///
    /// # Errors
    /// When the revision is no longer kept, or there are too many watchers.
    pub fn watch(&self, _filter: &Filter, _from: Option<Revision>) -> Result<Watch, Refused> {
        unimplemented!()
    }

    /// What is counted.
    pub fn tally(&self) -> &Tally {
        unimplemented!()
    }
}
