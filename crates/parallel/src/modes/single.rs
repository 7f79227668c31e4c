//! `single`: one worker, the one that leads; the baseline that the others are compared with.

use std::ops::ControlFlow;

use primes::{Range, Steps};

use crate::{Control, Job, Mode, Outcome, Progress, SearchError, Sink, Stint, Want};

pub(super) const MODE: Mode = Mode {
    name: "single",
    about: "one worker",
    is_parallel: false,
    file: file!(),
    search,
};

fn search(job: &Job, control: &Control<'_>, sink: &mut dyn Sink) -> Result<Outcome, SearchError> {
    let start = control.clock.now();
    let prepared = (job.method.prepare)(job.range.last());
    let mut outcome = Outcome::default();
    let (mut rest, mut primes) = (Some(job.range), Vec::new());
    while let Some(left) = rest
        && !control.stop.requested()
    {
        let (piece, after) = left.split_at(PIECE);
        let begin = control.clock.now();
        primes.clear();
        let (count, steps) = match job.want {
            Want::Count => prepared.count(piece),
            Want::Primes => {
                let steps = prepared.find(piece, &mut primes);
                (primes.len() as u64, steps)
            }
        };
        let end = control.clock.now();
        let flow = sink
            .take(piece, count, &primes)
            .map_err(SearchError::Sink)?;
        outcome.count += count;
        outcome.reached = Some(piece.last());
        outcome.steps = Steps(outcome.steps.0 + steps.0);
        outcome.stints.push(Stint {
            worker: 0,
            piece,
            begin,
            end,
            primes: count,
            steps,
        });
        (control.progress)(progress(job.range, piece.last(), outcome.count));
        rest = after.filter(|_| flow == ControlFlow::Continue(()));
        outcome.is_whole = rest.is_none();
    }
    outcome.wall_ns = control.clock.now().nanos_since(start);
    Ok(outcome)
}

fn progress(range: Range, reached: u64, primes: u64) -> Progress {
    let numbers = u128::from(reached - range.first()) + 1;
    Progress {
        share: numbers as f64 / range.len() as f64,
        numbers,
        primes,
    }
}

const PIECE: u64 = 1 << 16;
