//! `wharf serve`: one service under one concurrency model, until it is told to stop.

mod handover;
mod registered;
mod result;

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result};
use history::{Finding, Kind, Verdict};
use run::{Crew, EventFile, Observer, Run, Shards, Stop, Tee, stop_on_signals};
use serde_json::json;
use serve::{Bound, Model, ServeError, Terms};
use services::{Dialect, ServiceEntry};
use timing::SystemClock;

use self::{handover::Handover, registered::Registered};
use crate::{
    args::ServeArgs,
    descriptors, lists,
    run_folder::Begun,
    say,
    transcript::{Transcript, Wording},
};

/// Runs the command.
///
/// # Errors
/// When it cannot start: unknown names, a port that is taken.
pub fn run(args: &ServeArgs) -> Result<Verdict> {
    let entry = lists::service(&args.service)?;
    let model = lists::model(&args.model)?;
    let (limits, crew) = (args.limits.limits(), args.crew.crew());
    let mut dialect = args.dialect.apply((entry.dialect)());
    dialect.request_bytes = limits.request_bytes;
    let service = entry.service(&dialect);

    warn(args, entry, model);
    model.check()?;
    let handover = Handover::open(args)?;
    let raised = descriptors::raise(limits.connections as u64);
    if let Some(text) = raised.filter(|_| !args.quiet) {
        say::talk(&text);
    }
    let bound = listen(args, entry, &crew)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    run::make_punctual();

    let clock = SystemClock::start();
    let name = format!("serve {} {}", entry.name, model.name);
    let mut begun = Begun::new(Kind::Serve, &name, &args.folder, &clock)?;
    begun.write_plan(&plan(args, &dialect, entry, model, &bound))?;
    let transcript = Transcript::new(Wording::of(entry.name, model.is_iterative()), args.verbose);
    let recorded = begun.folder().filter(|_| args.record);
    let recorded = recorded.map(|folder| handover::create(&folder.file("events.jsonl")));
    let recorded = recorded.transpose()?;
    let files: Vec<&EventFile> = recorded.iter().chain(handover.events()).collect();
    let mut observers: Vec<&dyn Observer> = files.iter().map(|&file| file as _).collect();
    if !args.quiet {
        observers.push(&transcript);
    }
    let shards = Shards::new((model.slots)(&limits, &crew), service.shared_words())
        .context("cannot map the memory that workers share; lower --max-workers")?;
    let registered = Registered::begin(args, entry.name, model.name, bound.address)?;
    handover.ready(bound.address)?;
    if !args.quiet {
        transcript.ready(bound.address);
        ready(args, bound.address);
    }
    let run = Run {
        clock: &clock,
        stop: &stop,
        limits: &limits,
        crew: &crew,
        shards: &shards,
        observer: &Tee(observers),
    };
    let address = bound.address.to_string();
    let served = model.serve(bound.listener, &*service, &run);
    // Nobody should be sent here any more.
    drop(registered);
    run.observer.flush();
    if !args.quiet {
        transcript.terminating();
    }
    let summary = result::summarise(&shards.totals(), &*service, model, &address, &clock);
    say::result(&result::averages(&summary));
    let mut findings = result::findings(&summary);
    findings.extend(handover.result(&summary));
    findings.extend(shortcomings(&files, served.err()));
    begun.summary.serve = Some(summary);
    // A server that was told to stop has done its work, whatever its clients did.
    Ok(match begun.conclude(findings, &[], &clock) {
        Verdict::Unknown => Verdict::Unknown,
        Verdict::Valid | Verdict::Invalid => Verdict::Valid,
    })
}

/// Says where clients find it.
fn ready(args: &ServeArgs, address: SocketAddr) {
    let named = args.name.as_ref();
    let named = named.map_or(String::new(), |name| format!(", registered as {name}"));
    say::talk(&format!(
        "listening on {address}{named} (^C ends it and prints the statistics)"
    ));
}

/// Says which flags were given that mean nothing to the service or the model.
fn warn(args: &ServeArgs, entry: &ServiceEntry, model: &Model) {
    say::without_effect(entry.name, &args.dialect.without_effect(entry.name));
    let of_crew = args.crew.without_effect(model);
    let of_limits = args.limits.without_effect(model);
    say::without_effect(model.name, &[of_crew, of_limits].concat());
}

fn listen(args: &ServeArgs, entry: &ServiceEntry, crew: &Crew) -> Result<Bound, ServeError> {
    let port = args.port.or(args.positional_port).unwrap_or(entry.port);
    let terms = Terms {
        backlog: args.limits.backlog,
        sharing: crew.sharing,
    };
    serve::bind(&args.address, port, &terms)
}

/// What kept the run from being whole.
fn shortcomings(files: &[&EventFile], error: Option<ServeError>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if files.iter().any(|file| file.is_broken()) {
        let text = "the file of events is not whole: the disk is full or gone";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if let Some(error) = error {
        let text = format!("the server ended early: {error}");
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    findings
}

fn plan(
    args: &ServeArgs,
    dialect: &Dialect,
    entry: &ServiceEntry,
    model: &Model,
    bound: &Bound,
) -> serde_json::Value {
    json!({
        "command": "serve",
        "service": entry.name,
        "model": model.name,
        "address": bound.address.to_string(),
        "backlog": bound.backlog,
        "limits": format!("{:?}", args.limits.limits()),
        "dialect": format!("{dialect:?}"),
        "crew": format!("{:?}", args.crew.crew()),
        "record": args.record,
    })
}
