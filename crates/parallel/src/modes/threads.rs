//! `threads`: workers in one process, which share its memory.
//!
//! They hand over by streams, as processes do, although they could use memory: so that there is one way of
//! bringing things into order, and the leader waits for them and for the stop in one place. It costs some
//! microseconds a piece.

use std::{
    io,
    panic::resume_unwind,
    sync::{Arc, atomic::Ordering},
    thread::{self, JoinHandle},
};

use crate::{
    Control, Job, Mode, Outcome, SearchError, Sink,
    inlet::Outlet,
    lead::{Staff, lead},
    plan::Plan,
    shelf::Bounds,
    worker::{Begin, work},
};

pub(super) const MODE: Mode = Mode {
    name: "threads",
    about: "several threads of one process",
    is_parallel: true,
    file: file!(),
    search,
};

/// Also for one worker whose numbers take so long that somebody must listen meanwhile.
pub(super) fn search(
    job: &Job,
    control: &Control<'_>,
    sink: &mut dyn Sink,
) -> Result<Outcome, SearchError> {
    assert!(job.workers > 0, "somebody must work");
    lead(job, control, sink, Bounds::default(), Threads::new)
}

struct Threads {
    plan: Arc<Plan>,
    threads: Vec<Option<JoinHandle<()>>>,
}

impl Threads {
    fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            threads: Vec::new(),
        }
    }
}

impl Staff for Threads {
    fn start(&mut self, worker: u32, begin: Begin, mut outlet: Outlet) -> io::Result<()> {
        let plan = Arc::clone(&self.plan);
        let thread = thread::Builder::new()
            .name(format!("worker-{worker}"))
            .spawn(move || {
                // An error says that nobody takes anything any more: the search is over.
                let _ = work(&plan, worker, begin, &mut outlet);
            })?;
        assert_eq!(
            self.threads.len(),
            worker as usize,
            "threads are not replaced"
        );
        self.threads.push(Some(thread));
        Ok(())
    }

    /// A thread ends well, or with a panic, which is the whole process's.
    fn take_back(&mut self, worker: u32) -> Option<String> {
        let thread = self.threads[worker as usize].take();
        if let Err(panic) = thread.expect("it has not been taken back").join() {
            resume_unwind(panic);
        }
        None
    }

    fn dismiss(&mut self) {
        self.plan.is_over.store(true, Ordering::Relaxed);
    }

    fn cpu_ns(&self) -> u64 {
        0
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.dismiss();
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use primes::{METHODS, Method, Range, Search, Steps};
    use run::Stop;
    use timing::ManualClock;

    use super::*;
    use crate::{SPLITS, Want};

    /// All numbers, each of which must come once and in its turn.
    struct All(u64);

    impl Sink for All {
        fn take(&mut self, _: Range, _: u64, found: &[u64]) -> io::Result<ControlFlow<()>> {
            for &number in found {
                assert_eq!(number, self.0 + 1);
                self.0 = number;
            }
            Ok(ControlFlow::Continue(()))
        }
    }

    #[track_caller]
    fn check(bounds: Bounds) {
        let stop = Stop::new().expect("descriptors");
        let control = Control {
            clock: &ManualClock::new(),
            stop: &stop,
            progress: &|_| {},
        };
        for split in SPLITS {
            let job = Job {
                range: Range::new(1, NUMBERS).expect("numbers"),
                method: &DENSE,
                workers: 3,
                split,
                want: Want::Primes,
            };
            let mut all = All(0);
            let outcome = lead(&job, &control, &mut all, bounds, Threads::new);
            let outcome = outcome.expect("a search");
            assert_eq!((all.0, outcome.count), (NUMBERS, NUMBERS), "{}", split.name);
            // A thief's streams may have to be read without room: what they hold, and a piece.
            let spare = if split.name == "stealing" { 4 << 20 } else { 0 };
            let most = (bounds.memory + spare) as u64;
            let peak = outcome.waiting_bytes_max;
            assert!(peak <= most, "{} {peak}", split.name);
        }
    }

    #[test]
    fn what_waits_is_bounded_also_when_next_to_nothing_may() {
        check(Bounds { memory: 0, file: 0 });
        check(Bounds {
            memory: 10_000,
            file: 0,
        });
    }

    #[test]
    fn what_memory_may_not_hold_waits_in_a_file() {
        check(Bounds {
            memory: 10_000,
            file: 100_000,
        });
        check(Bounds {
            memory: 10_000,
            file: u64::MAX,
        });
    }

    const NUMBERS: u64 = 1_000_000;

    /// Every number, so that much is found.
    const DENSE: Method = Method {
        name: "dense",
        about: "a test",
        is_brute_force: false,
        step: "numbers",
        file: file!(),
        prepare: |_| Box::new(Dense),
        weight: |number| (METHODS[0].weight)(number),
        least_piece: |_| 1,
    };

    struct Dense;

    impl Search for Dense {
        fn find(&self, piece: Range, primes: &mut Vec<u64>) -> Steps {
            primes.extend(piece.first()..=piece.last());
            Steps(0)
        }

        fn count(&self, piece: Range) -> (u64, Steps) {
            (piece.len() as u64, Steps(0))
        }
    }
}
