//! How much work lies where in a range, by the method's own estimate.

use primes::{Method, Range};

/// The work of a range, summed up at some points and taken as even between them.
#[derive(Debug)]
pub(crate) struct Scale {
    range: Range,
    /// Work before each point; the points lie at equal distances, the last one behind the range.
    sums: Vec<f64>,
}

impl Scale {
    pub(crate) fn new(range: Range, method: &Method) -> Self {
        let cells = u64::try_from(range.len()).map_or(CELLS, |len| len.min(CELLS));
        let mut scale = Self {
            range,
            sums: vec![0.0; usize::try_from(cells).expect("some cells") + 1],
        };
        for cell in 0..scale.cells() {
            let (from, to) = (scale.point(cell), scale.point(cell + 1));
            let middle = number_at(range, (from + (to - 1)) / 2);
            // A weight that is no positive number would make the sums useless.
            let weight = (method.weight)(middle).clamp(LEAST, MOST);
            let weight = if weight.is_nan() { LEAST } else { weight };
            scale.sums[cell + 1] = scale.sums[cell] + weight * (to - from) as f64;
        }
        scale
    }

    pub(crate) fn range(&self) -> Range {
        self.range
    }

    /// The work of the whole range.
    pub(crate) fn total(&self) -> f64 {
        self.sums[self.cells()]
    }

    /// The work of a piece of the range.
    pub(crate) fn of(&self, piece: Range) -> f64 {
        let from = u128::from(piece.first() - self.range.first());
        self.before(from + piece.len()) - self.before(from)
    }

    /// So many numbers, counted from the first, make up so much work.
    pub(crate) fn numbers_for(&self, work: f64) -> u128 {
        let cell = self.sums.partition_point(|&sum| sum <= work);
        if cell == 0 {
            return 0;
        }
        let cell = cell - 1;
        if cell == self.cells() {
            return self.range.len();
        }
        let (from, to) = (self.point(cell), self.point(cell + 1));
        let part = (work - self.sums[cell]) / (self.sums[cell + 1] - self.sums[cell]);
        (from + (part * (to - from) as f64) as u128).min(to)
    }

    fn before(&self, numbers: u128) -> f64 {
        let cells = self.cells();
        let cell = (numbers * cells as u128 / self.range.len()) as usize;
        if cell >= cells {
            return self.total();
        }
        let (from, to) = (self.point(cell), self.point(cell + 1));
        let part = (numbers - from) as f64 / (to - from) as f64;
        self.sums[cell] + part * (self.sums[cell + 1] - self.sums[cell])
    }

    /// How many numbers lie before a point.
    fn point(&self, index: usize) -> u128 {
        self.range.len() * index as u128 / self.cells() as u128
    }

    fn cells(&self) -> usize {
        self.sums.len() - 1
    }
}

/// The number before which so many of the range lie.
pub(crate) fn number_at(range: Range, before: u128) -> u64 {
    let before = u64::try_from(before).expect("inside the range");
    range.first() + before
}

/// So fine that work is as good as even within a cell, and quickly made.
const CELLS: u64 = 1024;
const LEAST: f64 = 1e-9;
const MOST: f64 = 1e30;

#[cfg(test)]
mod tests {
    use super::*;
    use primes::METHODS;

    #[test]
    fn work_is_cut_where_it_was_summed_up() {
        for (first, last) in [
            (1, 10),
            (1, 1_000_000),
            (u64::MAX - 99, u64::MAX),
            (0, u64::MAX),
        ] {
            let range = Range::new(first, last).expect("numbers");
            let scale = Scale::new(range, &METHODS[0]);
            assert_eq!(scale.numbers_for(0.0), 0);
            assert_eq!(scale.numbers_for(scale.total()), range.len());
            let whole = scale.of(range);
            assert!((whole / scale.total() - 1.0).abs() < 1e-9);
            let mut last = 0;
            for part in 1..=20 {
                let numbers = scale.numbers_for(scale.total() * f64::from(part) / 20.0);
                assert!(numbers >= last && numbers <= range.len());
                last = numbers;
            }
        }
    }

    #[test]
    fn the_second_half_of_trial_division_is_more_work() {
        let trial = METHODS.iter().find(|method| method.name == "trial");
        let range = Range::new(1, 1_000_000).expect("numbers");
        let scale = Scale::new(range, trial.expect("the basic method"));
        let half = scale.numbers_for(scale.total() / 2.0);
        // Of primes, up to the root, x^1.5 = 1/2 at 0.63; composite numbers cost much the same everywhere.
        assert!((600_000..640_000).contains(&half), "{half}");
    }
}
