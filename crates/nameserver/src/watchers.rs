//! Who watches which names, and the way of a change to them.
//!
//! A watch stands under the name that it watches within. A change walks up from its own name to the apex and meets the
//! watches concerned on its way, however many there are beside.
//!
//! What happened before a watch began comes from the store's log, what comes after it from a queue of its own: the instant
//! between them is one revision, taken under the lock under which changes are handed out, so there is no gap and nothing
//! comes twice.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use naming::{Change, Filter, Revision};
use tokio::sync::mpsc;

pub use crate::watch::{Watch, Watched};
use crate::{Refused, Tally};

/// The changes of one revision that a watcher is told of.
pub(crate) type Told = Arc<[Arc<Change>]>;

/// Everybody who watches.
#[derive(Default)]
pub(crate) struct Watchers {
    watched: Mutex<Handed>,
}

/// What a new watcher gets.
#[derive(Debug)]
pub(crate) struct Subscription {
    /// Its place: to be given to [`Watchers::leave`].
    pub place: Place,
    /// What was handed out before it: the log has that, the queue has the rest.
    pub handed: Revision,
    /// Its queue.
    pub queue: mpsc::Receiver<Told>,
    /// Set before the queue ends, if it ends because the watcher was too slow: the last revision that it was told of.
    pub lag: Arc<OnceLock<Revision>>,
}

/// Where a watcher stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    within: Box<[u8]>,
    number: u64,
}

impl Watchers {
    /// Says where the registry stands at the beginning.
    pub fn begin(&self, revision: Revision) {
        self.handed().revision = revision;
    }

    /// One more.
    pub fn join(&self, filter: &Filter, from: Option<Revision>) -> Result<Subscription, Refused> {
        let mut handed = self.handed();
        if handed.has_ended {
            return Err(Refused::Ending);
        }
        if handed.count >= WATCHERS_MAX {
            return Err(Refused::Watchers {
                limit: WATCHERS_MAX,
            });
        }
        let (sender, queue) = mpsc::channel(QUEUE_REVISIONS);
        let lag = Arc::default();
        let place = Place {
            within: filter.within.wire().into(),
            number: handed.next,
        };
        let watcher = Watcher {
            queue: sender,
            last: from.unwrap_or(handed.revision),
            lag: Arc::clone(&lag),
        };
        handed.next += 1;
        handed.count += 1;
        let there = handed.by_name.entry(place.within.clone()).or_default();
        there.insert(place.number, watcher);
        Ok(Subscription {
            place,
            handed: handed.revision,
            queue,
            lag,
        })
    }

    /// One less; also one that is gone already.
    pub fn leave(&self, place: &Place) {
        self.handed().leave(place);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.handed().count
    }

    /// Hands out changes, which are in the order of their revisions, up to a revision.
    pub fn hand_out(&self, changes: Vec<Change>, revision: Revision, tally: &Tally) {
        let mut handed = self.handed();
        handed.revision = revision;
        if handed.count == 0 {
            return;
        }
        let changes: Vec<Arc<Change>> = changes.into_iter().map(Arc::new).collect();
        for told in changes.chunk_by(|one, next| one.revision == next.revision) {
            handed.hand_out(told, tally);
        }
    }

    /// The end: all queues end, and nobody joins any more.
    pub fn end(&self) {
        let mut handed = self.handed();
        handed.has_ended = true;
        handed.by_name.clear();
        handed.count = 0;
    }

    fn handed(&self) -> MutexGuard<'_, Handed> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Watchers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Watchers({})", self.count())
    }
}

#[derive(Default)]
struct Handed {
    /// By the name that they watch within, as on the wire.
    by_name: HashMap<Box<[u8]>, BTreeMap<u64, Watcher>>,
    count: usize,
    next: u64,
    revision: Revision,
    has_ended: bool,
}

struct Watcher {
    queue: mpsc::Sender<Told>,
    last: Revision,
    lag: Arc<OnceLock<Revision>>,
}

impl Handed {
    /// Each is told of what concerns it, at once. Those who watch within the same name share what they are told: so it takes
    /// memory by where they watch, and not by how many they are.
    fn hand_out(&mut self, changes: &[Arc<Change>], tally: &Tally) {
        let mut concerned: BTreeMap<&[u8], Vec<Arc<Change>>> = BTreeMap::new();
        for change in changes {
            for within in upwards(change.name.wire()) {
                if self.by_name.contains_key(within) {
                    let told = concerned.entry(within).or_default();
                    told.push(Arc::clone(change));
                }
            }
        }
        let mut late = Vec::new();
        for (within, told) in concerned {
            let told: Told = told.into();
            let there = self.by_name.get_mut(within).expect("found a moment ago");
            for (number, watcher) in there {
                if !watcher.tell(&told, tally) {
                    late.push(Place {
                        within: within.into(),
                        number: *number,
                    });
                }
            }
        }
        self.leave_behind(&late, tally);
    }

    fn leave_behind(&mut self, late: &[Place], tally: &Tally) {
        for place in late {
            tally.lagged();
            self.leave(place);
        }
    }

