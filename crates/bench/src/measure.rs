//! One run of a point: a server, its clients, what the kernel counted.

use std::{path::Path, sync::Mutex, time::Duration};

use history::{BenchKind, Measured, Point, Sample, Series};
use load::{LoadError, Report, Watcher};
use machine::ClientFactory;
use run::Stop;
use stats::Distribution;
use timing::Clock;

use crate::{
    BenchError, Experiment, Subject, counters,
    experiment::{SLOW, WORK},
    obstacle,
    place::Place,
    plan::{MixedClients, calculators, server_limit},
    point::{self, is_generator_late},
    server::{Order, Server},
};

/// What a run is made with.
pub(crate) struct Bench<'a> {
    pub(crate) experiment: &'a Experiment,
    pub(crate) scratch: &'a Path,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) stop: &'a Stop,
    /// Steps of `work` that take this machine as long as a task; 0 where none are made.
    pub(crate) steps: u64,
    /// What a client's end of a connection takes of the kernel's objects; 0 where it is not asked for.
    pub(crate) client_slab_bytes: f64,
}

impl Bench<'_> {
    /// A server of the experiment's own service, ready for so many clients.
    pub(crate) fn server(
        &self,
        subject: &Subject,
        clients: u64,
        task: Duration,
        with_events: bool,
    ) -> Result<Server, BenchError> {
        let order = Order {
            program: &self.experiment.program,
            service: self.experiment.service.name,
            subject,
            task: (self.experiment.service.name == SLOW).then_some(task),
            ends_lines: self.experiment.ends_lines(),
            limit: server_limit(clients),
            scratch: self.scratch,
            with_events,
        };
        Server::start(&order, self.clock)
    }

    /// Adds a run to a point; when the clients were late in it, makes it again, a few times. What keeps
    /// the model from the point is put down in it, and given back when it was an error.
    ///
    /// # Errors
    /// When a run cannot be made for a reason that has nothing to do with the point.
    pub(crate) fn measure_into(
        &self,
        point: &mut Point,
        place: &Place<'_>,
    ) -> Result<Option<BenchError>, BenchError> {
        if let Some(not) = obstacle::beforehand(place, self.experiment.longest) {
            point.not_reached = Some(not);
            return Ok(None);
        }
        for _ in 0..TRIES {
            let (measured, fate) = match self.measure(place) {
                Ok(measured) => measured,
                Err(error) => {
                    let Some(obstacle) = obstacle::of_error(&error) else {
                        return Err(error);
                    };
                    match point.figures.is_empty() {
                        true => point.not_reached = Some(obstacle),
                        false => point.doubts.push(obstacle.text),
                    }
                    return Ok(Some(error));
                }
            };
            let is_again = measured.is_whole() && is_generator_late(point.floor_ns, &measured);
            point::add(point, measured, self.experiment);
            if let Some(not) = point.not_reached.as_mut().zip(fate) {
                *not.0 = obstacle::of_fate(not.1);
            }
            if !is_again || self.stop.requested() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Measures one run: starts a server, lets the clients loose, ends the server; with how that ended,
    /// when it was not by our asking.
    fn measure(&self, place: &Place<'_>) -> Result<(Measured, Option<String>), BenchError> {
        let server = self.server(place.subject, place.clients, self.experiment.task, false)?;
        let before = counters::tcp_counters();
        let calculators = calculators(place.clients, place.cpu_share.unwrap_or(0.0));
        let waiting = WaitingTimes::after(calculators);
        let (report, idle) = match self.experiment.kind {
            BenchKind::Idle => self.stand(&server, place)?,
            BenchKind::Mixed => (self.fire(&server, place, &waiting)?, None),
            _ => (self.fire(&server, place, &load::Unwatched)?, None),
        };
        let tcp = counters::between(before, counters::tcp_counters());
        let ended = server.stop()?;
        let is_mixed = self.experiment.kind == BenchKind::Mixed;
        let measured = Measured {
            waiting_time: is_mixed.then(|| waiting.series()),
            server_cpu_ns: ended.cpu_ns,
            voluntary_switches: ended.voluntary_switches,
            involuntary_switches: ended.involuntary_switches,
            server_open_max: ended.summary.map(|summary| summary.connections.open_max),
            tcp,
            idle,
            ..measured(report)
        };
        Ok((measured, ended.fate))
    }

    /// Lets the clients of a place loose on a server.
    pub(crate) fn fire(
        &self,
        server: &Server,
        place: &Place<'_>,
        watcher: &dyn Watcher,
    ) -> Result<Report, LoadError> {
        let factory = self.clients(place);
        let plan = self
            .experiment
            .plan(server.address, place, factory.exchange());
        load::drive(&plan, &*factory, self.clock, self.stop, watcher)
    }

    fn clients(&self, place: &Place<'_>) -> Box<dyn ClientFactory> {
        let service = self.experiment.service;
        let mut script = self.experiment.script();
        if service.name != WORK {
            return service.clients(&script);
        }
        script.wait = Duration::ZERO;
        script.steps = self.steps;
        let calculating = service.clients(&script);
        script.wait = self.experiment.task;
        script.steps = 0;
        let share = place.cpu_share.unwrap_or(0.0);
        Box::new(MixedClients {
            calculating,
            waiting: service.clients(&script),
            calculators: calculators(place.clients, share),
        })
    }
}

/// What the clients saw.
fn measured(report: Report) -> Measured {
    let summary = report.summary;
    Measured {
        wall_ns: summary.wall_ns,
        outcomes: summary.outcomes,
        response_time: summary.response_time,
        connect: summary.connect,
        lateness: summary.lateness,
        client_cpu_ns: summary.cpu_ns,
        ..Measured::default()
    }
}

/// Keeps all samples: for runs of a bounded number of clients.
#[derive(Default)]
pub(crate) struct Samples(Mutex<Vec<Sample>>);

impl Samples {
    pub(crate) fn into_vec(self) -> Vec<Sample> {
        self.0.into_inner().unwrap_or_default()
    }
}

impl Watcher for Samples {
    fn on_samples(&self, samples: &[Sample]) {
        if let Ok(mut all) = self.0.lock() {
            all.extend_from_slice(samples);
        }
    }
}

/// The response times of the workers that wait: those from a number on.
struct WaitingTimes {
    first: u32,
    times: Mutex<Distribution>,
}

impl WaitingTimes {
    fn after(calculators: u32) -> Self {
        Self {
            first: calculators,
            times: Mutex::default(),
        }
    }

    fn series(&self) -> Series {
        self.times.lock().map_or_else(
            |_| Series::default(),
            |times| Series::with_histogram(&times),
        )
    }
}

impl Watcher for WaitingTimes {
    fn wants_notes(&self) -> bool {
        false
    }

    fn on_samples(&self, samples: &[Sample]) {
        let waited = samples.iter().filter(|sample| sample.worker >= self.first);
        if let Ok(mut times) = self.times.lock() {
            for nanos in waited.filter_map(Sample::response_ns) {
                times.record(nanos);
            }
        }
    }
}

/// How often a run is made before it is given up that the clients be on time.
const TRIES: u32 = 4;
