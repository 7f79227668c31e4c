//! `wharf clock order`: logs judged and drawn.

use std::fs;

use anyhow::{Context as _, Result};
use history::{ClockSummary, Finding, Kind, Verdict};
use serde_json::json;
use timing::{Clock as _, SystemClock};

use super::{
    judged::Judged,
    logs,
    pages::{self, PAGES_MAX, Pages},
};
use crate::{args::OrderArgs, run_folder::Begun};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, `--around` names no event, or something cannot be written.
pub fn run(args: &OrderArgs) -> Result<Verdict> {
    let clock = SystemClock::start();
    let began = clock.now();
    let logs = logs::read(&args.logs)?;
    let executions: Vec<Judged> = logs.executions.into_iter().map(Judged::new).collect();
    let around = args.around.as_deref();
    let around = around.map(|event| logs::event(&executions[0], event));
    let around = around.transpose()?;
    let begun = Begun::new(Kind::Clock, "clock order", &args.folder, &clock)?;
    let mut begun = begun.since(began);
    begun.write_plan(&json!({
        "files": logs.files,
        "form": logs.form.name,
        "parser": args.logs.parser,
        "delimiter": args.logs.delimiter,
        "execution": args.logs.execution,
        "around": args.around,
    }))?;
    let numbers = executions.iter().map(|one| one.summary(&logs.files));
    let mut summary = ClockSummary {
        form: logs.form.name.to_owned(),
        executions: numbers.collect(),
        files: logs.files,
    };
    if let Some(path) = &args.svg {
        let picture = executions[0].picture(&pages::title(&summary, 0), around);
        fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(folder) = begun.folder() {
        let command = &begun.summary.command;
        let pages = Pages {
            folder,
            command,
            around,
        };
        pages.write(&executions, &mut summary)?;
    }
    begun.summary.clock = Some(summary);
    Ok(begun.conclude_drawn(findings(&executions), args.json, &clock))
}

/// With several executions each finding says which it is about.
fn findings(executions: &[Judged]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, execution) in executions.iter().enumerate() {
        let mut all: Vec<Finding> = execution.findings().collect();
        if executions.len() > 1 {
            let about = pages::about(&execution.log.name, at);
            for finding in &mut all {
                finding.text.insert_str(0, &about);
            }
        }
        findings.extend(all);
    }
    if executions.len() > PAGES_MAX {
        let text = format!(
            "of {} executions the first {PAGES_MAX} are drawn; --execution NAME draws another",
            executions.len()
        );
        findings.push(Finding::new(Verdict::Valid, text));
    }
    findings
}
