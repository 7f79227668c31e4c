//! `static`: one block for each worker, all of equally many numbers.
//!
//! ```text
//!   1 ─────────────── 500,000 ─────────────── 1,000,000
//!      worker 0               worker 1
//! ```
//! The simplest, and what most people write first. A block is fair only if each number is as much work as
//! any other. By trial division it is not: two blocks of the first million are 35 % and 65 % of the work, so
//! two workers are no faster than 1/0.65 = 1.5 times one.

use crate::{
    Split,
    cut::Cut,
    split::{Deal, Hand, Taker},
};

pub(super) const SPLIT: Split = Split {
    name: "static",
    about: "a block of equally many numbers for each worker, once and for all",
    bad_at: "numbers of which some are more work than others: whoever has the easy block is idle at the end",
    file: file!(),
    in_processes: true,
    deal: |table| {
        let numbers = u64::try_from(table.scale.range().len()).unwrap_or(u64::MAX);
        let workers = table.workers_for(numbers);
        Ok(Deal {
            cut: Cut::by_numbers(&table.scale, workers.into()),
            workers,
            hand: Box::new(Blocks),
        })
    },
};

struct Blocks;

impl Hand for Blocks {
    fn sit_down(&self, worker: u32) -> Box<dyn Taker + '_> {
        Box::new(Block(worker))
    }

    fn left_behind(&self, worker: u32, finished: Option<u64>) -> Option<u64> {
        Block(worker).next(finished)
    }
}

struct Block(u32);

impl Taker for Block {
    fn next(&mut self, finished: Option<u64>) -> Option<u64> {
        finished.is_none().then_some(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_has_its_own_block_and_no_other() {
        let mut block = Block(3);
        assert_eq!(block.next(None), Some(3));
        assert_eq!(block.next(Some(3)), None);
        assert_eq!(Blocks.left_behind(3, None), Some(3));
        assert_eq!(Blocks.left_behind(3, Some(3)), None);
    }
}
