//! `stealing`: a block for each worker, as in `static`, but whoever is through with his own steals.
//!
//! ```text
//!   worker 0   ▶ 0 1 2 3 4 5 6 7           takes its own from the lowest on
//!   worker 1   ▶ 8 9 10 11 12 13 14 15 ◀── worker 0, when it has none left: from the highest on
//! ```
//! The deques are those of Chase and Lev (*Dynamic circular work-stealing deque*, SPAA 2005), as the crate
//! `crossbeam-deque` has them, on which rayon rests too. Owner and thieves take from different ends, so they
//! meet only at the last share; where much is taken, that is cheaper than one counter for all. Here little is
//! taken, and it shows that stealing repairs what a static block gets wrong.
//!
//! Not for processes: a deque lives in the memory of one process, and a worker killed in the middle of a
//! theft would leave nobody who knows whose the share was.

use std::{
    io,
    sync::{Mutex, PoisonError},
};

use crossbeam_deque::{Steal, Stealer, Worker};

use crate::{
    Split,
    cut::Cut,
    split::{Deal, Hand, Table, Taker},
};

pub(super) const SPLIT: Split = Split {
    name: "stealing",
    about: "a block for each worker, cut into shares; whoever has none left steals from the others",
    bad_at: "order: what is stolen is found far ahead of its turn, and waits",
    file: file!(),
    in_processes: false,
    deal,
};

fn deal(table: &Table) -> io::Result<Deal> {
    let shares = table.shares.min(SHARES);
    let workers = table.workers_for(shares);
    let mut deques = Vec::new();
    let mut stealers = Vec::new();
    for worker in 0..u64::from(workers) {
        let from = shares * worker / u64::from(workers);
        let to = shares * (worker + 1) / u64::from(workers);
        // The owner takes what was pushed last, a thief what was pushed first.
        let deque = Worker::new_lifo();
        (from..to).rev().for_each(|share| deque.push(share));
        stealers.push(deque.stealer());
        deques.push(Mutex::new(Some(deque)));
    }
    Ok(Deal {
        cut: Cut::by_numbers(&table.scale, shares),
        workers,
        hand: Box::new(Deques { deques, stealers }),
    })
}

struct Deques {
    /// Until its worker sits down.
    deques: Vec<Mutex<Option<Worker<u64>>>>,
    stealers: Vec<Stealer<u64>>,
}

impl Hand for Deques {
    fn sit_down(&self, worker: u32) -> Box<dyn Taker + '_> {
        let deque = &self.deques[worker as usize];
        let own = deque.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::new(Thief {
            own: own.expect("a thread sits down once"),
            others: &self.stealers,
            worker: worker as usize,
        })
    }

    fn left_behind(&self, _: u32, _: Option<u64>) -> Option<u64> {
        unreachable!("a thread does not die by itself")
    }
}

struct Thief<'a> {
    own: Worker<u64>,
    others: &'a [Stealer<u64>],
    worker: usize,
}

impl Thief<'_> {
    /// One share of the next worker that has any.
    fn steal(&self) -> Option<u64> {
        let count = self.others.len();
        let others = (1..count).map(|step| &self.others[(self.worker + step) % count]);
        others.into_iter().find_map(|other| {
            loop {
                match other.steal() {
                    Steal::Success(share) => return Some(share),
                    Steal::Empty => return None,
                    // Somebody else was quicker, so the deque has become shorter.
                    Steal::Retry => {}
                }
            }
        })
    }
}

impl Taker for Thief<'_> {
    fn next(&mut self, _: Option<u64>) -> Option<u64> {
        self.own.pop().or_else(|| self.steal())
    }
}

/// Every share lies in a deque from the start: eight bytes each.
const SHARES: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use primes::{METHODS, Range};

    use super::*;
    use crate::scale::Scale;

    #[test]
    fn own_shares_come_lowest_first_and_stolen_ones_highest_first() {
        let range = Range::new(1, 100).expect("numbers");
        let table = Table {
            scale: Arc::new(Scale::new(range, &METHODS[0])),
            workers: 2,
            shares: 8,
        };
        let hand = deal(&table).expect("memory").hand;
        let mut zero = hand.sit_down(0);
        let all: Vec<_> = std::iter::from_fn(|| zero.next(None)).take(6).collect();
        assert_eq!(all, [0, 1, 2, 3, 7, 6]);
        let mut one = hand.sit_down(1);
        assert_eq!(one.next(None), Some(4));
        assert_eq!(zero.next(None), Some(5));
        assert_eq!((one.next(None), zero.next(None)), (None, None));
    }
}
