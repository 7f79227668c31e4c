//! The whole experiment, in an order that spreads the machine's moods over all models.

use std::{path::Path, sync::mpsc, thread, time::Duration};

use history::{BenchSummary, Finding, Verdict};
use run::Stop;
use timing::Clock;

use crate::{
    BenchError, Experiment,
    burst::Bench,
    experiment::{SEED_TASK, SERVICE},
    footprint::Footprint,
    point,
    server::Server,
};

/// Is told of each step of an experiment.
pub trait Progress {
    /// Step `done` of `total` is over; `summary` is what there is so far.
    fn on_step(&mut self, done: u64, total: u64, what: &str, summary: &BenchSummary);
}

/// Makes the experiment; files between the processes go into `scratch`.
///
/// After a request to stop it ends with the step under way, and a finding says so.
///
/// # Errors
/// When a server or its clients cannot be started.
pub fn sweep(
    experiment: &Experiment,
    scratch: &Path,
    clock: &dyn Clock,
    stop: &Stop,
    progress: &mut dyn Progress,
) -> Result<(BenchSummary, Vec<Finding>), BenchError> {
    let bench = Bench {
        experiment,
        scratch,
        clock,
        stop,
    };
    let mut steps = Steps {
        summary: outline(experiment),
        done: 0,
        total: total_steps(experiment),
        progress,
    };
    let finished = bench.all(&mut steps)?;
    let findings = findings(&steps.summary, finished);
    Ok((steps.summary, findings))
}

struct Steps<'a> {
    summary: BenchSummary,
    done: u64,
    total: u64,
    progress: &'a mut dyn Progress,
}

impl Steps<'_> {
    fn step(&mut self, what: &str) {
        self.done += 1;
        self.progress
            .on_step(self.done, self.total, what, &self.summary);
    }
}

impl Bench<'_> {
    /// Says whether the experiment came to its end.
    fn all(&self, steps: &mut Steps<'_>) -> Result<bool, BenchError> {
        let subjects = &self.experiment.subjects;
        let most = self.experiment.clients.iter().copied().max().unwrap_or(0);
        for repetition in 0..self.experiment.runs {
            for index in 0..steps.summary.points.len() {
                if self.stop.requested() {
                    return Ok(false);
                }
                let (subject, clients) = self.place(index);
                let point = &mut steps.summary.points[index];
                self.measure_into(point, subject, self.experiment.runs)?;
                steps.step(&format!(
                    "{} {clients}, run {}",
                    subject.model,
                    repetition + 1
                ));
            }
        }
        for (index, subject) in subjects.iter().enumerate() {
            if self.stop.requested() {
                return Ok(false);
            }
            let lanes = self.lanes(subject, most.min(lane_count(self.experiment.task)))?;
            steps.summary.lanes.push(lanes);
            steps.step(&format!("{} lanes", subject.model));
            let footprint = self.footprint(index, most)?;
            set_footprint(&mut steps.summary, &subject.model, most, footprint);
            steps.step(&format!("{} memory", subject.model));
            if self.experiment.with_gaps {
                let gaps = self.gaps(subject)?;
                steps.summary.gaps.push(gaps);
                steps.step(&format!("{} gaps", subject.model));
            }
        }
        Ok(!self.stop.requested())
    }

    /// Points lie client count by client count, and within it model by model.
    fn place(&self, index: usize) -> (&crate::Subject, u64) {
        let subjects = &self.experiment.subjects;
        let clients = self.experiment.clients[index / subjects.len()];
        (&subjects[index % subjects.len()], clients)
    }

    /// A run of its own: looking at a process tree takes milliseconds, which no timed run should pay.
    fn footprint(&self, subject: usize, clients: u64) -> Result<Footprint, BenchError> {
        let subject = &self.experiment.subjects[subject];
        // What a server takes up does not depend on how long a request waits; a run's length does.
        let task = match subject.is_iterative {
            true => self.experiment.task.min(SHORT_ENOUGH_TO_QUEUE),
            false => self
                .experiment
                .task
                .clamp(LONG_ENOUGH_TO_LOOK, LONG_ENOUGH_TO_LOOK * 2),
        };
        let server = self.server(subject, SERVICE, Some(task), false)?;
        let footprint = thread::scope(|scope| {
            let (over, is_over) = mpsc::channel::<()>();
            let server = &server;
            let watch = scope.spawn(move || watch(server, task, &is_over));
            let fired = self.fire(server, clients, task, &load::Unwatched);
            drop(over);
            let footprint = watch.join().expect("watching cannot panic");
            fired.map(|_| footprint)
        })?;
        server.stop()?;
        Ok(footprint)
    }
}

