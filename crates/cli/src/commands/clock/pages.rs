//! The pages of judged executions, and the logs beside them from which they can be drawn again.

use anyhow::Result;
use history::{ClockSummary, Finding, RunFolder, Summary};
use trace::{EventId, Options, Source};

use super::{
    judged::{self, Judged},
    logs::TRACE,
};
/// What is drawn, and where it goes.
pub struct Pages<'a> {
    /// The run's folder.
    pub folder: &'a RunFolder,
    /// The command that read the logs.
    pub command: &'a str,
    /// The event that is shown first, in the first execution.
    pub around: Option<EventId>,
}

impl Pages<'_> {
    /// Writes a page and a log for each of the first executions, and notes the pages' names in the summary.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, executions: &[Judged], summary: &mut ClockSummary) -> Result<()> {
        for (at, execution) in executions.iter().enumerate().take(PAGES_MAX) {
            self.folder
                .write(&numbered(TRACE, at), &judged::kept(execution))?;
            self.draw(execution, summary, at)?;
        }
        Ok(())
    }

    fn draw(&self, execution: &Judged, summary: &mut ClockSummary, at: usize) -> Result<()> {
        let around = self.around.filter(|_| at == 0);
        let page = execution.page(&title(summary, at), self.command, around);
        let file = numbered("report.html", at);
        self.folder.write(&file, &page)?;
        summary.executions[at].page = Some(file);
        Ok(())
    }
}

/// Draws the pages of a run that lies on disk again.
///
/// # Errors
/// When its logs cannot be read, or the folder cannot be written to.
pub fn again(folder: &RunFolder, summary: &Summary) -> Result<()> {
    let Some(clock) = &summary.clock else {
        return Ok(());
    };
    let (mut clock, command) = (clock.clone(), &summary.command);
    let pages = Pages {
        folder,
        command,
        around: None,
    };
    for at in 0..clock.executions.len().min(PAGES_MAX) {
        let path = folder.file(&numbered(TRACE, at));
        let text = std::fs::read(&path)?;
        let name = path.display().to_string();
        let source = Source {
            name: &name,
            text: &text,
        };
        let logs = trace::read(&[source], &Options::default())?;
        for log in logs.into_iter().take(1) {
            let mut judged = Judged::new(log);
            judged.remember(&of_execution(summary, &clock, at));
            pages.draw(&judged, &mut clock, at)?;
        }
    }
    Ok(())
}

/// The findings of a run that are about one of its executions.
fn of_execution(summary: &Summary, clock: &ClockSummary, at: usize) -> Vec<Finding> {
    if clock.executions.len() == 1 {
        return summary.findings.clone();
    }
    let about = about(&clock.executions[at].name, at);
    let own = summary.findings.iter().filter_map(|finding| {
        let text = finding.text.strip_prefix(&about)?;
        Some(Finding::new(finding.verdict, text))
    });
    own.collect()
}

/// What findings begin with where there are several executions.
pub fn about(name: &str, at: usize) -> String {
    format!("execution {}: ", called(name, at))
}

/// What a page is called: the files, and which of several executions.
pub fn title(summary: &ClockSummary, at: usize) -> String {
    let files = match summary.files.as_slice() {
        [] => String::new(),
        [one] => short(one),
        [first, others @ ..] => format!("{} and {} more", short(first), others.len()),
    };
    match summary.executions.len() {
        0 | 1 => format!("order of {files}"),
        _ => format!(
            "order of {files}, execution {}",
            called(&summary.executions[at].name, at)
        ),
    }
}

/// An execution's name, or its number.
fn called(name: &str, at: usize) -> String {
    match name {
        "" => (at + 1).to_string(),
        name => name.to_owned(),
    }
}

/// `report.html`, `report-2.html`, …
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

/// Executions that are drawn.
pub const PAGES_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_has_the_name_that_every_runs_has() {
        assert_eq!(numbered("report.html", 0), "report.html");
        assert_eq!(numbered("report.html", 1), "report-2.html");
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
