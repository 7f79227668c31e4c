//! Runs a plan: makes the workers, gives them a common start, waits for them and sums up.

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use history::{Finding, FitSummary, LawSummary, LoadSummary, Outcome, Series};
use machine::ClientFactory;
use run::{Stop, Whose, processor_time_ns};
use stats::Distribution;
use timing::{Clock, Tick};

use crate::{
    LoadError, Loop, Plan, Watcher,
    descriptors::{self, Room},
    findings::{Circumstances, Cut, judge},
    host::{Host, Seat},
    job::Job,
    outage,
    tally::Tally,
};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The figures.
    pub summary: LoadSummary,
    /// What they amount to.
    pub findings: Vec<Finding>,
    /// The instant at which all workers were to start.
    pub start: Tick,
    /// The response times in nanoseconds, for writing their percentiles.
    pub response: Distribution,
}

/// Asks `plan.target` as planned, checks every answer, and returns when every request has ended.
///
/// All workers exist before the first request; then they are given a common start. After the first
/// request to stop nothing is sent any more and answers under way are waited for, up to the plan's
/// grace; after the second nothing is. Either way the results up to then are reported.
///
/// # Errors
/// When the plan is out of range, when the system has not enough descriptors or threads, and when
/// no worker could connect; in the last case the watcher has been given the samples.
///
/// # Panics
/// When a client machine or the watcher does.
pub fn drive(
    plan: &Plan,
    factory: &dyn ClientFactory,
    clock: &dyn Clock,
    stop: &Stop,
    watcher: &dyn Watcher,
) -> Result<Report, LoadError> {
    plan.check()?;
    plan.check_exchange(factory.exchange())?;
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let cores_u32 = u32::try_from(cores).unwrap_or(u32::MAX);
    let room = descriptors::provide(plan, factory.exchange(), cores_u32)?;
    let job = Job::new(plan, factory, clock, stop, watcher, &room);
    watcher.on_start(plan.workers, plan.target);
    let Span { start, cpu_ns } = run_hosts(&job, &room.seats)?;
    let stopped = stop.requested();
    let connected = job.connected();
    let mut tally = job.tally();
    let unreachable = connected == 0 && !stopped && tally.count(Outcome::LocalLimit) == 0;
    if let Some(error) = tally.refusal.filter(|_| unreachable) {
        return Err(LoadError::Unreachable {
            target: plan.target,
            reason: error.into(),
        });
    }
    let cut = match stopped {
        true => Some(Cut::Stopped),
        false => outage::server_is_gone(&tally, plan.target, clock).then_some(Cut::ServerGone),
    };
    let mut gaps = std::mem::take(&mut tally.gaps);
    let open = plan.loop_kind == Loop::Open;
    let fit = open.then(|| FitSummary::from(&stats::fit(&mut gaps, &*plan.law)));
    let wall_ns = tally.last_done_ns.saturating_sub(start.as_nanos());
    let findings = judge(&Circumstances {
        plan,
        tally: &tally,
        fit: fit.as_ref(),
        start_ns: start.as_nanos(),
        wall_ns,
        cpu_ns,
        cores,
        hosts: &job.usages(),
        cut,
        open_limit: room.share,
        was_cut_short: job.is_cut_short(),
        left_behind: job.left_behind(),
    });
    let figures = summary(&job, &room, &tally);
    let summary = LoadSummary {
        fit,
        cpu_ns,
        wall_ns,
        ..figures
    };
    let response = std::mem::take(&mut tally.response);
    Ok(Report {
        summary,
        findings,
        start,
        response,
    })
}

fn summary(job: &Job<'_>, room: &Room, tally: &Tally) -> LoadSummary {
    let plan = job.plan;
    LoadSummary {
        service: job.factory.name().to_owned(),
        target: plan.target.to_string(),
        workers: plan.workers.into(),
        asked: tally.asked(plan),
        client: plan.client.name().to_owned(),
        threads: room.seats.len() as u64,
        source_addresses: room.sources.count(),
        pipeline: plan.pipeline.into(),
        per_connection: plan.per_connection,
        lasting_ns: plan.lasting.map(|lasting| lasting.as_nanos() as u64),
        loop_kind: plan.loop_kind.name().to_owned(),
        law: LawSummary {
            name: plan.law.name().to_owned(),
            parameter: plan.parameter,
            mean_ns: plan.law.mean() * 1e9,
        },
        seed: plan.seed,
        outcomes: tally.outcomes.clone(),
        wrong: tally.wrong.clone(),
        connect: Series::with_histogram(&tally.connect),
        greeting: Series::with_histogram(&tally.greeting),
        service_time: Series::with_histogram(&tally.service),
        response_time: Series::with_histogram(&tally.response),
        lateness: Series::with_histogram(&tally.lateness),
        sent_gaps: Series::with_histogram(&tally.sent_gaps),
        ..LoadSummary::default()
    }
}

