//! `wharf sim bench`: the services under the concurrency models, in virtual time, beside the arithmetic.
//!
//! Nothing is measured, so there is no run folder: the command line and its seed are all that it takes to have the same
//! numbers again.

mod print;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use history::Verdict;
use machine::{ClientFactory, Service};
use run::{CpuWork, Sharing};
use services::{Script, ServiceEntry};
use sim::clients::{Arithmetic, Costs, Ending, Figures, Load, Loop, Plan, Regime, Start, simulate};
use stats::{Law, LawEntry};
use timing::{Clock as _, SystemClock, Tick};

use crate::{
    args::{CrewArgs, SimBenchArgs, SimFormat},
    lists, say,
};

/// A model with a number of clients, and what came of it.
struct Point {
    /// As it was given, by its full name.
    model: String,
    clients: u64,
    figures: Figures,
    arithmetic: Option<Arithmetic>,
    /// Of the seed experiment, where this is one of its points.
    published_ns: Option<f64>,
}

/// Runs the command.
///
/// # Errors
/// When a service, a model or a law is none, or a setting is out of range or means nothing here.
pub fn run(args: &SimBenchArgs) -> Result<Verdict> {
    let subject = Subject::new(args)?;
    let models = args.models.iter().map(|text| model(text, args));
    let models = models.collect::<Result<Vec<_>>>()?;
    refuse_idle_costs(args, &models)?;
    let clock = SystemClock::start();
    let mut points = Vec::new();
    for (name, regime) in &models {
        for &clients in &args.clients.0 {
            let plan = plan(args, *regime, clients)?;
            let figures = simulate(&plan, &*subject.service, &*subject.factory)?;
            ensure!(
                figures.total < Tick::MAX.since(Tick::ZERO),
                "{name} with {clients} clients takes more than the 584 years that are counted: ask for fewer, or less"
            );
            points.push(Point {
                model: name.clone(),
                clients,
                figures,
                arithmetic: Arithmetic::of(&plan, &subject.load),
                published_ns: subject.published_ns(args, regime, clients),
            });
        }
    }
    say::result(&match args.format {
        SimFormat::Table => print::table(args, &subject.load, &points),
        SimFormat::Json => print::json(args, &points),
        SimFormat::Csv => print::csv(&points),
    });
    say::talk(&print::effort(&points, clock.now().as_secs_f64()));
    Ok(judged(&points))
}

/// What is simulated must be answered rightly, and agree with the arithmetic.
fn judged(points: &[Point]) -> Verdict {
    let mut verdict = Verdict::Valid;
    for point in points {
        let of = format!("{} with {} clients", point.model, point.clients);
        let figures = &point.figures;
        if let Some((expected, found)) = figures.wrong.first() {
            let shown = |bytes: &[u8]| report::visible(&String::from_utf8_lossy(bytes));
            let [expected, found] = [expected, found].map(|bytes| shown(bytes));
            say::talk(&format!(
                "invalid: {of}: expected {expected}, found {found}"
            ));
            verdict = Verdict::Invalid;
        }
        let arithmetic = point.arithmetic.as_ref();
        let exact = arithmetic.filter(|arithmetic| arithmetic.is_exact && figures.is_whole());
        if let Some(exact) = exact.filter(|exact| exact.total != figures.total) {
            let (total, must) = (figures.total, exact.total);
            say::talk(&format!(
                "invalid: {of}: {total:?}, and by arithmetic {must:?}"
            ));
            verdict = Verdict::Invalid;
        }
        let others = Ending::ALL.into_iter().skip(2);
        for ending in others.filter(|ending| figures.count(*ending) > 0) {
            let count = report::counted(figures.count(ending), "request");
            say::talk(&format!("{of}: {count} {}", ending.name()));
        }
    }
    verdict
}

/// Both halves of a service, and how long its requests take by their own nature.
struct Subject {
    service: Box<dyn Service>,
    factory: Box<dyn ClientFactory>,
    load: Load,
}

impl Subject {
    fn new(args: &SimBenchArgs) -> Result<Self> {
        let entry = lists::service(&args.service)?;
        let waits = [SLOW, WORK].contains(&entry.name);
        let calculates = [WORK, PRIMES].contains(&entry.name);
        ensure!(
            waits || args.task.is_none(),
            "--task means nothing to {}: its requests do not wait; {SLOW} and {WORK} do",
            entry.name
        );
        ensure!(
            calculates || args.costs.work.is_none(),
            "--work means nothing to {}: it hands out no calculations; {WORK} and {PRIMES} do; --read-cost is for any",
            entry.name
        );
        let wait = args.task.unwrap_or(match entry.name {
            SLOW => SEED_TASK,
            WORK => Duration::from_millis(1),
            _ => Duration::ZERO,
        });
        let script = script(entry, wait, args.seed);
        let factory = entry.clients(&script);
        Ok(Self {
            service: entry.service(&script.dialect),
            load: Load {
                exchange: factory.exchange(),
                wait,
                works: u32::from(calculates),
            },
            factory,
        })
    }

