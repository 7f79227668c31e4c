//! `wharf report`: the page and the text of a run that lies on disk.

use anyhow::{Context as _, Result};
use history::{Kind, RunFolder, Sample, SampleReader, Verdict};

use super::{clock, group, sim};
use crate::{args::ReportArgs, say};

/// Runs the command.
///
/// # Errors
/// When the folder is no run's.
pub fn run(args: &ReportArgs) -> Result<Verdict> {
    let path = args.run.clone().unwrap_or_else(|| args.runs.join("latest"));
    let folder = RunFolder::open(&path).with_context(|| {
        let (path, runs) = (path.display(), args.runs.display());
        format!(
            "{path} is no run's folder; `ls {runs}` shows what there is, `wharf bench` makes one"
        )
    })?;
    let summary = folder.summary()?;
    match summary.kind {
        Kind::Clock | Kind::Verdict => clock::pages::again(&folder, &summary)?,
        Kind::Group => folder.write("report.html", &group::ways::page(&summary))?,
        Kind::Sim => sim::group::page::again(&folder, &summary)?,
        _ => {
            let samples = read_samples(&folder)?;
            folder.write("report.html", &report::html(&summary, &samples))?;
        }
    }
    say::result(&report::text(&summary));
    say::talk(&format!("report: {}", folder.file("report.html").display()));
    Ok(summary.verdict)
}

/// The rows that can be read: a run that was killed may have a torn last one.
fn read_samples(folder: &RunFolder) -> Result<Vec<Sample>> {
    let path = folder.file("samples.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(SampleReader::open(&path)?.map_while(Result::ok).collect())
}
