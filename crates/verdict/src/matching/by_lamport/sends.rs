//! The sends of a log, so that the few that a receipt may be of are found without looking at all of them.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use trace::{EventId, EventKind, HostId, Log};

/// The sends by who sent them and to whom, where that is told, and then by stamp.
pub(super) struct Sends {
    lists: HashMap<Ends, List>,
    /// How many of the sends have no stamp, and so are in no list.
    pub unstamped: usize,
}

/// Who sent it (none: anybody), and to whom by its own line (none: it does not say).
type Ends = (Option<HostId>, Option<HostId>);

#[derive(Default)]
struct List {
    sends: Vec<(u64, EventId)>,
    /// Of each, the place of the next one by another host.
    next_other: Vec<usize>,
}

impl Sends {
    pub fn of(log: &Log) -> Self {
        let mut sends = Self {
            lists: HashMap::new(),
            unstamped: 0,
        };
        for id in log.ids() {
            let event = log.event(id);
            match (event.kind, event.stamps.lamport) {
                (EventKind::Send, Some(stamp)) => {
                    for sender in [None, Some(event.host)] {
                        let list = sends.lists.entry((sender, log.peer(id))).or_default();
                        list.sends.push((stamp, id));
                    }
                }
                (EventKind::Send, None) => sends.unstamped += 1,
                _ => {}
            }
        }
        for list in sends.lists.values_mut() {
            list.sort(log);
        }
        sends
    }

    /// The first two sends, by stamp, with stamps in a range, that may have come to a host, from one if that is told.
    pub fn few(
        &self,
        log: &Log,
        (host, from): (HostId, Option<HostId>),
        stamps: RangeInclusive<u64>,
    ) -> Vec<EventId> {
        let lists = [None, Some(host)].map(|to| self.lists.get(&(from, to)));
        let mut found: Vec<(u64, EventId)> = Vec::new();
        for list in lists.into_iter().flatten() {
            list.take_two(log, host, &stamps, &mut found);
        }
        found.sort_unstable();
        found.truncate(2);
        found.into_iter().map(|(_, id)| id).collect()
    }
}

impl List {
    fn sort(&mut self, log: &Log) {
        self.sends.sort_unstable();
        let host = |at: usize| log.event(self.sends[at].1).host;
        let count = self.sends.len();
        let mut next_other = vec![count; count];
        for at in (0..count.saturating_sub(1)).rev() {
            next_other[at] = match host(at) == host(at + 1) {
                true => next_other[at + 1],
                false => at + 1,
            };
        }
        self.next_other = next_other;
    }

    /// Adds the first two within the range that are not the receiver's own.
    fn take_two(
        &self,
        log: &Log,
        receiver: HostId,
        stamps: &RangeInclusive<u64>,
        found: &mut Vec<(u64, EventId)>,
    ) {
        let mut at = self
            .sends
            .partition_point(|(stamp, _)| stamp < stamps.start());
        let mut taken = 0;
        while let Some(&(stamp, id)) = self.sends.get(at).filter(|_| taken < 2) {
            if stamp > *stamps.end() {
                break;
            }
            if log.event(id).host == receiver {
                at = self.next_other[at];
                continue;
            }
            found.push((stamp, id));
            taken += 1;
            at += 1;
        }
    }
}