/// Looks four times a task, until told that it is over.
fn watch(server: &Server, task: Duration, is_over: &mpsc::Receiver<()>) -> Footprint {
    let mut footprint = Footprint::default();
    while is_over.recv_timeout(task / 4) == Err(mpsc::RecvTimeoutError::Timeout) {
        footprint = footprint.max(Footprint::of(server.pid()));
    }
    footprint
}

fn set_footprint(summary: &mut BenchSummary, model: &str, clients: u64, footprint: Footprint) {
    let point = summary
        .points
        .iter_mut()
        .find(|p| p.model == model && p.clients == clients);
    if let Some(run) = point.and_then(|point| point.runs.first_mut()) {
        run.server_memory_bytes = Some(footprint.memory_bytes);
        run.server_threads = Some(footprint.threads);
        run.server_processes = Some(footprint.processes);
    }
}

fn outline(experiment: &Experiment) -> BenchSummary {
    let points = experiment.clients.iter().flat_map(|&clients| {
        let empty = move |subject| point::empty(subject, clients, experiment.task);
        experiment.subjects.iter().map(empty)
    });
    BenchSummary {
        service: SERVICE.to_owned(),
        task_ns: u64::try_from(experiment.task.as_nanos()).unwrap_or(u64::MAX),
        scale: SEED_TASK.as_secs_f64() / experiment.task.as_secs_f64(),
        runs: u64::from(experiment.runs),
        models: experiment
            .subjects
            .iter()
            .map(|subject| subject.model.clone())
            .collect(),
        points: points.collect(),
        lanes: Vec::new(),
        gaps: Vec::new(),
        ..BenchSummary::default()
    }
}

fn total_steps(experiment: &Experiment) -> u64 {
    let (subjects, clients) = (experiment.subjects.len(), experiment.clients.len());
    let looks = if experiment.with_gaps { 3 } else { 2 };
    (subjects * clients) as u64 * u64::from(experiment.runs) + (subjects * looks) as u64
}

fn findings(summary: &BenchSummary, finished: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !finished {
        let text = "the experiment was stopped; what had been measured is kept";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    let late = summary
        .points
        .iter()
        .flat_map(|point| &point.runs)
        .filter(|run| run.generator_late);
    match late.count() {
        0 => {}
        count => findings.push(Finding::new(
            Verdict::Valid,
            format!("{count} runs were made again because the clients themselves were late"),
        )),
    }
    for point in &summary.points {
        let wrong: u64 = point
            .runs
            .iter()
            .filter_map(|run| run.outcomes.get("wrong"))
            .sum();
        if wrong > 0 {
            let text = format!("{} {}: {wrong} wrong answers", point.model, point.clients);
            findings.push(Finding::new(Verdict::Invalid, text));
        }
        for doubt in &point.doubts {
            let text = format!("{} with {} clients: {doubt}", point.model, point.clients);
            findings.push(Finding::new(Verdict::Unknown, text));
        }
    }
    findings
}

/// As many lanes as a reader can tell apart, but fewer when an iterative server would take minutes.
fn lane_count(task: Duration) -> u64 {
    let within = LANES_WITHIN.as_secs_f64() / task.as_secs_f64();
    (within as u64).clamp(8, LANES)
}

const LANES: u64 = 40;
const LANES_WITHIN: Duration = Duration::from_secs(30);
const SHORT_ENOUGH_TO_QUEUE: Duration = Duration::from_millis(20);
const LONG_ENOUGH_TO_LOOK: Duration = Duration::from_millis(400);
