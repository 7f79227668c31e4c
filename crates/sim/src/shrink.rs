//! A smaller schedule that still fails, by delta debugging (Zeller and Hildebrandt 2002): parts are left out, large ones first,
//! as long as what remains fails.

use std::time::Duration;

use crate::{Delay, Schedule};

/// What became of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// The smallest that was found to fail.
    pub schedule: Schedule,
    /// How many were tried.
    pub runs: usize,
}

/// Looks for a smaller schedule that fails as that one does, trying at most `runs_max`. `fails` says whether one does: in the same
/// way, or what comes out is the history of another fault.
pub fn shrink(
    schedule: &Schedule,
    runs_max: usize,
    fails: &mut dyn FnMut(&Schedule) -> bool,
) -> Shrunk {
    let mut hunt = Hunt {
        best: schedule.clone(),
        runs: 0,
        runs_max,
        fails,
    };
    loop {
        let before = hunt.best.clone();
        hunt.simplify();
        hunt.drop_parts(|schedule| &mut schedule.faults);
        hunt.drop_parts(|schedule| &mut schedule.sendings);
        hunt.drop_members();
        if hunt.best == before || hunt.runs >= runs_max {
            break;
        }
    }
    Shrunk {
        schedule: hunt.best,
        runs: hunt.runs,
    }
}

struct Hunt<'a> {
    best: Schedule,
    runs: usize,
    runs_max: usize,
    fails: &'a mut dyn FnMut(&Schedule) -> bool,
}

impl Hunt<'_> {
    /// Takes a schedule if it fails.
    fn try_one(&mut self, mut schedule: Schedule) -> bool {
        schedule.tidy();
        if self.runs >= self.runs_max || schedule == self.best {
            return false;
        }
        self.runs += 1;
        let is_taken = (self.fails)(&schedule);
        if is_taken {
            self.best = schedule;
        }
        is_taken
    }

    /// The same with other chances, where few parts are left to be left out: what was needed may have been the place of a chance
    /// among others, and not the part.
    fn try_reseeded(&mut self, schedule: Schedule, size: usize) -> bool {
        let seeds = if size <= RESEEDED_SIZE { RESEEDS } else { 0 };
        (0..=seeds).any(|more| {
            let mut schedule = schedule.clone();
            schedule.seed = schedule.seed.wrapping_add(more);
            self.try_one(schedule)
        })
    }

    /// A network in which less happens.
    fn simplify(&mut self) {
        let simpler: [fn(&mut Schedule); 6] = [
            |schedule| schedule.link.loss = 0.0,
            |schedule| schedule.link.duplicates = 0.0,
            |schedule| schedule.link.loops_back = false,
            |schedule| {
                let (Delay::Uniform(least, _) | Delay::Exponential(least, _)) = schedule.link.delay
                else {
                    return;
                };
                schedule.link.delay = Delay::Constant(least);
            },
            |schedule| schedule.link.turn = Duration::ZERO,
            |schedule| {
                schedule
                    .sendings
                    .iter_mut()
                    .for_each(|sending| sending.bytes = 0)
            },
        ];
        for change in simpler {
            let mut schedule = self.best.clone();
            change(&mut schedule);
            self.try_one(schedule);
        }
    }

    /// Leaves out ever smaller parts of a list.
    fn drop_parts<T: Clone>(&mut self, list: fn(&mut Schedule) -> &mut Vec<T>) {
        let mut size = list(&mut self.best).len();
        while size > 0 {
            let mut from = 0;
            loop {
                let mut schedule = self.best.clone();
                let parts = list(&mut schedule);
                if from >= parts.len() {
                    break;
                }
                let to = (from + size).min(parts.len());
                parts.drain(from..to);
                if !self.try_reseeded(schedule, size) {
                    from = to;
                }
                if self.runs >= self.runs_max {
                    return;
                }
            }
            size /= 2;
        }
    }

    /// Members one by one, with all that they do; those behind them move up.
    fn drop_members(&mut self) {
        for place in (0..self.best.members).rev() {
            if self.best.members > 1 {
                let schedule = self.best.without(place);
                self.try_reseeded(schedule, 1);
            }
        }
    }
}

/// So many other seeds are tried for a part.
const RESEEDS: u64 = 16;

/// For parts of so many things at the most.
const RESEEDED_SIZE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FaultKind, Knobs};

    #[test]
    fn what_does_not_matter_is_left_out() {
        let schedule = (0..)
            .map(|seed| Knobs::default().draw(seed))
            .find(|schedule| {
                let crashes = schedule.faults.iter().filter(is_crash);
                crashes.count() > 1
            })
            .expect("some seed has two crashes");
        let mut fails = |schedule: &Schedule| {
            let count = schedule
                .sendings
                .iter()
                .filter(|one| one.place == 1)
                .count();
            count >= 3 && schedule.faults.iter().any(|fault| is_crash(&fault))
        };
        let shrunk = shrink(&schedule, 10_000, &mut fails);
        assert_eq!(shrunk.schedule.sendings.len(), 3);
        assert_eq!(shrunk.schedule.faults.len(), 1);
        assert_eq!(shrunk.schedule.link.loss, 0.0);
        // Whoever sends, one before it, and perhaps another one that crashes.
        assert!(shrunk.schedule.members <= 3);
        assert!(shrunk.runs < 1_000, "{}", shrunk.runs);
    }

    fn is_crash(fault: &&crate::Fault) -> bool {
        matches!(fault.kind, FaultKind::Crash(_))
    }

    #[test]
    fn no_more_is_tried_than_allowed() {
        let schedule = Knobs::default().draw(1);
        let mut runs = 0;
        let shrunk = shrink(&schedule, 5, &mut |_| {
            runs += 1;
            false
        });
        assert_eq!((shrunk.runs, runs), (5, 5));
        assert_eq!(shrunk.schedule, schedule);
    }
}
