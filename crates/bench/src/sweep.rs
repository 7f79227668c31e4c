//! The whole experiment, in an order that spreads the machine's moods over all models.

use std::path::Path;

use history::{BenchKind, BenchSummary, Finding};
use run::Stop;
use timing::Clock;

use crate::{
    BenchError, Experiment, calibrate, choices,
    experiment::{SEED_TASK, SLOW},
    findings::findings,
    idle,
    measure::Bench,
    place::Place,
};

/// Is told of each step of an experiment.
pub trait Progress {
    /// Step `done` of `total` is over; `summary` is what there is so far.
    fn on_step(&mut self, done: u64, total: u64, what: &str, summary: &BenchSummary);
}

/// Makes the experiment; files between the processes go into `scratch`.
///
/// After a request to stop it ends with the step under way, and a finding says so. A point that a model
/// cannot reach is put down as such, and the experiment goes on.
///
/// # Errors
/// When no point could be measured because servers or clients cannot be started.
pub fn sweep(
    experiment: &Experiment,
    scratch: &Path,
    clock: &dyn Clock,
    stop: &Stop,
    progress: &mut dyn Progress,
) -> Result<(BenchSummary, Vec<Finding>), BenchError> {
    let steps = match experiment.kind {
        BenchKind::Mixed => {
            let dialect = experiment.dialect();
            calibrate::steps_of(experiment.service, &dialect, experiment.task, clock)
        }
        _ => 0,
    };
    let client_slab_bytes = match experiment.kind {
        BenchKind::Idle => idle::slab_of_one_end(),
        _ => 0.0,
    };
    let bench = Bench {
        experiment,
        scratch,
        clock,
        stop,
        steps,
        client_slab_bytes,
    };
    let mut steps = Steps {
        summary: outline(experiment),
        done: 0,
        total: total_steps(experiment),
        progress,
    };
    let finished = bench.all(&mut steps)?;
    let mut summary = steps.summary;
    summary.choices = choices::choices(&summary);
    let findings = findings(&summary, finished, bench.steps);
    Ok((summary, findings))
}

/// What has been done so far.
pub(crate) struct Steps<'a> {
    pub(crate) summary: BenchSummary,
    done: u64,
    total: u64,
    progress: &'a mut dyn Progress,
}

impl Steps<'_> {
    pub(crate) fn step(&mut self, what: &str) {
        self.done += 1;
        self.progress
            .on_step(self.done, self.total, what, &self.summary);
    }
}

impl Bench<'_> {
    /// Says whether the experiment came to its end.
    fn all(&self, steps: &mut Steps<'_>) -> Result<bool, BenchError> {
        let places = Place::all(self.experiment);
        let mut first_error = None;
        for repetition in 0..self.experiment.runs {
            for (index, place) in places.iter().enumerate() {
                if self.stop.requested() {
                    return Ok(false);
                }
                let point = &mut steps.summary.points[index];
                let is_given_up =
                    point.not_reached.is_some() && is_enough(repetition, point.runs.len());
                if !is_given_up && let Some(error) = self.measure_into(point, place)? {
                    first_error.get_or_insert(error);
                }
                steps.step(&format!("{}, run {}", place.in_words(), repetition + 1));
            }
            let nothing = steps
                .summary
                .points
                .iter()
                .all(|point| point.runs.is_empty());
            if let Some(error) = first_error.take_if(|_| nothing) {
                return Err(error);
            }
        }
        if self.experiment.kind == BenchKind::Burst {
            self.after(steps)?;
        }
        Ok(!self.stop.requested())
    }
}

/// A point that failed is tried once more, as it may have been bad luck; one of which no run came about
/// is not.
fn is_enough(repetition: u32, runs: usize) -> bool {
    match runs {
        0 => repetition > 0,
        runs => runs > 1,
    }
}

fn outline(experiment: &Experiment) -> BenchSummary {
    let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let is_seed = experiment.kind == BenchKind::Burst && experiment.service.name == SLOW;
    BenchSummary {
        kind: experiment.kind,
        service: experiment.service.name.to_owned(),
        task_ns: nanos(experiment.task),
        scale: match is_seed {
            true => SEED_TASK.as_secs_f64() / experiment.task.as_secs_f64(),
            false => 0.0,
        },
        pipeline: experiment.pipeline.into(),
        payload_bytes: experiment.payload_bytes,
        lasting_ns: experiment.lasting.map(nanos),
        runs: u64::from(experiment.runs),
        models: experiment
            .subjects
            .iter()
            .map(|subject| subject.model.clone())
            .collect(),
        points: Place::all(experiment).iter().map(Place::point).collect(),
        ..BenchSummary::default()
    }
}

fn total_steps(experiment: &Experiment) -> u64 {
    let points = Place::all(experiment).len() as u64;
    let looks = match (experiment.kind, experiment.with_gaps) {
        (BenchKind::Burst, true) => 3,
        (BenchKind::Burst, false) => 2,
        _ => 0,
    };
    points * u64::from(experiment.runs) + experiment.subjects.len() as u64 * looks
}
