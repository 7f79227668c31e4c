//! N clients at once, one request each: one run of a point.

use std::{path::Path, sync::Mutex, time::Duration};

use history::{Measured, Point, Sample};
use load::{Plan, Report, Watcher};
use run::Stop;
use services::Script;
use timing::Clock;

use crate::{
    BenchError, Experiment, Subject,
    experiment::SERVICE,
    point::{self, is_generator_late},
    server::{Order, Server},
};

/// What a run is made with.
pub(crate) struct Bench<'a> {
    pub(crate) experiment: &'a Experiment,
    pub(crate) scratch: &'a Path,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) stop: &'a Stop,
}

impl Bench<'_> {
    pub(crate) fn server(
        &self,
        subject: &Subject,
        service: &str,
        task: Option<Duration>,
        with_events: bool,
    ) -> Result<Server, BenchError> {
        let order = Order {
            program: &self.experiment.program,
            service,
            model: &subject.model,
            task,
            scratch: self.scratch,
            with_events,
        };
        Server::start(&order, self.clock)
    }

    /// Adds a run to a point; when the clients were late in it, makes it again, a few times.
    pub(crate) fn measure_into(
        &self,
        point: &mut Point,
        subject: &Subject,
        wanted: u32,
    ) -> Result<(), BenchError> {
        for _ in 0..TRIES {
            let measured = self.measure(subject, point.clients)?;
            let is_late = is_generator_late(point.floor_ns, &measured);
            point::add(point, measured, wanted);
            if !is_late || self.stop.requested() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Measures one run: starts a server, lets the clients loose, ends the server.
    fn measure(&self, subject: &Subject, clients: u64) -> Result<Measured, BenchError> {
        let server = self.server(subject, SERVICE, Some(self.experiment.task), false)?;
        let report = self.fire(&server, clients, self.experiment.task, &load::Unwatched)?;
        let ended = server.stop()?;
        Ok(Measured {
            wall_ns: report.summary.wall_ns,
            generator_late: false,
            outcomes: report.summary.outcomes,
            response_time: report.summary.response_time,
            connect: report.summary.connect,
            lateness: report.summary.lateness,
            server_cpu_ns: ended.cpu_ns,
            client_cpu_ns: report.summary.cpu_ns,
            server_memory_bytes: None,
            server_threads: None,
            server_processes: None,
            voluntary_switches: ended.voluntary_switches,
            involuntary_switches: ended.involuntary_switches,
            ..Measured::default()
        })
    }

    /// Lets `clients` clients loose on a server, all at one instant.
    pub(crate) fn fire(
        &self,
        server: &Server,
        clients: u64,
        task: Duration,
        watcher: &dyn Watcher,
    ) -> Result<Report, BenchError> {
        let entry = services::by_name(SERVICE).expect("the benchmark's service is listed");
        let mut dialect = (entry.dialect)();
        dialect.task = task;
        let factory = entry.clients(&Script::seed(dialect));
        let law = stats::by_name("deterministic").expect("the law is listed");
        let mut plan = Plan::new(server.address, law, 0.0).expect("no gap is in the law's range");
        plan.workers = u32::try_from(clients).unwrap_or(u32::MAX);
        // All of them may have to wait for all the others.
        let whole = task.saturating_mul(plan.workers.saturating_add(1));
        plan.reply_timeout = (whole + PATIENCE).min(LONGEST);
        Ok(load::drive(
            &plan, &*factory, self.clock, self.stop, watcher,
        )?)
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

/// How often a run is made before it is given up that the clients be on time.
const TRIES: u32 = 4;
/// Beyond what the arithmetic says, before a client gives up.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(86_400);
