//! A watch: first from the log, then as it happens.

use std::{
    collections::{HashSet, VecDeque},
    future::poll_fn,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use naming::{Cause, Change, Filter, Name, Revision, Value, Zone};
use tokio::sync::mpsc;

use crate::{
    Refused, Store,
    watchers::{Place, Told, Watchers},
};

/// A watch: changes in the order of their revisions, without a gap.
///
/// Changes of one revision become visible together: after the first of them the others come without waiting.
#[derive(Debug)]
pub struct Watch {
    filter: Filter,
    zone: Zone,
    from: Revision,
    /// Read from the log up to here, and from the queue after it.
    read: Revision,
    joined: Revision,
    store: Arc<Store>,
    watchers: Arc<Watchers>,
    place: Place,
    queue: mpsc::Receiver<Told>,
    lag: Arc<OnceLock<Revision>>,
    ready: VecDeque<Arc<Change>>,
    /// Names of which it is known that they are not meant: for filters with attributes.
    unmeant: HashSet<Name>,
    has_ended: bool,
}

/// What a watch yields.
#[derive(Clone, Debug)]
pub enum Watched {
    /// A change.
    Change(Arc<Change>),
    /// The watcher was too slow: changes after that revision were left out, and this is the end.
    Lagged(Revision),
}

impl Watch {
    /// A watch from a revision on; from none, from the one that is published.
    pub(crate) fn begin(
        filter: &Filter,
        from: Option<Revision>,
        published: impl FnOnce() -> (Zone, Revision),
        store: Arc<Store>,
        watchers: Arc<Watchers>,
    ) -> Result<Self, Refused> {
        let joined = watchers.join(filter, from)?;
        // Who was answered before he began to watch is not told of it again, though it may not have been handed out yet.
        let (zone, published) = published();
        let from = from.unwrap_or(published);
        let watch = Self {
            filter: filter.clone(),
            zone,
            from,
            read: from,
            joined: joined.handed,
            store,
            watchers,
            place: joined.place,
            queue: joined.queue,
            lag: joined.lag,
            ready: VecDeque::new(),
            unmeant: HashSet::new(),
            has_ended: false,
        };
        let (oldest, newest) = watch.store.span();
        match from < oldest || from > newest {
            // A revision that has not been: of another store, or of one that was put back.
            true => Err(Refused::Compacted {
                asked: from,
                oldest,
            }),
            false => Ok(watch),
        }
    }

    /// The revision after which it tells of changes.
    pub fn from(&self) -> Revision {
        self.from
    }

    /// The next, when it comes; none when the server ends.
    pub async fn next(&mut self) -> Option<Watched> {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// The same, for who polls.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Watched>> {
        let mut has_read = false;
        loop {
            while let Some(change) = self.ready.pop_front() {
                if self.is_meant(&change) {
                    return Poll::Ready(Some(Watched::Change(change)));
                }
            }
            if self.has_ended {
                return Poll::Ready(None);
            }
            if self.read < self.joined {
                // A log in which nothing is meant may be long, and others wait for this thread.
                if has_read {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                has_read = true;
                if !self.read_log() {
                    return Poll::Ready(Some(self.lagged(self.read)));
                }
                continue;
            }
            match ready!(self.queue.poll_recv(context)) {
                // What was asked for may begin a moment after what had been handed out by then.
                Some(told) => self.ready.extend(
                    told.iter()
                        .filter(|change| change.revision > self.from)
                        .cloned(),
                ),
                None => {
                    self.has_ended = true;
                    if let Some(last) = self.lag.get() {
                        return Poll::Ready(Some(self.lagged(*last)));
                    }
                }
            }
        }
    }

    /// Whether there is more to come from the log: not where it has been pruned meanwhile, or cannot be read.
    fn read_log(&mut self) -> bool {
        let Ok(Some(changes)) = self.store.changes_after(self.read, PAGE_CHANGES) else {
            return false;
        };
        self.read = changes.last().map_or(self.joined, |change| change.revision);
        self.ready.extend(
            changes
                .into_iter()
                .filter(|change| change.revision <= self.joined)
                .filter(|change| change.name.is_within(&self.filter.within))
                .map(Arc::new),
        );
        true
    }

    fn lagged(&mut self, after: Revision) -> Watched {
        self.has_ended = true;
        Watched::Lagged(after)
    }

    /// Whether the watcher is to be told. By attributes: of what is meant, and of what was and is no longer. Of a name about
    /// which that is not known he is told once too often and not once too few.
    fn is_meant(&mut self, change: &Change) -> bool {
        if self.filter.attributes.is_empty() {
            return true;
        }
        let Some(node) = &change.node else {
            return !self.unmeant.remove(&change.name);
        };
        let value = Value::from_sets(&self.zone, &change.name, &node.sets);
        if self.filter.takes(&change.name, &value) {
            self.unmeant.remove(&change.name);
            return true;
        }
        if self.unmeant.len() >= UNMEANT_MAX {
            self.unmeant.clear();
        }
        self.unmeant.insert(change.name.clone()) && change.cause != Cause::Registered
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.leave(&self.place);
    }
}

/// How many changes are read from the log at a time.
const PAGE_CHANGES: usize = 512;

/// How many names a watch remembers that are not meant; then it begins anew, and may tell of some once more.
const UNMEANT_MAX: usize = 4_096;
