//! Files for the programs that start a server: opened before anything else happens, so that a path
//! that cannot be written is an error at the start and not at the end.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context as _, Result};
use history::{Finding, ServeSummary, Verdict};
use run::EventFile;
use serde_json::json;

use crate::args::ServeArgs;

/// The files that were asked for.
pub struct Handover {
    ready: Option<PathBuf>,
    summary: Option<PathBuf>,
    events: Option<EventFile>,
}

impl Handover {
    /// Opens all of them.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn open(args: &ServeArgs) -> Result<Self> {
        for path in [&args.ready_file, &args.summary_file].into_iter().flatten() {
            if is_replaceable(path) {
                write(&part_of(path), "")?;
            }
        }
        let events = args.events_file.as_deref().map(create);
        Ok(Self {
            ready: args.ready_file.clone(),
            summary: args.summary_file.clone(),
            events: events.transpose()?,
        })
    }

    /// Where events are written, if anywhere.
    pub fn events(&self) -> Option<&EventFile> {
        self.events.as_ref()
    }

    /// Says that connections are accepted.
    ///
    /// # Errors
    /// When the file can no longer be written.
    pub fn ready(&self, address: SocketAddr) -> Result<()> {
        let text = json!({ "address": address.to_string(), "pid": process::id() });
        let path = self.ready.as_deref();
        path.map_or(Ok(()), |path| replace(path, &text.to_string()))
    }

    /// Hands over the result; a finding when that fails, for the result is not lost by it.
    pub fn result(&self, summary: &ServeSummary) -> Option<Finding> {
        let path = self.summary.as_deref()?;
        let text = serde_json::to_string(summary).expect("a summary has a form");
        let error = replace(path, &text).err()?;
        Some(Finding::new(Verdict::Unknown, format!("{error:#}")))
    }
}

/// Creates a file of events.
///
/// # Errors
/// When it cannot be written.
pub fn create(path: &Path) -> Result<EventFile> {
    EventFile::create(path).with_context(|| format!("cannot write {}", path.display()))
}

/// A reader sees all of it or nothing. A pipe or a device is written to as it stands.
fn replace(path: &Path, text: &str) -> Result<()> {
    if !is_replaceable(path) {
        return write(path, text);
    }
    let part = part_of(path);
    write(&part, text)?;
    fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
}

/// A regular file, or none yet.
fn is_replaceable(path: &Path) -> bool {
    fs::symlink_metadata(path).map_or(true, |found| found.is_file())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
