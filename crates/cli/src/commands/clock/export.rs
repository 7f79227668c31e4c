//! `wharf clock export`: logs in another tool's form.

use anyhow::{Result, bail};
use history::Verdict;
use report::counted;
use trace::FlawKind;

use super::{
    judged::{self, Judged},
    logs,
};
use crate::{args::ExportArgs, lists, say, whole_file};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, the form is one that is only read, or the file is there or cannot be written.
pub fn run(args: &ExportArgs) -> Result<Verdict> {
    let form = lists::form(&args.written_as)?;
    let Some(write) = form.write else {
        bail!(
            "logs of the form {} are read and not written; try --as shiviz",
            form.name
        );
    };
    let executions = logs::read(&args.logs)?.executions;
    let judged: Vec<Judged> = executions
        .into_iter()
        .map(|log| Judged::new(log, &[]))
        .collect();
    if form.name != "wharf" && judged.iter().any(|one| !one.order.has_all_vectors()) {
        bail!(
            "the log has too many events and hosts: a vector for each event would take more than 512 MiB; export a part \
             of it, or `--as wharf`, which needs none"
        );
    }
    let text = judged::written(&judged.iter().collect::<Vec<_>>(), write);
    match &args.out {
        None => say::result(&text),
        Some(path) => {
            whole_file::write(path, &text, args.force)?;
            say::talk(&format!("written: {}", path.display()));
        }
    }
    for change in changes(&judged, form.name) {
        say::talk(&format!("note: {change}"));
    }
    Ok(Verdict::Valid)
}

/// What the export has more or less than the logs.
fn changes(judged: &[Judged], form: &str) -> Vec<String> {
    let mut changes = Vec::new();
    let in_none = |log: &trace::Log| {
        let left_out = log.flaws.iter().filter(|flaw| is_left_out(flaw.kind));
        left_out.count() as u64 + log.flaws_left_out
    };
    match judged.iter().map(|one| in_none(&one.log)).sum() {
        0 => {}
        left_out => changes.push(format!(
            "{} of the logs could not be read, or not wholly, and what could not be read is not in the export; \
             `wharf clock order` names each",
            counted(left_out, "place")
        )),
    }
    let events = |one: &Judged| one.log.events.len() - one.order.sequence().len();
    match judged.iter().map(events).sum() {
        0 => {}
        dropped => changes.push(format!(
            "{} in a circle of causes, and what follows from them, cannot have happened and cannot be written in this form: \
             left out",
            counted(dropped as u64, "event")
        )),
    }
    match form {
        "govector" => {
            let hosts = judged.iter().map(|one| one.log.hosts.len() as u64).sum();
            changes.push(format!(
                "GoVector's logs begin each host with an event `Initialization Complete`: {} added, and all counts are one more",
                counted(hosts, "event")
            ));
        }
        "tsviz" => {
            let untimed = |one: &Judged| {
                let events = one.log.events.iter();
                events
                    .filter(|event| event.stamps.wall_ns.is_none())
                    .count() as u64
            };
            match judged.iter().map(untimed).sum() {
                0 => {}
                made_up => changes.push(format!(
                    "{} have no time in the logs; TSViz wants one, so they were given times that only keep the order",
                    counted(made_up, "event")
                )),
            }
        }
        _ => {}
    }
    changes
}

/// Whether such a flaw means that something of the log is in no event.
const fn is_left_out(kind: FlawKind) -> bool {
    matches!(
        kind,
        FlawKind::Unreadable | FlawKind::Truncated | FlawKind::TornLoss
    )
}
