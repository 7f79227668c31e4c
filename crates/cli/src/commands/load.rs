//! `wharf load`: workers that send on schedule to a server, and check every answer.

mod voice;
mod watch;

use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use history::{Finding, Kind, Verdict};
use load::{Client, LoadError, Loop, Plan};
use machine::Exchange;
use run::{Stop, stop_on_signals};
use serde_json::json;
use services::{Script, ServiceEntry, work::LONGEST_WAIT};
use timing::SystemClock;
use wire::Ending;

use self::{voice::Voice, watch::Watch};
use crate::{
    args::{ClientArg, LoadArgs},
    lists, names,
    run_folder::Begun,
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot start: unknown names, values out of range, a server that cannot be reached.
pub fn run(args: &LoadArgs) -> Result<Verdict> {
    let entry = lists::service(&args.service)?;
    let script = script(args, entry)?;
    let plan = plan(args, entry, &script)?;
    plan.check()?;
    plan.check_exchange(entry.clients(&script).exchange())?;
    if args.client.is_none() && plan.client == Client::EventLoops {
        say::talk(&format!(
            "{} workers run in event loops (--client async), being more than {THREADS_BY_DEFAULT}",
            plan.workers
        ));
    }
    say::without_effect(entry.name, &args.without_effect());
    if may_merge(entry, &script, &plan) {
        say::talk(
            "warning: bare requests that are closer than the server's quiet time may be taken for one: \
             end them with --terminator lf, or wait for each answer with --closed",
        );
    }
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;

    let clock = SystemClock::start();
    let mut begun = Begun::new(
        Kind::Load,
        &format!("load {}", entry.name),
        &args.folder,
        &clock,
    )?;
    begun.write_plan(&settings(args, &plan))?;
    let voice = Voice::of(entry.name, args);
    let watch = Watch::new(voice, begun.folder(), &plan)?;
    let factory = entry.clients(&script);
    let driven = load::drive(&plan, &*factory, &clock, &stop, &watch);
    let (samples, is_broken) = watch.finish();
    let report = match driven {
        Ok(report) => report,
        Err(error @ LoadError::Unreachable { .. }) => {
            let why = Finding::new(Verdict::Unknown, error.to_string());
            begun.keep(vec![why], &clock);
            return Err(error.into());
        }
        Err(error) => return Err(error.into()),
    };
    let mut findings = report.findings;
    if entry.name == "mean" {
        let text =
            "a mean depends on what others sent: that it is a finite number is all that is checked";
        findings.push(Finding::new(Verdict::Valid, text));
    }
    if is_broken {
        let text = "samples.csv is not whole: the disk is full or gone";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if let Some(folder) = begun.folder() {
        folder.write("latency.hgrm", &report.response.histogram().to_hgrm(1e6))?;
    }
    begun.summary.load = Some(report.summary);
    Ok(begun.conclude(findings, &samples, &clock))
}

/// Whether requests that end with nothing may follow each other before the server can tell them apart.
fn may_merge(entry: &ServiceEntry, script: &Script, plan: &Plan) -> bool {
    let is_bare = script.dialect.terminator.request() == Ending::Bare;
    let is_close = plan.law.mean() < 4.0 * script.dialect.quiet.as_secs_f64();
    let follows = plan.loop_kind == Loop::Open && plan.intervals > 1 && is_close;
    entry.name == "tasks" && is_bare && (follows || plan.pipeline > 1)
}

fn script(args: &LoadArgs, entry: &ServiceEntry) -> Result<Script> {
    let mut script = Script::seed(args.dialect.apply((entry.dialect)()));
    script.text = args.text.clone().unwrap_or_default();
    script.request_bytes = args.bytes.unwrap_or(0);
    script.values = args
        .value
        .map_or_else(|| args.values.clone(), |value| vec![value]);
    script.pause = args.wait.unwrap_or(script.pause);
    script.wait = args.wait.unwrap_or(script.wait);
    script.steps = args.steps.unwrap_or(script.steps);
    script.seed = args.seed;
    if let Some(value) = script.values.iter().find(|value| !value.is_finite()) {
        bail!("`{value}` is no finite number; a mean takes finite ones");
    }
    if entry.name == "work" && script.wait > LONGEST_WAIT {
        bail!("--wait: a request of `work` waits for 1 h at most; give less");
    }
    Ok(script)
}

fn plan(args: &LoadArgs, entry: &ServiceEntry, script: &Script) -> Result<Plan> {
    let exchange = entry.clients(script).exchange();
    let (intervals, parameter) = match exchange {
        Exchange::Session => (10, 0.1),
        Exchange::OneShot => (1, 0.0),
    };
    let law = lists::law(args.dist.as_deref().unwrap_or("d"))?;
    let parameter = match (&args.dist, args.param) {
        (_, Some(parameter)) => parameter,
        (None, None) => parameter,
        (Some(given), None) => bail!(
            "distribution `{given}` needs its parameter: give -p, the {}",
            law.parameter
        ),
    };
    let mut plan = Plan::new(target(args, entry)?, law, parameter)?;
    plan.workers = args.workers;
    plan.client = match args.client {
        Some(ClientArg::Threads) => Client::Threads,
        Some(ClientArg::Async) => Client::EventLoops,
        None if plan.workers > THREADS_BY_DEFAULT => Client::EventLoops,
        None => Client::Threads,
    };
    if args.lasting.is_some() && args.intervals.is_none() && !args.closed && plan.law.mean() == 0.0
    {
        bail!(
            "--for without gaps asks for requests without end at one instant: give the gap with -p, their \
             number with -n, or --closed to send each when the one before is answered"
        );
    }
    plan.lasting = args.lasting;
    plan.pipeline = args.pipeline;
    plan.per_connection = args.per_connection;
    plan.intervals = match (args.intervals, args.lasting) {
        (Some(intervals), _) => intervals,
        (None, Some(_)) => Plan::INTERVALS_MAX,
        (None, None) => intervals,
    };
    plan.loop_kind = if args.closed {
        Loop::Closed
    } else {
        Loop::Open
    };
    plan.seed = args.seed;
    plan.connect_timeout = args.connect_timeout;
    plan.reply_timeout = args.timeout;
    Ok(plan)
}

fn target(args: &LoadArgs, entry: &ServiceEntry) -> Result<SocketAddr> {
    let named = names::locate(args.target.as_deref().unwrap_or(&args.server))?;
    let (host, port) = match (&named, &args.target) {
        (Some((host, port)), _) => (host.as_str(), args.port.or(*port).unwrap_or(entry.port)),
        (None, None) => (args.server.as_str(), args.port.unwrap_or(entry.port)),
        (None, Some(target)) => {
            let (host, port) = target
                .rsplit_once(':')
                .with_context(|| format!("`{target}` is no HOST:PORT, such as 127.0.0.1:8081"))?;
            let port = port
                .parse()
                .with_context(|| format!("`{port}` is no port"))?;
            (host.trim_matches(['[', ']']), port)
        }
    };
    let resolved = (host, port).to_socket_addrs();
    let mut addresses = resolved.with_context(|| {
        format!("cannot resolve `{host}`; give an IP address or the name of a host")
    })?;
    addresses
        .next()
        .with_context(|| format!("`{host}` has no address"))
}

fn settings(args: &LoadArgs, plan: &Plan) -> serde_json::Value {
    json!({
        "command": "load",
        "service": args.service,
        "target": plan.target.to_string(),
        "workers": plan.workers,
        "client": plan.client.name(),
        "pipeline": plan.pipeline,
        "per_connection": plan.per_connection,
        "lasting_ms": plan.lasting.map(|lasting| lasting.as_millis()),
        "intervals": plan.intervals,
        "law": plan.law.name(),
        "parameter": plan.parameter,
        "loop": plan.loop_kind.name(),
        "seed": plan.seed,
        "connect_timeout_ms": plan.connect_timeout.as_millis(),
        "reply_timeout_ms": plan.reply_timeout.as_millis(),
    })
}

/// As many threads as a machine of today starts and wakes in a few milliseconds.
const THREADS_BY_DEFAULT: u32 = 1000;
