//! `interleaved`: many short stretches of equally many numbers, dealt out like cards.
//!
//! ```text
//!   worker  0 1 2 0 1 2 0 1 2 0 1 …       worker w of k takes the stretches w, w + k, w + 2k …
//! ```
//! Everybody gets easy and hard numbers alike, and nobody has to ask for the next stretch: nothing is
//! shared. It deals out stretches and not single numbers, because a step of k through the numbers would give
//! all even ones to one of two workers. What it does not heed is the worker: one whose core is slower, or is
//! used by somebody else, still has to do its k-th part.

use crate::{
    Split,
    cut::Cut,
    split::{Deal, Hand, Taker},
};

pub(super) const SPLIT: Split = Split {
    name: "interleaved",
    about: "short stretches in turn: worker w of k takes the stretches w, w + k, w + 2k and so on",
    bad_at: "workers of which one is slower than the others: its stretches are dealt out beforehand",
    file: file!(),
    in_processes: true,
    deal: |table| {
        let workers = table.workers_for(table.shares);
        // Every worker as many as the others.
        let numbers = u64::try_from(table.scale.range().len()).unwrap_or(u64::MAX);
        let rounds = table.shares.div_ceil(workers.into());
        let shares = (rounds * u64::from(workers)).min(numbers);
        Ok(Deal {
            cut: Cut::by_numbers(&table.scale, shares),
            workers,
            hand: Box::new(Rounds {
                shares,
                workers: workers.into(),
            }),
        })
    },
};

#[derive(Clone, Copy)]
struct Rounds {
    shares: u64,
    workers: u64,
}

impl Hand for Rounds {
    fn sit_down(&self, worker: u32) -> Box<dyn Taker + '_> {
        Box::new(Turns {
            rounds: *self,
            worker,
        })
    }

    fn left_behind(&self, worker: u32, finished: Option<u64>) -> Option<u64> {
        self.sit_down(worker).next(finished)
    }
}

struct Turns {
    rounds: Rounds,
    worker: u32,
}

impl Taker for Turns {
    fn next(&mut self, finished: Option<u64>) -> Option<u64> {
        let next = match finished {
            None => self.worker.into(),
            Some(share) => share + self.rounds.workers,
        };
        (next < self.rounds.shares).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_takes_every_kth_share_from_its_own_number_on() {
        let rounds = Rounds {
            shares: 8,
            workers: 3,
        };
        let mut turns = rounds.sit_down(1);
        assert_eq!(turns.next(None), Some(1));
        assert_eq!(turns.next(Some(1)), Some(4));
        assert_eq!(turns.next(Some(4)), Some(7));
        assert_eq!(turns.next(Some(7)), None);
        assert_eq!(rounds.left_behind(2, Some(5)), None);
        assert_eq!(rounds.left_behind(2, Some(2)), Some(5));
    }
}
