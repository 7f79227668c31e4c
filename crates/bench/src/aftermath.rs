//! What a burst is looked at for when its timed runs are over: lanes, memory, gaps.

use std::{sync::mpsc, thread, time::Duration};

use history::{BenchSummary, Point};

use crate::{
    BenchError, Experiment, Subject, experiment::has_task, floor::floor, footprint::Footprint,
    measure::Bench, obstacle, place::Place, server::Server, sweep::Steps,
};

impl Bench<'_> {
    /// The runs that are not timed, model by model; ends early after a request to stop. A model that
    /// reached no point is not looked at.
    pub(crate) fn after(&self, steps: &mut Steps<'_>) -> Result<(), BenchError> {
        let places = Place::all(self.experiment);
        for subject in &self.experiment.subjects {
            if self.stop.requested() {
                return Ok(());
            }
            let own = places.iter().zip(&steps.summary.points);
            let reached: Vec<&Place<'_>> = own
                .filter(|(place, point)| place.subject == subject && is_reached(point))
                .map(|(place, _)| place)
                .collect();
            if let Some(largest) = reached.last() {
                let lanes = self.experiment.lanes_of(largest);
                steps.summary.lanes.push(self.lanes(&lanes)?);
            }
            steps.step(&format!("{} lanes", subject.model));
            if let Some(place) = self.experiment.place_to_look_at(&reached) {
                let footprint = self.footprint(place)?;
                set_footprint(&mut steps.summary, place, footprint);
            }
            steps.step(&format!("{} memory", subject.model));
            if self.experiment.with_gaps {
                if !reached.is_empty() {
                    steps.summary.gaps.push(self.gaps(subject)?);
                }
                steps.step(&format!("{} gaps", subject.model));
            }
        }
        Ok(())
    }

    /// A run of its own: looking at a process tree takes milliseconds, which no timed run should pay.
    fn footprint(&self, place: &Place<'_>) -> Result<Footprint, BenchError> {
        let task = self.experiment.short_task(place);
        let experiment = Experiment {
            task,
            ..self.experiment.clone()
        };
        let bench = Bench {
            experiment: &experiment,
            ..*self
        };
        let server = bench.server(place.subject, place.clients, task, false)?;
        let footprint = thread::scope(|scope| {
            let (over, is_over) = mpsc::channel::<()>();
            let server = &server;
            let watch = scope.spawn(move || watch(server, task, &is_over));
            let fired = bench.fire(server, place, &load::Unwatched);
            drop(over);
            let footprint = watch.join().expect("watching cannot panic");
            fired.map(|_| footprint)
        })?;
        server.stop()?;
        Ok(footprint)
    }
}

impl Experiment {
    /// The least time that its runs take together, those that are not timed included: what the arithmetic
    /// allows, if every point that is tried is reached. Starting servers comes on top, and so do gaps.
    ///
    /// A burst's; the other kinds ask for a time.
    pub fn least_time(&self) -> Duration {
        let places = Place::all(self);
        let is_tried = |place: &&Place<'_>| obstacle::beforehand(place, self.longest).is_none();
        let least = |place: &Place<'_>, task| floor(task, place.clients, place.subject.at_once);
        let of_subject = |subject: &Subject| {
            let own = places.iter().filter(|place| place.subject == subject);
            let tried: Vec<&Place<'_>> = own.filter(is_tried).collect();
            let timed: Duration = tried.iter().map(|place| place.floor).sum();
            let shown = tried
                .last()
                .map(|place| least(&self.lanes_of(place), self.task));
            let looked_at = self.place_to_look_at(&tried);
            let looked_at = looked_at.map(|place| least(place, self.short_task(place)));
            timed * self.runs + shown.unwrap_or_default() + looked_at.unwrap_or_default()
        };
        self.subjects.iter().map(of_subject).sum()
    }

