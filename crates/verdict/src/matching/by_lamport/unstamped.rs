//! Sends whose stamp is lost: which stamps they may have had.

use trace::{EventKind, Log};

/// Sends without a stamp: it lies between those of the stamped events around them at their host. All bounds in
/// ascending order.
#[derive(Default)]
pub(super) struct Unstamped {
    above: Vec<u64>,
    below: Vec<u64>,
}

impl Unstamped {
    pub fn of(log: &Log) -> Self {
        let mut unstamped = Self::default();
        let mut hosts = vec![(0, false); log.hosts.len()];
        for event in &log.events {
            let (last, is_open) = &mut hosts[event.host.0 as usize];
            match event.stamps.lamport {
                Some(stamp) => {
                    if std::mem::take(is_open) {
                        unstamped.add(*last, stamp);
                    }
                    *last = stamp;
                }
                None => *is_open |= event.kind == EventKind::Send,
            }
        }
        for (last, _) in hosts.into_iter().filter(|(_, is_open)| *is_open) {
            unstamped.add(last, u64::MAX);
        }
        unstamped.above.sort_unstable();
        unstamped.below.sort_unstable();
        unstamped
    }

    /// Some, one after another.
    fn add(&mut self, above: u64, below: u64) {
        if above < below {
            self.above.push(above);
            self.below.push(below);
        }
    }

    /// Whether one of them may have had that stamp.
    pub fn may_be(&self, stamp: u64) -> bool {
        let begun = self.above.partition_point(|above| *above < stamp);
        let ended = self.below.partition_point(|below| *below <= stamp);
        begun > ended
    }
}