    fn published_ns(&self, args: &SimBenchArgs, regime: &Regime, clients: u64) -> Option<f64> {
        let is_seed = args.service == SLOW && self.load.wait == SEED_TASK && args.requests == 1;
        let published = report::published_completion_ns(regime.name, clients);
        published.filter(|_| is_seed)
    }
}

/// What clients say. The original programs' messages end with nothing, and a server finds their end by waiting for more;
/// except in the seed experiment they end with a line feed where that would be what is looked at.
fn script(entry: &ServiceEntry, wait: Duration, seed: u64) -> Script {
    let mut dialect = (entry.dialect)();
    dialect.task = wait;
    if ["tasks", "mean"].contains(&entry.name) {
        dialect.terminator = "lf".parse().expect("a terminator of this name");
    }
    let mut script = Script::seed(dialect);
    (script.wait, script.pause, script.seed) = (wait, Duration::ZERO, seed);
    // What a calculation costs is said by --work; this one is made for its answer.
    script.steps = 1;
    script
}

/// The model that `MODEL[:choice=value…]` names, as `wharf bench` takes it.
fn model(text: &str, args: &SimBenchArgs) -> Result<(String, Regime)> {
    let mut parts = text.split(':');
    let model = lists::model(parts.next().unwrap_or_default())?;
    let choices: Vec<&str> = parts.collect();
    let flags: Vec<String> = choices.iter().map(|choice| format!("--{choice}")).collect();
    let crew = CrewArgs::from_flags(&flags)
        .with_context(|| format!("cannot lay out the workers of `{text}`"))?;
    let idle = crew.without_effect(model);
    ensure!(
        idle.is_empty(),
        "{} means nothing to {}; `wharf models` tells what does",
        idle.join(", "),
        model.name
    );
    let crew = crew.crew();
    ensure!(
        crew.sharing == Sharing::Listener,
        "`{text}`: a listener for each worker is not simulated; leave `sharing` out"
    );
    let mut regime =
        Regime::by_name(model.name).with_context(|| format!("{} is not simulated", model.name))?;
    let own = regime.is_one_a_core().then_some(args.costs.cores);
    if let Some(size) = crew.size.and_then(|size| u32::try_from(size).ok()).or(own) {
        regime.workers = Some(size);
    }
    if regime.queue > 0 {
        regime.queue = u32::try_from(crew.queue).unwrap_or(u32::MAX);
    }
    regime.offload = crew.cpu_work == CpuWork::Offloaded;
    Ok(([&[model.name], &choices[..]].concat().join(":"), regime))
}

/// A cost that no model of the comparison has is a mistake.
fn refuse_idle_costs(args: &SimBenchArgs, models: &[(String, Regime)]) -> Result<()> {
    let makes = |start| models.iter().any(|(_, regime)| regime.start == start);
    let given = [
        (args.costs.thread_cost, "--thread-cost", Start::Thread),
        (args.costs.process_cost, "--process-cost", Start::Process),
    ];
    for (cost, flag, start) in given {
        ensure!(
            cost.is_none() || makes(start),
            "{flag} means nothing to these models: none makes one for each connection; leave it out, or add one to -m"
        );
    }
    Ok(())
}

fn plan(args: &SimBenchArgs, regime: Regime, clients: u64) -> Result<Plan> {
    let none = stats::by_name("deterministic").expect("the law is listed");
    let arrivals = args
        .arrivals
        .as_ref()
        .map(|arrivals| (arrivals.law, arrivals.parameter));
    let gaps = lists::law(&args.dist)?;
    let parameter = match (args.param, gaps.name == none.name) {
        (Some(parameter), _) => parameter,
        (None, true) => 0.0,
        (None, false) => anyhow::bail!("--dist {} needs its parameter: add -p", args.dist),
    };
    let arrivals = arrivals.unwrap_or((none, 0.0));
    let costs = &args.costs;
    Ok(Plan {
        arrivals: law(arrivals.0, arrivals.1)?,
        requests: args.requests,
        gaps: law(gaps, parameter)?,
        loop_kind: match args.closed {
            true => Loop::Closed,
            false => Loop::Open,
        },
        latency: args.latency,
        backlog: args.backlog,
        when_full: args.overflow,
        connect_timeout: args.connect_timeout,
        cores: costs.cores,
        slice: costs.slice,
        costs: Costs {
            accept: costs.accept_cost,
            thread: costs.thread_cost.unwrap_or_default(),
            process: costs.process_cost.unwrap_or_default(),
            read: costs.read_cost,
            work: costs.work.unwrap_or_default(),
            switch: costs.switch_cost,
        },
        seed: args.seed,
        ..Plan::burst(regime, u32::try_from(clients)?)
    })
}

fn law(entry: &LawEntry, parameter: f64) -> Result<Arc<dyn Law + Send + Sync>> {
    Ok(Arc::from((entry.build)(parameter)?))
}

const SLOW: &str = "slow-reverse";
const WORK: &str = "work";
const PRIMES: &str = "primes";
/// Of the seed experiment (CS331 tutorial 1, part 2).
const SEED_TASK: Duration = Duration::from_secs(3);
