//! The queue of a listener: connections that stand and that nobody has accepted.
//!
//! Linux grants a place to a connection when it knocks, as long as no more than the backlog are in the queue (so there is
//! room for one more than the backlog), and leaves the knock of others unanswered: the client knocks again after 1 s,
//! 2 s, 4 s … (`tcp_max_syn_backlog` and cookies aside, which bound those that have not knocked twice).

use std::{collections::VecDeque, time::Duration};

use super::{connection::Key, plan::Backlog};

/// See the file's description.
#[derive(Debug)]
pub(super) struct Listener {
    backlog: Backlog,
    /// Places that are taken, those of connections that are still being made included.
    taken: u64,
    waiting: VecDeque<Key>,
    /// The most places that were taken at once.
    pub(super) most: u64,
    /// Knocks for which there was no place.
    pub(super) overflows: u64,
}

impl Listener {
    pub(super) const fn new(backlog: Backlog) -> Self {
        Self {
            backlog,
            taken: 0,
            waiting: VecDeque::new(),
            most: 0,
            overflows: 0,
        }
    }

    /// Takes a place for one that knocks; says whether there was one.
    pub(super) fn admit(&mut self) -> bool {
        let has_room = match self.backlog {
            Backlog::Unlimited => true,
            Backlog::Places(places) => self.taken <= u64::from(places),
        };
        match has_room {
            true => {
                self.taken += 1;
                self.most = self.most.max(self.taken);
            }
            false => self.overflows += 1,
        }
        has_room
    }

    /// One that was admitted can be accepted now.
    pub(super) fn queue(&mut self, key: Key) {
        self.waiting.push_back(key);
    }

    /// The one that has waited longest; its place is free.
    pub(super) fn accept(&mut self) -> Option<Key> {
        let key = self.waiting.pop_front()?;
        self.taken -= 1;
        Some(key)
    }
}

/// How long after attempt `attempt` (from 0) the next is made: RFC 6298's first time-out, doubled each time.
pub(super) fn retry_after(attempt: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX))
}

const FIRST_RETRY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key::first(0);

    #[test]
    fn there_is_room_for_one_more_than_the_backlog() {
        let mut listener = Listener::new(Backlog::Places(2));
        let admitted = [(); 5].map(|()| listener.admit());
        assert_eq!(admitted, [true, true, true, false, false]);
        assert_eq!((listener.most, listener.overflows), (3, 2));
        listener.queue(KEY);
        assert_eq!(listener.accept(), Some(KEY));
        assert!(listener.admit() && !listener.admit());
    }

    #[test]
    fn attempts_are_further_and_further_apart() {
        let waits = [0, 1, 2, 40].map(|attempt| retry_after(attempt).as_secs());
        assert_eq!(waits, [1, 2, 4, u64::from(u32::MAX)]);
    }
}
