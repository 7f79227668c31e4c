//! What all parts of the server share: the published registry, the way to the committer, the watchers.

use std::sync::{
    Arc, PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicBool, AtomicUsize, Ordering},
    mpsc::{self, Receiver, SyncSender, TrySendError},
};

use dns::Now;
use naming::{Batch, Done, Filter, Refusal, Registry, Request, Revision, Zone};
use thiserror::Error;
use tokio::sync::watch;

use crate::{
    Snapshot, Store, StoreError, Tally, Watch,
    proposal::{Proposal, Wish},
    watchers::Watchers,
};

/// What all parts of the server share.
#[derive(Debug)]
pub struct Hub {
    zone: Zone,
    registry: RwLock<Registry>,
    store: Arc<Store>,
    watchers: Arc<Watchers>,
    wishes: SyncSender<Wish>,
    /// How many bytes of requests wait.
    waiting: Arc<AtomicUsize>,
    is_ending: AtomicBool,
    published: watch::Sender<Revision>,
    tally: Tally,
}

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
    /// A watch from a revision that is no longer in the log, or that has not been.
    #[error(
        "changes since revision {asked} are not kept here, the oldest are those since {oldest}: list the names and watch from there"
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
    /// Around a store and what is in it. What is proposed waits at the other end.
    pub(crate) fn new(store: Store, registry: Registry) -> (Self, Receiver<Wish>) {
        let (wishes, waiting) = mpsc::sync_channel(PROPOSALS_MAX);
        let watchers = Watchers::default();
        watchers.begin(registry.revision());
        let hub = Self {
            zone: registry.zone().clone(),
            published: watch::Sender::new(registry.revision()),
            registry: RwLock::new(registry),
            store: Arc::new(store),
            watchers: Arc::new(watchers),
            wishes,
            waiting: Arc::default(),
            is_ending: AtomicBool::new(false),
            tally: Tally::default(),
        };
        (hub, waiting)
    }

    /// The registry as it is published. Held only for as long as it takes to answer what has come.
    pub fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The zone that all names stand in.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What time it is.
    pub fn now(&self) -> Now {
        let clock = self.store.clock();
        Now {
            lease: clock.now(),
            unix_s: clock.unix_s(),
        }
    }

    /// Proposes a request; `reply` is called by the committer's thread when it was kept and published, or refused. It must
    /// not block. Where the queue is full it is called at once, with [`Refused::Busy`].
    pub fn propose(
        &self,
        request: Request,
        reply: impl FnOnce(Result<Done, Refused>) + Send + 'static,
    ) {
        let proposal = Proposal::new(request, &self.waiting, Box::new(reply));
        if self.is_ending.load(Ordering::Acquire) {
            return proposal.reply(Err(Refused::Ending));
        }
        // One alone may be larger than that; it is bounded where it came from.
        let waiting = self.waiting.load(Ordering::Relaxed);
        if waiting > WAITING_BYTES_MAX && waiting > proposal.bytes() {
            return proposal.reply(Err(Refused::Busy));
        }
        // What is dropped, where nobody takes any more, says that the server ends.
        if let Err(TrySendError::Full(Wish::Proposal(proposal))) =
            self.wishes.try_send(Wish::Proposal(proposal))
        {
            proposal.reply(Err(Refused::Busy));
        }
    }

    /// The same, for who can wait.
    ///
    /// # Errors
    /// When it was not done.
    pub fn decide(&self, request: Request) -> Result<Done, Refused> {
        let (sender, decided) = mpsc::sync_channel(1);
        self.propose(request, move |outcome| {
            // Who asked waits until this comes.
            let _ = sender.send(outcome);
        });
        decided.recv().unwrap_or(Err(Refused::Ending))
    }

    /// All that is kept, of one revision: what the published registry shows or a moment more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.store.snapshot()
    }

    /// Watches names from a revision on (what happened after it); none: from now.
    ///
    /// # Errors
    /// When the revision is no longer kept, or there are too many watchers.
    pub fn watch(&self, filter: &Filter, from: Option<Revision>) -> Result<Watch, Refused> {
        let (store, watchers) = (Arc::clone(&self.store), Arc::clone(&self.watchers));
        let published = || (self.zone.clone(), self.registry().revision());
        Watch::begin(filter, from, published, store, watchers)
    }

    /// The revision that is published, whenever it becomes another; several in a row may be one.
    pub fn revisions(&self) -> watch::Receiver<Revision> {
        self.published.subscribe()
    }

    /// The oldest revision that a watch may go on from.
    pub fn oldest(&self) -> Revision {
        self.store.span().0
    }

    /// How many watchers there are.
    pub fn watcher_count(&self) -> usize {
        self.watchers.count()
    }

    /// What is counted.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What keeps it all.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Makes visible what was kept.
    pub(crate) fn publish(&self, batch: &Batch) {
        self.registry
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .publish(batch);
    }

    /// Tells watchers, and who asks for revisions.
    pub(crate) fn tell(&self, batch: Batch) {
        self.published.send_if_modified(|published| {
            let is_new = *published != batch.revision;
            *published = batch.revision;
            is_new
        });
        self.watchers
            .hand_out(batch.changes, batch.revision, &self.tally);
    }

    /// Fills the registry from the store again: it has a batch that could not be said to be kept when it was.
    pub(crate) fn fill_again(&self) -> Result<(), StoreError> {
        let before = self.registry().revision();
        let registry = self.store.registry(&self.zone)?;
        let revision = registry.revision();
        // All that can fail comes before anything is shown, so that it can be done again.
        let changes = self.store.changes_after(before, usize::MAX)?;
        *self
            .registry
            .write()
            .unwrap_or_else(PoisonError::into_inner) = registry;
        self.tell(Batch {
            revision,
            changes: changes.unwrap_or_default(),
            ..Batch::default()
        });
        Ok(())
    }

    /// The end: watches end, and no more is taken.
    pub(crate) fn end(&self) {
        self.is_ending.store(true, Ordering::Release);
        self.watchers.end();
        // The committer takes until it comes, so there will be room; where it is gone, it has ended.
        let _ = self.wishes.send(Wish::End);
    }
}

/// How many requests may wait.
const PROPOSALS_MAX: usize = 4_096;

/// How many bytes of requests may wait, about.
const WAITING_BYTES_MAX: usize = 64 << 20;
