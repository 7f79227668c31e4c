//! `dynamic`: whoever is free takes the next share from a counter that all share.
//!
//! Shares of about equal work, small ones: nobody is idle for longer than one takes, whatever the numbers and
//! the cores are like. OpenMP calls it `schedule(dynamic)`.
//!
//! A worker may be killed at any instruction, also between taking a share and saying that it has. So the
//! counter itself says who took last, and whoever takes next writes that down for him first:
//!
//! ```text
//!   counter   taker (16 bits) │ shares taken (48 bits)      changed by one compare-and-swap
//!   notes     for each worker, the share that it took last, plus one; only ever grows
//!
//!   take:  read (taker, n) ─▶ note "taker has n - 1" ─▶ swap for (me, n + 1), or begin again ─▶ note "I have n"
//! ```
//! Whoever dies after the swap is in the counter until the next one takes, and in the notes from then on: what
//! was taken is known at every instant, and no share is lost. Nobody waits for anybody, so there is nothing
//! that a dead worker could leave locked.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use run::Region;

use crate::{
    Split,
    cut::Cut,
    split::{Deal, Hand, Table, Taker},
};

pub(super) const SPLIT: Split = Split {
    name: "dynamic",
    about: "whoever is free takes the next share from a counter; shares of about equal work",
    bad_at: "shares so small that taking them costs more than searching them",
    file: file!(),
    in_processes: true,
    deal,
};

fn deal(table: &Table) -> io::Result<Deal> {
    let shares = table.shares;
    assert!(shares <= SHARES, "the counter holds {SHARES} shares");
    let workers = table.workers_for(shares).min(NOBODY as u32);
    let words = Region::new(1 + workers as usize)?;
    words.words(0, 1)[0].store(NOBODY << BITS, Ordering::SeqCst);
    Ok(Deal {
        cut: Cut::by_work(&table.scale, shares),
        workers,
        hand: Box::new(Counter { words, shares }),
    })
}

struct Counter {
    words: Region,
    shares: u64,
}

impl Counter {
    fn counter(&self) -> &AtomicU64 {
        &self.words.words(0, 1)[0]
    }

    fn note(&self, worker: u64) -> &AtomicU64 {
        &self.words.words(1 + worker as usize, 1)[0]
    }

    /// Writes down what whoever took last has.
    fn note_last(&self, counter: u64) {
        let (taker, taken) = (counter >> BITS, counter & SHARES);
        if taker != NOBODY {
            self.note(taker).fetch_max(taken, Ordering::SeqCst);
        }
    }

    fn take(&self, worker: u32) -> Option<u64> {
        let mut counter = self.counter().load(Ordering::SeqCst);
        loop {
            let taken = counter & SHARES;
            if taken >= self.shares {
                return None;
            }
            self.note_last(counter);
            let mine = u64::from(worker) << BITS | (taken + 1);
            match self
                .counter()
                .compare_exchange(counter, mine, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(_) => {
                    self.note_last(mine);
                    return Some(taken);
                }
                Err(now) => counter = now,
            }
        }
    }
}

impl Hand for Counter {
    fn sit_down(&self, worker: u32) -> Box<dyn Taker + '_> {
        Box::new(Free {
            counter: self,
            worker,
        })
    }

    fn left_behind(&self, worker: u32, finished: Option<u64>) -> Option<u64> {
        self.note_last(self.counter().load(Ordering::SeqCst));
        let taken = self.note(worker.into()).load(Ordering::SeqCst);
        taken
            .checked_sub(1)
            .filter(|&share| finished != Some(share))
    }
}

struct Free<'a> {
    counter: &'a Counter,
    worker: u32,
}

impl Taker for Free<'_> {
    fn next(&mut self, _: Option<u64>) -> Option<u64> {
        self.counter.take(self.worker)
    }
}

/// Bits of the number of shares taken.
const BITS: u32 = 48;
/// The most shares; also the mask of those bits.
const SHARES: u64 = (1 << BITS) - 1;
/// The taker before the first.
const NOBODY: u64 = u16::MAX as u64;

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn counter(shares: u64) -> Counter {
        let words = Region::new(5).expect("memory");
        words.words(0, 1)[0].store(NOBODY << BITS, Ordering::SeqCst);
        Counter { words, shares }
    }

    #[test]
    fn each_share_is_taken_once() {
        let counter = counter(10_000);
        let mut all: Vec<u64> = thread::scope(|scope| {
            let takers: Vec<_> = (0..4)
                .map(|worker| {
                    let counter = &counter;
                    scope.spawn(move || {
                        let mut taker = counter.sit_down(worker);
                        std::iter::from_fn(|| taker.next(None)).collect::<Vec<_>>()
                    })
                })
                .collect();
            takers
                .into_iter()
                .flat_map(|taker| taker.join().expect("no panic"))
                .collect()
        });
        all.sort_unstable();
        assert!(all.into_iter().eq(0..10_000));
    }

    #[test]
    fn a_worker_that_dies_right_after_the_swap_is_in_the_counter() {
        let counter = counter(10);
        // As if it had died before it wrote the note.
        counter.counter().store(2 << BITS | 1, Ordering::SeqCst);
        assert_eq!(counter.left_behind(2, None), Some(0));
        assert_eq!(counter.left_behind(1, None), None);
    }

    #[test]
    fn the_next_taker_writes_down_what_the_one_before_has() {
        let counter = counter(10);
        counter.counter().store(2 << BITS | 1, Ordering::SeqCst);
        assert_eq!(counter.take(1), Some(1));
        assert_eq!(counter.left_behind(2, None), Some(0));
        assert_eq!(counter.left_behind(1, None), Some(1));
        assert_eq!(counter.left_behind(1, Some(1)), None);
    }
}
