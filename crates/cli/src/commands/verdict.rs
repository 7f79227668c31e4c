//! `wharf verdict`: what a group promised, judged from the histories of its members.
//!
//! ```text
//!   files ─▶ trace reads ─▶ Log ─▶ verdict: GROUP_CONDITIONS ─▶ a table with witnesses, and the diagram around the first
//! ```

mod ended;
mod expected;

use anyhow::Result;
use history::{Kind, Verdict};
use serde_json::json;
use timing::{Clock as _, SystemClock};

pub use self::expected::{Expected, SaidBy};
use super::clock::{
    judged::Judged,
    logs,
    order::findings,
    pages::{self, Pages},
};
use crate::{args::VerdictArgs, run_folder::Begun};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, an expected condition is none, or something cannot be written.
pub fn run(args: &VerdictArgs) -> Result<Verdict> {
    let clock = SystemClock::start();
    let began = clock.now();
    let flags = expected::of_flags(&args.expect)?;
    let mut logs = logs::read(&args.logs)?;
    let (mut executions, mut expect) = (Vec::new(), Vec::new());
    let mut all = logs.take_executions();
    ended::by_word(&mut all, &args.crashed)?;
    for log in all {
        let expected = Expected::of(&flags, &log, &logs.files)?;
        expect.push(expected.names());
        executions.push(Judged::of_group(log, &expected, &logs.files));
    }
    // A folder that is full, or cannot be made, is no reason to withhold the verdict.
    let (begun, kept) = Begun::new_or_unkept(Kind::Verdict, "verdict", &args.folder, &clock)?;
    let mut begun = begun.since(began);
    let mut plan = logs.plan(&args.logs);
    plan["expect"] = json!(expect);
    plan["crashed"] = json!(args.crashed);
    let planned = begun.write_plan(&plan);
    let mut summary = logs.summary(&executions);
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
    kept.and(planned).and(drawn).map(|()| verdict)
}
