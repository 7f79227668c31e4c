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
    let mut logs = Vec::new();
    if path.exists() {
        let text = fs::read(&path)?;
        let name = path.display().to_string();
        let source = trace::Source {
            name: &name,
            text: &text,
        };
        logs = trace::read(&[source], &trace::Options::default())?;
    }
    let page = match logs.first() {
        Some(log) => of(summary, log),
        None => report::html(summary, &[]),
    };
    folder.write("report.html", &page)?;
    Ok(())
}

/// The page of a run with a failure, of which this is the log: the broken promise is drawn, where it is one that logs show.
pub fn of(summary: &Summary, log: &trace::Log) -> String {
    let failure = summary.sim.as_ref().and_then(|sim| sim.failure.as_ref());
    let condition = failure.and_then(|failure| GroupCondition::named(&failure.condition));
    let conditions: Vec<&GroupCondition> = condition.into_iter().collect();
    let judged = GroupJudgement::all(log, &conditions);
    let broken = judged.iter().filter(|one| one.verdict == Verdict::Invalid);
    report::html_of_groups(summary, log, &broken.collect::<Vec<_>>())
}
