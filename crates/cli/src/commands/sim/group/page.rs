//! The page of simulated groups: the numbers of all runs, and a picture of the promise that one of them broke.

use std::fs;

use anyhow::Result;
use history::{RunFolder, Summary, Verdict};
use verdict::{GroupCondition, GroupJudgement};

use super::TRACE;

/// Draws the page of a run that lies on disk again.
///
/// # Errors
/// When its log cannot be read, or the folder cannot be written to.
pub fn again(folder: &RunFolder, summary: &Summary) -> Result<()> {
    let path = folder.file(TRACE);
    let text = match path.exists() {
        true => fs::read_to_string(&path)?,
        false => String::new(),
    };
    folder.write("report.html", &of(summary, &text)?)?;
    Ok(())
}

/// The page of a run in which a promise was broken, with the history of it as it is written: where logs show that promise, the
/// page shows how it was broken. An empty history for runs without.
///
/// # Errors
/// When it is no history.
pub fn of(summary: &Summary, history: &str) -> Result<String> {
    let source = trace::Source {
        name: TRACE,
        text: history.as_bytes(),
    };
    let logs = match history {
        "" => Vec::new(),
        _ => trace::read(&[source], &trace::Options::default())?,
    };
    let Some(log) = logs.first() else {
        return Ok(report::html(summary, &[]));
    };
    let failure = summary.sim.as_ref().and_then(|sim| sim.failure.as_ref());
    let condition = failure.and_then(|failure| GroupCondition::named(&failure.condition));
    let conditions: Vec<&GroupCondition> = condition.into_iter().collect();
    let judged = GroupJudgement::all(log, &conditions);
    let broken = judged.iter().filter(|one| one.verdict == Verdict::Invalid);
    let broken: Vec<&GroupJudgement> = broken.collect();
    Ok(report::html_of_groups(summary, log, &broken))
}
