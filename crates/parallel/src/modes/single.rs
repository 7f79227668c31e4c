//! `single`: one worker, the one that leads; the baseline that the others are compared with.
//!
//! It looks at the stop between two pieces, and a piece is short, but never shorter than a number; by trial
//! division a prime near 2^62 takes seconds, and with `naive` years. Where numbers take so long, one thread
//! searches while the leader listens: still one worker, and the cost of the second thread is nothing beside
//! that of a number.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use primes::{Range, Search, Steps};
use run::{Whose, processor_time_ns};

use crate::{
    Control, Job, Mode, Outcome, Progress, SearchError, Sink, Stint, Want, estimate::Estimate,
    plan::pace, scale::Scale, splits::SPLITS, stints::Stints,
};

pub(super) const MODE: Mode = Mode {
    name: "single",
    about: "one worker",
    is_parallel: false,
    file: file!(),
    search,
};

fn search(job: &Job, control: &Control<'_>, sink: &mut dyn Sink) -> Result<Outcome, SearchError> {
    let (start, cpu) = (control.clock.now(), processor_time_ns(Whose::Process));
    let prepared = (job.method.prepare)(job.range.last());
    let estimate = Estimate::sample(job.method, &*prepared, job.range);
    if LONG_NS < estimate.nanos((job.method.weight)(job.range.last())) {
        let job = Job {
            workers: 1,
            split: &SPLITS[0],
            ..*job
        };
        return super::threads::search(&job, control, sink);
    }
    let mut work = Work {
        job,
        control,
        sink,
        prepared,
        estimate,
        scale: Arc::new(Scale::new(job.range, job.method)),
        stints: Stints::default(),
        primes: Vec::new(),
        outcome: Outcome::default(),
    };
    work.work()?;
    let mut outcome = work.outcome;
    outcome.wall_ns = control.clock.now().nanos_since(start);
    outcome.cpu_ns = processor_time_ns(Whose::Process).saturating_sub(cpu);
    outcome.stints = work.stints.into_all();
    Ok(outcome)
}

struct Work<'a, 'b> {
    job: &'a Job,
    control: &'a Control<'b>,
    sink: &'a mut dyn Sink,
    prepared: Box<dyn Search>,
    estimate: Estimate,
    scale: Arc<Scale>,
    stints: Stints,
    primes: Vec<u64>,
    outcome: Outcome,
}

impl Work<'_, '_> {
    fn work(&mut self) -> Result<(), SearchError> {
        let mut pace = pace(&self.scale, self.estimate, self.job.want, self.job.method);
        let mut told_at = self.control.clock.now();
        let mut rest = Some(self.job.range);
        while let Some(left) = rest
            && !self.control.stop.requested()
        {
            let (piece, after) = left.split_at(pace.numbers());
            let begin = self.control.clock.now();
            let (count, steps) = self.search(piece);
            let end = self.control.clock.now();
            let numbers = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            pace.took(numbers, end.nanos_since(begin));
            let flow = self
                .sink
                .take(piece, count, &self.primes)
                .map_err(SearchError::Sink)?;
            self.stints.add(Stint {
                worker: 0,
                piece,
                begin,
                end,
                primes: count,
                steps,
            });
            self.outcome.count += count;
            self.outcome.reached = Some(piece.last());
            self.outcome.steps.0 += steps.0;
            rest = after.filter(|_| flow == ControlFlow::Continue(()));
            self.outcome.is_whole = rest.is_none();
            if TELL_EVERY <= end.since(told_at) || self.outcome.is_whole {
                told_at = end;
                self.tell(piece.last());
            }
        }
        Ok(())
    }

    fn search(&mut self, piece: Range) -> (u64, Steps) {
        self.primes.clear();
        match self.job.want {
            Want::Count => self.prepared.count(piece),
            Want::Primes => {
                let steps = self.prepared.find(piece, &mut self.primes);
                (self.primes.len() as u64, steps)
            }
        }
    }

    fn tell(&self, reached: u64) {
        let done = Range::new(self.job.range.first(), reached).expect("at least a piece");
        let share = self.scale.of(done) / self.scale.total();
        (self.control.progress)(Progress {
            share: match self.outcome.is_whole {
                true => 1.0,
                false => share.clamp(0.0, 1.0),
            },
            numbers: done.len(),
            primes: self.outcome.count,
        });
    }
}

/// Not more often than ten times a second.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// By the estimate, which a prime may exceed some ten times: most numbers have a small divisor.
const LONG_NS: f64 = 10e6;
