//! `wharf verdict`: what a group promised, judged from the histories of its members.
//!
//! ```text
//!   files ─▶ trace reads ─▶ Log ─▶ verdict: GROUP_CONDITIONS ─▶ a table with witnesses, and the diagram around the first
//! ```

use ::verdict::{GROUP_CONDITIONS, GroupCondition};
use anyhow::Result;
use history::{ClockSummary, Kind, Verdict};
use serde_json::json;
use timing::{Clock as _, SystemClock};

use super::clock::{
    judged::Judged,
    logs,
    order::findings,
    pages::{self, Pages},
};
use crate::{args::VerdictArgs, lists, run_folder::Begun};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, an expected condition is none, or something cannot be written.
pub fn run(args: &VerdictArgs) -> Result<Verdict> {
    let clock = SystemClock::start();
    let began = clock.now();
    let expected = expected(args)?;
    let logs = logs::read(&args.logs)?;
    let executions = logs.executions.into_iter();
    let executions: Vec<Judged> = executions
        .map(|log| Judged::of_group(log, &expected))
        .collect();
    let begun = Begun::new(Kind::Verdict, "verdict", &args.folder, &clock)?;
    let mut begun = begun.since(began);
    begun.write_plan(&json!({
        "files": logs.files,
        "form": logs.form.name,
        "parser": args.logs.parser,
        "delimiter": args.logs.delimiter,
        "execution": args.logs.execution,
        "expect": expected.iter().map(|one| one.name).collect::<Vec<_>>(),
    }))?;
    let numbers = executions.iter().map(|one| one.summary(&logs.files));
    let mut summary = ClockSummary {
        form: logs.form.name.to_owned(),
        executions: numbers.collect(),
        files: logs.files,
    };
    // A folder that is full is no reason to withhold the verdict.
    let mut drawn = Ok(());
    if let Some(folder) = begun.folder() {
        let pages = Pages {
            folder,
            command: &begun.summary.command,
            main: pages::gravest(&executions),
            around: None,
        };
        drawn = pages.write(&executions, &mut summary);
    }
    let findings = findings(&executions, &summary);
    begun.summary.clock = Some(summary);
    let verdict = begun.conclude_drawn(findings, args.json, &clock);
    drawn.map(|()| verdict)
}

/// The conditions that count.
fn expected(args: &VerdictArgs) -> Result<Vec<&'static GroupCondition>> {
    match args.expect.is_empty() {
        true => Ok(GROUP_CONDITIONS.iter().collect()),
        false => {
            let names = args.expect.iter();
            names.map(|name| lists::group_condition(name)).collect()
        }
    }
}
