//! The service's words for connections that move between workers.

use machine::Shared;

use crate::{Run, Shards, shards::ServiceWords};

/// Words that go to whichever worker is calling at the moment.
///
/// A machine holds its words for its life, and where connections move between workers that life is
/// spent under several. **`slot` gives the slot that the calling worker holds, so each slot keeps its one
/// writer.** A machine reads and replaces the words within one call, hence in one slot; what it
/// takes back later it may take back from another one, which a service's words must bear.
pub struct RoamingWords<'a, F> {
    shards: &'a Shards,
    slot: F,
}

impl<'a, F: Fn() -> u32 + Sync> RoamingWords<'a, F> {
    /// Words of the slot that `slot` gives at each call.
    pub const fn new(run: &Run<'a>, slot: F) -> Self {
        Self {
            shards: run.shards,
            slot,
        }
    }

    fn here(&self) -> ServiceWords<'a> {
        ServiceWords {
            shards: self.shards,
            slot: (self.slot)(),
        }
    }
}

impl<F: Fn() -> u32 + Sync> Shared for RoamingWords<'_, F> {
    fn own(&self, words: &mut [u64]) {
        self.here().own(words);
    }

    fn publish(&self, words: &[u64]) {
        self.here().publish(words);
    }

    fn fold(&self, visit: &mut dyn FnMut(&[u64])) {
        self.here().fold(visit);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn words_go_to_the_slot_of_whoever_calls() {
        let shards = Shards::new(2, 1).expect("mapped");
        let slots = [shards.claim(), shards.claim()].map(|slot| slot.expect("free"));
        let caller = AtomicU32::new(slots[0]);
        let words = RoamingWords {
            shards: &shards,
            slot: || caller.load(Ordering::Relaxed),
        };
        words.publish(&[7]);
        caller.store(slots[1], Ordering::Relaxed);
        let mut own = [1];
        words.own(&mut own);
        assert_eq!(own, [0]);
        words.publish(&[30]);
        let mut sum = 0;
        words.fold(&mut |words| sum += words[0]);
        assert_eq!(sum, 37);
    }
}
