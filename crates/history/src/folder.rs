//! The folder of a run.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::Summary;

/// What went wrong with a run's folder or a file in it.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused.
    #[error("{}: {reason}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        reason: io::Error,
    },
    /// The file is not what it should be.
    #[error("{}: {reason}", path.display())]
    Json {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: serde_json::Error,
    },
    /// A table could not be read or written.
    #[error("samples: {0}")]
    Table(csv::Error),
}

impl FolderError {
    pub(crate) fn io(path: &Path, reason: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            reason,
        }
    }

    fn json(path: &Path, reason: serde_json::Error) -> Self {
        Self::Json {
            path: path.to_owned(),
            reason,
        }
    }
}

/// A run's folder: created at the beginning, filled as the run goes.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Creates `base/STAMP-NAME` (with a number behind it when it is taken) and points
    /// `base/latest` at it.
    ///
    /// # Errors
    /// When `base` cannot be written to.
    pub fn create(base: &Path, stamp: &str, name: &str) -> Result<Self, FolderError> {
        fs::create_dir_all(base).map_err(|error| FolderError::io(base, error))?;
        for attempt in 1..=MOST_OF_ONE_NAME {
            let folder = match attempt {
                1 => format!("{stamp}-{name}"),
                more => format!("{stamp}-{name}-{more}"),
            };
            let path = base.join(&folder);
            match fs::create_dir(&path) {
                Ok(()) => {
                    point_latest_at(base, &folder);
                    return Ok(Self { path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FolderError::io(&path, error)),
            }
        }
        let taken = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(FolderError::io(
            &base.join(format!("{stamp}-{name}")),
            taken,
        ))
    }

    /// An existing folder.
    ///
    /// # Errors
    /// When it has no `summary.json`.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let summary = path.join("summary.json");
        fs::metadata(&summary).map_err(|error| FolderError::io(&summary, error))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a text file as a whole: a reader sees the old one or the new one, also after a kill.
    ///
    /// # Errors
    /// When the disk is full or gone; the old file then stands.
    pub fn write(&self, name: &str, text: &str) -> Result<(), FolderError> {
        let (part, whole) = (self.file(&format!(".{name}.part")), self.file(name));
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, &whole))
            .map_err(|error| FolderError::io(&whole, error))
    }

    /// Writes a JSON file as a whole.
    ///
    /// # Errors
    /// As [`RunFolder::write`].
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), FolderError> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| FolderError::json(&self.file(name), error))?;
        self.write(name, &(text + "\n"))
    }

    /// Reads `summary.json`.
    ///
    /// # Errors
    /// When it is missing or is not a summary.
    pub fn summary(&self) -> Result<Summary, FolderError> {
        let path = self.file("summary.json");
        let text = fs::read_to_string(&path).map_err(|error| FolderError::io(&path, error))?;
        serde_json::from_str(&text).map_err(|error| FolderError::json(&path, error))
    }
}

/// A convenience for people; a run is whole without it, so that it fails is no error.
fn point_latest_at(base: &Path, folder: &str) {
    let latest = base.join("latest");
    let _ = fs::remove_file(&latest);
    let _ = std::os::unix::fs::symlink(folder, &latest);
}

/// A second holds far fewer runs than this.
const MOST_OF_ONE_NAME: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Verdict};

    #[test]
    fn two_runs_of_one_second_have_two_folders_and_latest_is_the_second() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let first = RunFolder::create(base.path(), "2026", "bench").expect("created");
        let second = RunFolder::create(base.path(), "2026", "bench").expect("created");
        assert_ne!(first.path(), second.path());
        let latest = fs::read_link(base.path().join("latest")).expect("a link");
        assert_eq!(Some(latest.as_os_str()), second.path().file_name());
    }

    #[test]
    fn a_summary_comes_back_as_it_was_written() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let folder = RunFolder::create(base.path(), "2026", "load").expect("created");
        let summary = Summary::begin(Kind::Load, "load", "wharf load", "2026-11-21T00:00:00Z");
        folder
            .write_json("summary.json", &summary)
            .expect("written");
        let read = RunFolder::open(folder.path()).and_then(|f| f.summary());
        assert_eq!(read.expect("read"), summary);
        assert_eq!(summary.verdict, Verdict::Unknown);
    }

    #[test]
    fn a_folder_without_a_summary_is_refused_by_name() {
        let base = tempfile::tempdir().expect("a temporary folder");
        let error = RunFolder::open(base.path())
            .expect_err("refused")
            .to_string();
        assert!(error.contains("summary.json"), "{error}");
    }
}
