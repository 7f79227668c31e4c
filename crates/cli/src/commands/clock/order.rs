//! `wharf clock order`: logs judged and drawn.

use anyhow::Result;
use history::{ClockSummary, Finding, Kind, Verdict};
use serde_json::json;
use timing::{Clock as _, SystemClock};
use trace::EventId;

use super::{
    judged::Judged,
    logs,
    pages::{self, PAGES_MAX, Pages},
};
use crate::{args::OrderArgs, run_folder::Begun, whole_file};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, `--around` names no event, or something cannot be written.
pub fn run(args: &OrderArgs) -> Result<Verdict> {
    let clock = SystemClock::start();
    let began = clock.now();
    let mut logs = logs::read(&args.logs)?;
    let executions = logs.take_executions().into_iter();
    let judged = executions.map(|log| Judged::new(log, &logs.files));
    let executions: Vec<Judged> = judged.collect();
    let (main, around) = wanted(&executions, args.around.as_deref())?;
    let begun = Begun::new(Kind::Clock, "clock order", &args.folder, &clock)?;
    let mut begun = begun.since(began);
    let mut plan = logs.plan(&args.logs);
    plan["around"] = json!(args.around);
    begun.write_plan(&plan)?;
    let mut summary = logs.summary(&executions);
    // A picture that cannot be written is no reason to withhold the verdict.
    let pictured = match &args.svg {
        Some(path) => {
            let picture =
                executions[main].picture(&pages::title(&executions[main], &summary, main), around);
            whole_file::write(path, &picture, true)
        }
        None => Ok(()),
    };
    // Nor is a folder that is full.
    let mut drawn = Ok(());
    if let Some(folder) = begun.folder() {
        let command = &begun.summary.command;
        let pages = Pages {
            folder,
            command,
            main,
            around,
        };
        drawn = pages.write(&executions, &mut summary);
    }
    let findings = findings(&executions, &summary);
    begun.summary.clock = Some(summary);
    let verdict = begun.conclude_drawn(findings, args.json, &clock);
    pictured.and(drawn).map(|()| verdict)
}

/// Which execution is drawn as the run's page, and about which event: the first that has the event, else the gravest.
fn wanted(executions: &[Judged], around: Option<&str>) -> Result<(usize, Option<EventId>)> {
    let Some(name) = around else {
        return Ok((pages::gravest(executions), None));
    };
    let found = executions.iter().enumerate().find_map(|(at, execution)| {
        let event = execution.order.named(&execution.log, name)?;
        Some((at, Some(event)))
    });
    match found {
        Some(found) => Ok(found),
        None => Ok((0, Some(logs::event(&executions[0], name)?))),
    }
}

/// With several executions each finding says which it is about.
pub fn findings(executions: &[Judged], summary: &ClockSummary) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, execution) in executions.iter().enumerate() {
        let mut all: Vec<Finding> = execution.findings().collect();
        if executions.len() > 1 {
            let about = pages::about(&summary.executions[at], at);
            for finding in &mut all {
                finding.text.insert_str(0, &about);
            }
        }
        findings.extend(all);
    }
    if executions.len() > PAGES_MAX {
        let text = format!(
            "of {} executions {PAGES_MAX} are drawn; `--execution` with the name or number of another draws that",
            executions.len()
        );
        findings.push(Finding::new(Verdict::Valid, text));
    }
    findings
}