    /// As many of a place's clients as are shown one by one.
    fn lanes_of<'p>(&self, largest: &Place<'p>) -> Place<'p> {
        Place {
            clients: largest.clients.min(lane_count(self.task)),
            ..*largest
        }
    }

    /// The largest whose run ends soon; only a server that waits can be looked at meanwhile.
    fn place_to_look_at<'p>(&self, reached: &[&'p Place<'p>]) -> Option<&'p Place<'p>> {
        if !has_task(self.kind, self.service) {
            return None;
        }
        let soon = |place: &&&Place<'_>| {
            let task = self.short_task(place);
            floor(task, place.clients, place.subject.at_once) <= LOOKED_AT_WITHIN
        };
        let fitting = reached.iter().rev().find(soon);
        fitting.or(reached.first()).copied()
    }

    /// What a server takes up does not depend on how long a request waits; a run's length does.
    fn short_task(&self, place: &Place<'_>) -> Duration {
        let task = self.task;
        match place.subject.at_once {
            Some(_) => task.min(SHORT_ENOUGH_TO_QUEUE),
            None if place.clients > FEW => task.max(LONG_ENOUGH_TO_LOOK),
            None => task.clamp(LONG_ENOUGH_TO_LOOK, LONG_ENOUGH_TO_LOOK * 2),
        }
    }
}

fn is_reached(point: &Point) -> bool {
    point.not_reached.is_none() && !point.runs.is_empty()
}

/// Looks four times a task, until told that it is over.
fn watch(server: &Server, task: Duration, is_over: &mpsc::Receiver<()>) -> Footprint {
    let mut footprint = Footprint::default();
    while is_over.recv_timeout(task / 4) == Err(mpsc::RecvTimeoutError::Timeout) {
        footprint = footprint.max(Footprint::of(server.pid()));
    }
    footprint
}

fn set_footprint(summary: &mut BenchSummary, place: &Place<'_>, footprint: Footprint) {
    let point = summary
        .points
        .iter_mut()
        .find(|p| p.model == place.subject.model && p.clients == place.clients);
    if let Some(run) = point.and_then(|point| point.runs.first_mut()) {
        run.server_memory_bytes = Some(footprint.memory_bytes);
        run.server_threads = Some(footprint.threads);
        run.server_processes = Some(footprint.processes);
    }
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
const LOOKED_AT_WITHIN: Duration = Duration::from_secs(30);
const FEW: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sheet, Span};

    #[track_caller]
    fn check(clients: &[u64], longest_s: u64, refused: Option<&str>, expected_ms: u64) {
        let sheet = Sheet {
            clients: Some(clients.to_vec()),
            runs: Some(2),
            task: Some(Span(Duration::from_secs(1))),
            longest: Some(Span(Duration::from_secs(longest_s))),
            ..Sheet::default()
        };
        let subject = |model: &str, at_once| Subject {
            model: model.to_owned(),
            name: model.to_owned(),
            flags: Vec::new(),
            about: String::new(),
            at_once,
            bounds: Vec::new(),
            refused: None,
        };
        let one = subject("one", Some(1));
        let all = Subject {
            refused: refused.map(str::to_owned),
            ..subject("all", None)
        };
        let experiment = Experiment::new(&sheet, vec![one, all], "wharf".into());
        let least = experiment.expect("in range").least_time();
        assert_eq!(least, Duration::from_millis(expected_ms));
    }

    #[test]
    fn the_least_time_is_of_all_runs_that_are_tried() {
        // One by one: twice 10 s, 10 s shown one by one, 10 times 20 ms looked at. All at once: twice 1 s,
        // 1 s, and 0.8 s.
        check(&[10], 600, None, 20_000 + 10_000 + 200 + 2000 + 1000 + 800);
        check(&[10], 600, Some("no rings"), 20_000 + 10_000 + 200);
        check(&[10], 9, None, 2000 + 1000 + 800);
        check(&[10, 20], 10, Some("no rings"), 20_000 + 10_000 + 200);
    }
}