/// When the workers started, and what they took.
struct Span {
    start: Tick,
    cpu_ns: u64,
}

/// Where the hosts and the thread that made them meet.
struct Gate {
    waiter: Thread,
    hosts: u32,
    ready: AtomicU32,
    ended: AtomicU32,
    /// What kept the first host from being made that was not.
    refused: Mutex<Option<LoadError>>,
    /// The common start; none when there will not be one.
    start: OnceLock<Option<Tick>>,
}

impl Gate {
    /// One more in `count`; the last wakes whoever waits.
    fn arrive(&self, count: &AtomicU32) {
        if count.fetch_add(1, Ordering::SeqCst) + 1 == self.hosts {
            self.waiter.unpark();
        }
    }

    fn all_ready(&self) -> bool {
        // A host that ends before the start has panicked.
        let ended = self.ended.load(Ordering::SeqCst);
        self.ready.load(Ordering::SeqCst) + ended >= self.hosts
    }

    fn all_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst) >= self.hosts
    }
}

/// Arrives when a host ends, be it by a panic, which the scope of the threads then hands on.
struct Leaving<'a>(&'a Gate);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.arrive(&self.0.ended);
    }
}

fn run_hosts(job: &Job<'_>, seats: &[Seat]) -> Result<Span, LoadError> {
    let hosts = u32::try_from(seats.len()).expect("there are no more hosts than workers");
    let gate = Gate {
        waiter: thread::current(),
        hosts,
        ready: AtomicU32::new(0),
        ended: AtomicU32::new(0),
        refused: Mutex::new(None),
        start: OnceLock::new(),
    };
    let asked = job.plan.asked();
    thread::scope(|scope| {
        for (seat, index) in seats.iter().zip(0..) {
            let builder = thread::Builder::new().name(format!("load-{index}"));
            let gate = &gate;
            let work = move || work(job, seat, gate);
            if let Err(reason) = builder.stack_size(STACK_BYTES).spawn_scoped(scope, work) {
                let _ = gate.start.set(None);
                let (workers, started) = (job.plan.workers, seat.workers.start);
                return Err(LoadError::Threads {
                    workers,
                    started,
                    reason,
                });
            }
        }
        while !gate.all_ready() {
            thread::park_timeout(PROGRESS);
        }
        if let Some(error) = gate.refused.lock().ok().and_then(|mut first| first.take()) {
            let _ = gate.start.set(None);
            return Err(error);
        }
        let cpu_before_ns = processor_time_ns(Whose::Process);
        let start = job.clock.now() + LEAD + LEAD_PER_HOST * hosts;
        let _ = gate.start.set(Some(start));
        while !gate.all_ended() {
            job.watcher.on_progress(job.ended(), asked);
            thread::park_timeout(PROGRESS);
        }
        job.watcher.on_progress(job.ended(), asked);
        let cpu_ns = processor_time_ns(Whose::Process).saturating_sub(cpu_before_ns);
        Ok(Span { start, cpu_ns })
    })
}

fn work(job: &Job<'_>, seat: &Seat, gate: &Gate) {
    let _leaving = Leaving(gate);
    let host = match Host::prepare(job, seat) {
        Ok(host) => Some(host),
        Err(error) => {
            if let Ok(mut first) = gate.refused.lock() {
                first.get_or_insert(error);
            }
            None
        }
    };
    gate.arrive(&gate.ready);
    if let (Some(host), Some(start)) = (host, *gate.start.wait()) {
        host.run(start);
    }
}

/// How often the watcher hears of progress.
const PROGRESS: Duration = Duration::from_millis(100);
/// From the last host's word that it is ready to the common start.
const LEAD: Duration = Duration::from_millis(2);
/// What it takes two cores to wake a thread and put it to sleep again, with room to spare: a host
/// that hears of the start after it would be late.
const LEAD_PER_HOST: Duration = Duration::from_micros(20);
/// A host's own frames are small, but it calls the watcher, which writes files.
const STACK_BYTES: usize = 256 * 1024;
