//! The pages of judged executions, and the logs beside them from which they can be drawn again.

use ::verdict::GroupCondition;
use anyhow::Result;
use history::{ClockSummary, Execution, Finding, Kind, RunFolder, Summary, Verdict};
use report::Listed;
use trace::{EventId, Options, Source};

use super::{
    judged::{self, Judged},
    logs::TRACE,
};
use crate::commands::verdict::Expected;

/// What is drawn, and where it goes.
pub struct Pages<'a> {
    /// The run's folder.
    pub folder: &'a RunFolder,
    /// The command that read the logs.
    pub command: &'a str,
    /// Which execution `report.html` draws.
    pub main: usize,
    /// The event that is shown first there.
    pub around: Option<EventId>,
}

impl Pages<'_> {
    /// Writes a page and a log for the first executions and the main one, and notes the pages' names in the summary.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, executions: &[Judged], summary: &mut ClockSummary) -> Result<()> {
        name_pages(summary, self.main);
        for (at, execution) in executions.iter().enumerate() {
            if summary.executions[at].page.is_none() {
                continue;
            }
            self.folder
                .write(&numbered(TRACE, at), &judged::kept(execution))?;
            self.draw(execution, summary, at)?;
        }
        Ok(())
    }

    fn draw(&self, execution: &Judged, summary: &ClockSummary, at: usize) -> Result<()> {
        let around = self.around.filter(|_| at == self.main);
        let listed = listed(summary, at);
        let title = title(execution, summary, at);
        let page = execution.page(&title, self.command, around, &listed);
        let file = summary.executions[at].page.as_deref();
        self.folder.write(file.unwrap_or(MAIN), &page)?;
        Ok(())
    }
}

/// The execution that a reader wants to see first: the first of those with the gravest verdict.
pub fn gravest(executions: &[Judged]) -> usize {
    let all = executions.iter().enumerate();
    let gravest = all.min_by_key(|(_, execution)| execution.verdict());
    gravest.map_or(0, |(at, _)| at)
}

/// Says which executions have a page, and what it is called: the main one's is called as every run's.
fn name_pages(summary: &mut ClockSummary, main: usize) {
    let mut left = PAGES_MAX - 1;
    for (at, execution) in summary.executions.iter_mut().enumerate() {
        execution.page = match at == main {
            true => Some(MAIN.to_owned()),
            false if left > 0 => {
                left -= 1;
                Some(format!("report-{}.html", at + 1))
            }
            false => None,
        };
    }
}

/// All executions, for the page of one of them; nothing where it is the only one.
fn listed(summary: &ClockSummary, this: usize) -> Vec<Listed> {
    if summary.executions.len() < 2 {
        return Vec::new();
    }
    let all = summary.executions.iter().enumerate();
    all.map(|(at, execution)| Listed {
        name: execution.called(at),
        verdict: execution.verdict.unwrap_or(Verdict::Unknown),
        events: execution.events,
        page: execution.page.clone(),
        is_this: at == this,
    })
    .collect()
}

/// Draws the pages of a run that lies on disk again.
///
/// # Errors
/// When its logs cannot be read, or the folder cannot be written to.
pub fn again(folder: &RunFolder, summary: &Summary) -> Result<()> {
    let Some(clock) = &summary.clock else {
        return Ok(());
    };
    let all = || clock.executions.iter().enumerate();
    let main = all().find(|(_, one)| one.page.as_deref() == Some(MAIN));
    let pages = Pages {
        folder,
        command: &summary.command,
        main: main.map_or(0, |(at, _)| at),
        around: None,
    };
    for (at, _) in all().filter(|(_, one)| one.page.is_some()) {
        let path = folder.file(&numbered(TRACE, at));
        let text = std::fs::read(&path)?;
        let name = path.display().to_string();
        let source = Source {
            name: &name,
            text: &text,
        };
        let logs = trace::read(&[source], &Options::default())?;
        for log in logs.into_iter().take(1) {
            let mut judged = match summary.kind {
                Kind::Verdict => {
                    let expected = Expected::again(expected(&clock.executions[at]));
                    Judged::of_group(log, &expected, &[])
                }
                _ => Judged::new(log, &[]),
            };
            judged.remember(&of_execution(summary, clock, at));
            pages.draw(&judged, clock, at)?;
        }
    }
    Ok(())
}

/// What was expected of a group when it was judged.
fn expected(execution: &Execution) -> Vec<&'static GroupCondition> {
    let judged = execution.conditions.iter();
    let expected = judged.filter(|condition| !condition.is_note);
    expected
        .filter_map(|condition| GroupCondition::named(&condition.name))
        .collect()
}

/// The findings of a run that are about one of its executions.
fn of_execution(summary: &Summary, clock: &ClockSummary, at: usize) -> Vec<Finding> {
    if clock.executions.len() == 1 {
        return summary.findings.clone();
    }
    let about = about(&clock.executions[at], at);
    let own = summary.findings.iter().filter_map(|finding| {
        let text = finding.text.strip_prefix(&about)?;
        Some(Finding::new(finding.verdict, text))
    });
    own.collect()
}

/// What findings begin with where there are several executions.
pub fn about(execution: &Execution, at: usize) -> String {
    format!("{}: ", execution.called(at))
}

/// What a page is called: the files, and which of several executions.
pub fn title(execution: &Judged, summary: &ClockSummary, at: usize) -> String {
    let what = match execution.is_of_group() {
        true => "verdict on",
        false => "order of",
    };
    let files = match summary.files.as_slice() {
        [] => String::new(),
        [one] => short(one),
        [first, others @ ..] => format!("{} and {} more", short(first), others.len()),
    };
    match summary.executions.len() {
        0 | 1 => format!("{what} {files}"),
        _ => format!("{what} {files}, {}", summary.executions[at].called(at)),
    }
}

/// `trace.jsonl`, `trace-2.jsonl`, …
fn numbered(file: &str, at: usize) -> String {
    match (at, file.split_once('.')) {
        (1.., Some((name, extension))) => format!("{name}-{}.{extension}", at + 1),
        _ => file.to_owned(),
    }
}

/// The last two parts of a path: the folder tells members' logs apart.
fn short(path: &str) -> String {
    let mut parts: Vec<&str> = path.rsplit('/').take(2).collect();
    parts.reverse();
    parts.join("/")
}

/// The page that every run has.
const MAIN: &str = "report.html";

/// Executions that are drawn.
pub const PAGES_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_execution_has_the_page_that_every_run_has() {
        let mut summary = ClockSummary::default();
        summary
            .executions
            .resize_with(PAGES_MAX + 5, Execution::default);
        name_pages(&mut summary, PAGES_MAX + 2);
        let page = |at: usize| summary.executions[at].page.as_deref();
        assert_eq!(page(0), Some("report-1.html"));
        assert_eq!(page(PAGES_MAX + 2), Some("report.html"));
        assert_eq!(page(PAGES_MAX - 1), None);
        let drawn = summary.executions.iter().filter(|one| one.page.is_some());
        assert_eq!(drawn.count(), PAGES_MAX);
    }

    #[test]
    fn the_first_log_has_the_name_that_every_runs_has() {
        assert_eq!(numbered(TRACE, 0), "trace.jsonl");
        assert_eq!(numbered(TRACE, 1), "trace-2.jsonl");
    }

    #[test]
    fn a_path_is_shortened_to_what_tells_it_from_others() {
        assert_eq!(
            short("runs/2026-chat-bob/trace.jsonl"),
            "2026-chat-bob/trace.jsonl"
        );
        assert_eq!(short("shiviz.log"), "shiviz.log");
    }
}