    fn leave(&mut self, place: &Place) {
        let Some(there) = self.by_name.get_mut(&place.within) else {
            return;
        };
        if there.remove(&place.number).is_some() {
            self.count -= 1;
        }
        if there.is_empty() {
            self.by_name.remove(&place.within);
        }
    }
}

impl Watcher {
    /// Whether there was room, or nobody listens any more and will leave by itself.
    fn tell(&mut self, told: &Told, tally: &Tally) -> bool {
        match self.queue.try_send(Arc::clone(told)) {
            Ok(()) => {
                tally.told(told.len() as u64);
                self.last = told.last().map_or(self.last, |change| change.revision);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                // Set once: the queue ends with this.
                let _ = self.lag.set(self.last);
                false
            }
        }
    }
}

/// A name on the wire and all that it stands within, to the apex.
fn upwards(wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(wire), |wire| {
        let length = usize::from(*wire.first()?);
        Some(&wire[1 + length..])
    })
}

/// The most watchers: each has a queue and, by HTTP, a connection.
pub(crate) const WATCHERS_MAX: usize = 10_000;

/// How many revisions may wait for one watcher.
pub(crate) const QUEUE_REVISIONS: usize = 1_024;

#[cfg(test)]
mod tests {
    use naming::{Cause, Name};

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn within(text: &str) -> Filter {
        Filter {
            within: name(text),
            attributes: Vec::new(),
        }
    }

    fn change(revision: u64, text: &str) -> Change {
        Change {
            revision: Revision(revision),
            name: name(text),
            node: None,
            cause: Cause::Deregistered,
        }
    }

    fn told(subscription: &mut Subscription) -> Vec<Vec<String>> {
        std::iter::from_fn(|| subscription.queue.try_recv().ok())
            .map(|told| told.iter().map(|change| change.name.to_string()).collect())
            .collect()
    }

    #[test]
    fn a_change_is_told_to_those_whom_it_concerns() {
        let (watchers, tally) = (Watchers::default(), Tally::default());
        let join = |text: &str| watchers.join(&within(text), None).expect("room");
        let (mut all, mut region, mut server) = (join("/"), join("region1"), join("region1/a"));
        let mut other = join("region2");
        watchers.hand_out(vec![change(1, "region1/b")], Revision(1), &tally);
        watchers.hand_out(
            vec![
                change(2, "region1/a/x"),
                change(2, "region2/a"),
                change(3, "region10"),
            ],
            Revision(3),
            &tally,
        );
        assert_eq!(
            told(&mut all),
            [
                vec!["region1/b"],
                vec!["region1/a/x", "region2/a"],
                vec!["region10"]
            ]
        );
        assert_eq!(told(&mut region), [vec!["region1/b"], vec!["region1/a/x"]]);
        assert_eq!(told(&mut server), [vec!["region1/a/x"]]);
        assert_eq!(told(&mut other), [vec!["region2/a"]]);
    }

    #[test]
    fn who_watches_within_the_same_name_shares_what_is_told() {
        let (watchers, tally) = (Watchers::default(), Tally::default());
        let mut all: Vec<_> = (0..2)
            .map(|_| watchers.join(&within("a"), None).expect("room"))
            .collect();
        let changes = vec![change(1, "a/x"), change(1, "a/y"), change(1, "b")];
        watchers.hand_out(changes, Revision(1), &tally);
        let told: Vec<Told> = all
            .iter_mut()
            .map(|one| one.queue.try_recv().expect("told"))
            .collect();
        assert_eq!(told[0].len(), 2);
        assert!(Arc::ptr_eq(&told[0], &told[1]));
    }

    #[test]
    fn who_is_too_slow_is_told_where_the_gap_begins_and_keeps_nobody_else() {
        let (watchers, tally) = (Watchers::default(), Tally::default());
        let mut slow = watchers.join(&within("/"), None).expect("room");
        let mut quick = watchers.join(&within("/"), None).expect("room");
        let most = QUEUE_REVISIONS as u64;
        for revision in 1..=most + 1 {
            watchers.hand_out(vec![change(revision, "a")], Revision(revision), &tally);
            assert_eq!(told(&mut quick).len(), 1);
        }
        assert_eq!(slow.lag.get(), Some(&Revision(most)));
        assert_eq!(told(&mut slow).len(), QUEUE_REVISIONS);
        assert!(slow.queue.is_closed());
        assert_eq!((watchers.count(), tally.summary().lagged), (1, 1));
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let watchers = Watchers::default();
        let all: Vec<_> = (0..WATCHERS_MAX)
            .map(|_| watchers.join(&within("a"), None).expect("room"))
            .collect();
        assert!(matches!(
            watchers.join(&within("b"), None),
            Err(Refused::Watchers { .. })
        ));
        watchers.leave(&all[17].place);
        watchers.leave(&all[17].place);
        assert_eq!(watchers.count(), WATCHERS_MAX - 1);
        watchers.end();
        assert_eq!(watchers.count(), 0);
        assert!(matches!(
            watchers.join(&within("b"), None),
            Err(Refused::Ending)
        ));
    }
}
