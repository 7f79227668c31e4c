//! Who did which piece when: all of it as long as that is not too much, and then joined.

use std::mem;

use primes::Range;

use crate::Stint;

/// The stints so far, at most [`MOST`].
#[derive(Debug, Default)]
pub(crate) struct Stints {
    all: Vec<Stint>,
    /// Each entry stands for so many pieces or fewer; 0 before the first joining.
    joins: u32,
    /// For each worker, the entry that takes up more, and how many pieces that holds.
    open: Vec<Option<(usize, u64)>>,
}

impl Stints {
    /// A worker has done a piece.
    pub(crate) fn add(&mut self, stint: Stint) {
        let worker = stint.worker as usize;
        if self.open.len() <= worker {
            self.open.resize(worker + 1, None);
        }
        let room = 1_u64 << self.joins.min(63);
        match &mut self.open[worker] {
            Some((at, pieces)) if *pieces < room => {
                *pieces += 1;
                join(&mut self.all[*at], stint);
            }
            open => {
                *open = Some((self.all.len(), 1));
                self.all.push(stint);
            }
        }
        if self.all.len() > MOST {
            self.halve();
        }
    }

    /// In the order in which they ended.
    pub(crate) fn into_all(mut self) -> Vec<Stint> {
        self.all.sort_by_key(|stint| stint.end);
        self.all
    }

    /// Joins every two neighbours of a worker.
    fn halve(&mut self) {
        self.joins += 1;
        let mut last: Vec<Option<usize>> = vec![None; self.open.len()];
        let mut kept: Vec<Stint> = Vec::with_capacity(MOST);
        for stint in mem::take(&mut self.all) {
            match last[stint.worker as usize].take() {
                Some(at) => join(&mut kept[at], stint),
                None => {
                    last[stint.worker as usize] = Some(kept.len());
                    kept.push(stint);
                }
            }
        }
        self.all = kept;
        // What comes next begins a new entry.
        self.open.fill(None);
    }
}

/// From the least number of both to the greatest: the pieces of others may lie between.
fn join(stint: &mut Stint, other: Stint) {
    let first = stint.piece.first().min(other.piece.first());
    let last = stint.piece.last().max(other.piece.last());
    stint.piece = Range::new(first, last).expect("at least one of the two");
    stint.begin = stint.begin.min(other.begin);
    stint.end = stint.end.max(other.end);
    stint.primes += other.primes;
    stint.steps.0 += other.steps.0;
}

/// More cannot be told apart in a picture. With more workers than half of it, each still keeps one.
const MOST: usize = 2000;

#[cfg(test)]
mod tests {
    use primes::Steps;
    use timing::Tick;

    use super::*;

    fn stint(index: u64) -> Stint {
        Stint {
            worker: (index % 3) as u32,
            piece: Range::new(index * 10, index * 10 + 9).expect("numbers"),
            begin: Tick::from_nanos(index),
            end: Tick::from_nanos(index + 1),
            primes: 2,
            steps: Steps(5),
        }
    }

    #[test]
    fn few_stints_stay_as_they_are() {
        let mut stints = Stints::default();
        (0..100).for_each(|index| stints.add(stint(index)));
        assert!(stints.into_all().into_iter().eq((0..100).map(stint)));
    }

    #[test]
    fn many_stints_are_joined_and_nothing_is_lost() {
        let mut stints = Stints::default();
        (0..1_000_003).for_each(|index| stints.add(stint(index)));
        let all = stints.into_all();
        assert!((1000..=2000).contains(&all.len()), "{}", all.len());
        assert_eq!(all.iter().map(|stint| stint.primes).sum::<u64>(), 2_000_006);
        assert_eq!(
            all.iter().map(|stint| stint.steps.0).sum::<u64>(),
            5_000_015
        );
        for worker in 0..3 {
            let own: Vec<_> = all.iter().filter(|stint| stint.worker == worker).collect();
            assert!(own.windows(2).all(|pair| pair[0].end <= pair[1].begin));
        }
    }
}
