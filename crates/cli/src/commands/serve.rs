//! `wharf serve`: one service under one concurrency model, until it is told to stop.

mod result;

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use history::{Finding, Kind, Verdict};
use run::{EventFile, Observer, Run, Shards, Stop, Tee, stop_on_signals};
use serde_json::json;
use serve::{Bound, Model};
use services::ServiceEntry;
use timing::SystemClock;

use crate::{
    args::ServeArgs,
    lists,
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
    let limits = args.limits.limits();
    let mut dialect = args.dialect.apply((entry.dialect)());
    dialect.request_bytes = limits.request_bytes;
    let service = (entry.service)(&dialect);

    let port = args.port.or(args.positional_port).unwrap_or(entry.port);
    let bound = serve::bind(&args.address, port, args.limits.backlog)?;
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    run::make_punctual();

    let clock = SystemClock::start();
    let name = format!("serve {} {}", entry.name, model.name());
    let begun = Begun::new(Kind::Serve, &name, &args.folder, &clock)?;
    begun.write_plan(&plan(args, entry, model, &bound))?;
    let transcript = Transcript::new(Wording::of(entry.name, model.is_iterative()), args.verbose);
    let files = event_files(args, &begun)?;
    let mut observers: Vec<&dyn Observer> =
        files.iter().map(|file| file as &dyn Observer).collect();
    if !args.quiet {
        observers.push(&transcript);
    }
    let shards = Shards::new(model.slots(&limits), service.shared_words())
        .context("cannot map the memory that workers share; lower --max-workers")?;
    announce(args, &bound, &transcript)?;
    let run = Run {
        clock: &clock,
        stop: &stop,
        limits: &limits,
        shards: &shards,
        observer: &Tee(observers),
    };
    let address = bound.address.to_string();
    let served = model.serve(bound.listener, &*service, &run);
    run.observer.flush();
    if !args.quiet {
        transcript.terminating();
    }
    let broken = files.iter().any(EventFile::is_broken);
    let summary = result::summarise(&shards.totals(), &*service, model, &address, &clock);
    finish(args, begun, summary, served.err(), broken, &clock)
}

/// Prints the two averages of the classic lab program, then everything.
fn finish(
    args: &ServeArgs,
    mut begun: Begun,
    summary: history::ServeSummary,
    error: Option<serve::ServeError>,
    broken: bool,
    clock: &SystemClock,
) -> Result<Verdict> {
    say::result(&result::averages(&summary));
    if let Some(path) = &args.summary_file {
        fs::write(path, serde_json::to_string(&summary)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut findings = result::findings(&summary);
    if broken {
        let text = "events.jsonl is not whole: the disk is full or gone";
        findings.push(Finding::new(Verdict::Unknown, text));
    }
    if let Some(error) = error {
        findings.push(Finding::new(
            Verdict::Unknown,
            format!("the server ended early: {error}"),
        ));
    }
    begun.summary.serve = Some(summary);
    let verdict = begun.conclude(findings, &[], clock);
    // A server that was told to stop has done its work, whatever its clients did.
    Ok(match verdict {
        Verdict::Unknown => Verdict::Unknown,
        _ => Verdict::Valid,
    })
}

fn event_files(args: &ServeArgs, begun: &Begun) -> Result<Vec<EventFile>> {
    let recorded = begun
        .folder()
        .filter(|_| args.record)
        .map(|folder| folder.file("events.jsonl"));
    let paths = recorded.into_iter().chain(args.events_file.clone());
    paths.map(|path| create(&path)).collect()
}

fn create(path: &Path) -> Result<EventFile> {
    EventFile::create(path).with_context(|| format!("cannot write {}", path.display()))
}

fn announce(args: &ServeArgs, bound: &Bound, transcript: &Transcript) -> Result<()> {
    if !args.quiet {
        transcript.ready(bound.address);
        let address = bound.address;
        say::talk(&format!(
            "listening on {address} (^C ends it and prints the statistics)"
        ));
    }
    let Some(path) = &args.ready_file else {
        return Ok(());
    };
    let text = json!({ "address": bound.address.to_string(), "pid": std::process::id() });
    let part = path.with_extension("part");
    fs::write(&part, text.to_string())
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn plan(
    args: &ServeArgs,
    entry: &ServiceEntry,
    model: &dyn Model,
    bound: &Bound,
) -> serde_json::Value {
    json!({
        "command": "serve",
        "service": entry.name,
        "model": model.name(),
        "address": bound.address.to_string(),
        "backlog": bound.backlog,
        "limits": format!("{:?}", args.limits.limits()),
        "dialect": format!("{:?}", args.dialect.apply((entry.dialect)())),
        "record": args.record,
    })
}
