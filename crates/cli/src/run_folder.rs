//! The folder of a run on the command line: opened at the beginning, concluded at the end.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use history::{Environment, Finding, Kind, RunFolder, Sample, Summary, Verdict};
use jiff::Timestamp;
use timing::{Clock, Tick};

use crate::{args::FolderArgs, say};

/// A run that has begun: its summary so far, and its folder unless none was wanted.
pub struct Begun {
    /// What will be written at the end; its verdict is `unknown` until then.
    pub summary: Summary,
    folder: Option<RunFolder>,
    began: Tick,
}

impl Begun {
    /// Opens a folder and writes a summary that says `unknown`, which is what a killed run leaves.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new(kind: Kind, name: &str, args: &FolderArgs, clock: &dyn Clock) -> Result<Self> {
        let now = Timestamp::from_millisecond(i64::try_from(clock.unix_millis())?)?;
        let command = env::args().collect::<Vec<_>>().join(" ");
        let mut summary = Summary::begin(kind, name, &command, &now.to_string());
        summary.environment = Environment::of_this_machine(env!("CARGO_PKG_VERSION"));
        let folder = match args.no_folder {
            true => None,
            false => Some(create(&args.runs, now, name, &summary)?),
        };
        if let Some(folder) = &folder {
            say::kept_in(folder.path());
        }
        Ok(Self {
            summary,
            folder,
            began: clock.now(),
        })
    }

    /// The same for a run whose result is worth printing even where it cannot be kept: then it has no folder, and the reason is
    /// given back, to be told when the result has been printed.
    ///
    /// # Errors
    /// When the clock shows no time that a date can be made of.
    pub fn new_or_unkept(
        kind: Kind,
        name: &str,
        args: &FolderArgs,
        clock: &dyn Clock,
    ) -> Result<(Self, Result<()>)> {
        match Self::new(kind, name, args, clock) {
            Ok(begun) => Ok((begun, Ok(()))),
            Err(reason) => {
                let without = FolderArgs {
                    no_folder: true,
                    runs: args.runs.clone(),
                };
                Ok((Self::new(kind, name, &without, clock)?, Err(reason)))
            }
        }
    }

    /// The same run, which began earlier than its folder: what it is about had to be read first.
    pub fn since(mut self, began: Tick) -> Self {
        self.began = began;
        self
    }

    /// The folder, unless none was wanted.
    pub fn folder(&self) -> Option<&RunFolder> {
        self.folder.as_ref()
    }

    /// Writes the effective settings.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write_plan(&self, plan: &serde_json::Value) -> Result<()> {
        if let Some(folder) = &self.folder {
            folder.write_json("plan.json", plan)?;
        }
        Ok(())
    }

    /// Judges the run, writes its summary and its report, and prints the result: the text to standard
    /// output, where to look to standard error. What cannot be written is said and changes nothing
    /// else.
    pub fn conclude(
        mut self,
        findings: Vec<Finding>,
        samples: &[Sample],
        clock: &dyn Clock,
    ) -> Verdict {
        self.judge(findings, clock);
        say::result(&report::text(&self.summary));
        if let Some(path) = self.write(Some(samples)) {
            say::talk(&format!("report: {}", path.display()));
        }
        self.summary.verdict
    }

    /// The same where standard output is for something else: prints what is not as it should be, and to
    /// standard error.
    pub fn conclude_quietly(mut self, findings: Vec<Finding>, clock: &dyn Clock) -> Verdict {
        self.judge(findings, clock);
        let findings = &self.summary.findings;
        let grave = findings.iter().filter(|f| f.verdict != Verdict::Valid);
        grave.for_each(|finding| {
            say::talk(&format!("{}: {}", finding.verdict.name(), finding.text));
        });
        self.write(Some(&[]));
        self.summary.verdict
    }

    /// The same for a run that has drawn its page itself; `as_json` prints the summary in place of the text.
    pub fn conclude_drawn(
        mut self,
        findings: Vec<Finding>,
        as_json: bool,
        clock: &dyn Clock,
    ) -> Verdict {
        self.judge(findings, clock);
        self.tell(as_json)
    }

    /// The same for a run whose page is drawn by `page` from the judged summary.
    pub fn conclude_with(
        mut self,
        findings: Vec<Finding>,
        as_json: bool,
        clock: &dyn Clock,
        page: impl FnOnce(&Summary) -> String,
    ) -> Verdict {
        self.judge(findings, clock);
        let page = page(&self.summary);
        if let Some(Err(error)) = self.folder().map(|folder| folder.write(PAGE, &page)) {
            say::talk(&format!("warning: the run's folder has no page: {error}"));
        }
        self.tell(as_json)
    }

    /// Prints a judged run and writes its summary.
    fn tell(&self, as_json: bool) -> Verdict {
        say::result(&match as_json {
            true => serde_json::to_string_pretty(&self.summary).expect("a summary is JSON") + "\n",
            false => report::text(&self.summary),
        });
        if let Some(path) = self.write(None) {
            say::talk(&format!("report: {}", path.display()));
        }
        self.summary.verdict
    }

    /// Judges a run that has nothing to show, and writes why.
    pub fn keep(mut self, findings: Vec<Finding>, clock: &dyn Clock) {
        self.judge(findings, clock);
        self.write(None);
    }

    /// Writes the summary as it stands, with its verdict still open: what a kill would leave.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write_so_far(&self) -> Result<()> {
        if let Some(folder) = &self.folder {
            folder.write_json("summary.json", &self.summary)?;
        }
        Ok(())
    }

    fn judge(&mut self, findings: Vec<Finding>, clock: &dyn Clock) {
        self.summary.duration_ns = Some(clock.now().nanos_since(self.began));
        self.summary.conclude(findings);
    }

    /// Writes the summary, and a page with these samples. Gives back where the page is, or says what is wrong.
    fn write(&self, samples: Option<&[Sample]>) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        let write = || {
            folder.write_json("summary.json", &self.summary)?;
            match samples {
                Some(samples) => folder.write(PAGE, &report::html(&self.summary, samples)),
                None => Ok(()),
            }
        };
        match write() {
            Ok(()) => Some(folder.file(PAGE)),
            Err(error) => {
                say::talk(&format!("warning: the run's folder is not whole: {error}"));
                None
            }
        }
    }
}

fn create(base: &Path, now: Timestamp, name: &str, summary: &Summary) -> Result<RunFolder> {
    let stamp = now.strftime("%Y-%m-%dT%H%M%SZ").to_string();
    let folder = RunFolder::create(base, &stamp, &name.replace(' ', "-")).context(
        "cannot keep the run; choose another place with --runs, or none with --no-folder",
    )?;
    folder.write_json("summary.json", summary)?;
    Ok(folder)
}

/// The page that every run has.
const PAGE: &str = "report.html";
