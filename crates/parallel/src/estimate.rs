//! About how long a search will take, from a sample among small numbers.
//!
//! Small numbers, because a sample among those that are asked for may take years: with `naive`, one prime
//! near 2^62 does.

use primes::{Method, Range, Search};
use timing::{Clock, SystemClock};

use crate::scale::Scale;

/// Nanoseconds for a unit of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    nanos_per_work: f64,
}

impl Estimate {
    /// Searches longer and longer stretches from 1 on, until what a call costs beside its numbers no longer
    /// counts. Takes some 0.1 ms, and no more than a few hundredths of the search itself.
    pub(crate) fn sample(method: &Method, search: &dyn Search, range: Range) -> Self {
        let clock = SystemClock::start();
        let bound = u64::try_from(range.len() / 64).unwrap_or(u64::MAX);
        let bound = bound.clamp(SHORTEST, LONGEST).min(range.last()).max(1);
        let (mut numbers, mut before) = (FIRST, None);
        loop {
            numbers = numbers.min(bound).max(1);
            let stretch = Range::new(1, numbers).expect("from 1 on");
            let work = Scale::new(stretch, method).total();
            let begin = clock.now();
            search.count(stretch);
            let nanos = clock.now().nanos_since(begin).max(1) as f64;
            let all = Self {
                nanos_per_work: nanos / work,
            };
            let Some((work_before, nanos_before)) = before.replace((work, nanos)) else {
                if numbers == bound {
                    return all;
                }
                numbers *= STEP;
                continue;
            };
            if nanos >= ENOUGH_NANOS && nanos >= 2.0 * nanos_before {
                return Self {
                    nanos_per_work: (nanos - nanos_before) / (work - work_before),
                };
            }
            if numbers == bound {
                return all;
            }
            numbers *= STEP;
        }
    }

    pub(crate) fn nanos(&self, work: f64) -> f64 {
        self.nanos_per_work * work
    }
}

const FIRST: u64 = 256;
const STEP: u64 = 4;
const SHORTEST: u64 = 1024;
const LONGEST: u64 = 1 << 22;
/// Long against the clock's own cost.
const ENOUGH_NANOS: f64 = 30_000.0;

#[cfg(test)]
mod tests {
    use super::*;
    use primes::METHODS;

    #[test]
    fn every_method_has_an_estimate_also_in_the_smallest_and_the_greatest_range() {
        for method in METHODS {
            for (first, last) in [(0, 0), (1, 1), (1, 2), (1, 1000), (u64::MAX - 1, u64::MAX)] {
                let range = Range::new(first, last).expect("numbers");
                let search = (method.prepare)(last);
                let estimate = Estimate::sample(method, &*search, range);
                let nanos = estimate.nanos(1.0);
                assert!(nanos > 0.0 && nanos.is_finite(), "{} {first}", method.name);
            }
        }
    }
}
