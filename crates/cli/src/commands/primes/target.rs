//! Where primes go: nowhere, into a stream that cannot be taken back, or into a file that is whole or not
//! there.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result};
use primes::Range;
use timing::Tick;

use super::{keeper::Mark, part::Part};
use crate::{args::FileArgs, say};

/// Where primes go.
pub enum Target {
    /// They are only counted.
    Nowhere,
    /// Standard output.
    Printed(io::Stdout),
    /// A pipe or a device: nothing to rename, nothing to go on with.
    Stream(File),
    /// A file, under another name until it is whole.
    Part(Box<Part>),
}

impl Target {
    /// Where the flags say; everything that can be known to go wrong is known now.
    ///
    /// # Errors
    /// When it cannot be written, or something is there that must not be lost.
    pub fn open(files: &FileArgs, range: Range, nth: Option<u64>) -> Result<Self> {
        let Some(path) = &files.out else {
            return Ok(Self::Nowhere);
        };
        let is_special = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
        if path.as_os_str() == "-" || is_special {
            anyhow::ensure!(
                !files.resume,
                "--resume goes on with a file; {} is none: name another with --out",
                path.display()
            );
        }
        if files.force && (path.as_os_str() == "-" || is_special) {
            say::without_effect("what is no file", &["--force"]);
        }
        if path.as_os_str() == "-" {
            return Ok(Self::Printed(io::stdout()));
        }
        if is_special {
            let opened = File::options().write(true).open(path);
            let stream = opened.with_context(|| format!("cannot write to {}", path.display()))?;
            return Ok(Self::Stream(stream));
        }
        let part = Part::open(path, files, range, nth)?;
        Ok(Self::Part(Box::new(part)))
    }

    /// How far it has got.
    pub fn mark(&self) -> Mark {
        match self {
            Self::Part(part) => part.mark(),
            _ => Mark::default(),
        }
    }

    /// Whether there is anybody to write for.
    pub fn wants_lines(&self) -> bool {
        !matches!(self, Self::Nowhere)
    }

    /// Writes.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Printed(printed) => printed.write_all(bytes),
            Self::Stream(file) => file.write_all(bytes),
            Self::Part(part) => part.write(bytes),
        }
    }

    /// Leaves nothing in between.
    ///
    /// # Errors
    /// As [`Target::write`].
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Printed(printed) => printed.flush(),
            _ => Ok(()),
        }
    }

    /// Whether it is time to vouch for what was written.
    pub fn is_due(&self, now: Tick) -> bool {
        matches!(self, Self::Part(part) if part.is_due(now))
    }

    /// Notes that all up to `mark` is written.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub fn vouch_for(&mut self, mark: Mark, now: Tick) -> io::Result<()> {
        match self {
            Self::Part(part) => part.vouch_for(mark, now),
            _ => Ok(()),
        }
    }

    /// What of an unfinished search is left, and how to go on; None where nothing is.
    pub fn leave(self, mark: Mark) -> Option<String> {
        match self {
            Self::Part(part) => part.leave(mark),
            _ => None,
        }
    }

    /// Leaves nothing of a search that led to nothing.
    pub fn discard(self) {
        if let Self::Part(part) = self {
            part.discard();
        }
    }

    /// The name under which a user knows it.
    pub fn name(&self, files: &FileArgs) -> String {
        let path = files.out.as_deref().unwrap_or(Path::new("-"));
        match path.as_os_str() == "-" {
            true => "standard output".to_owned(),
            false => path.display().to_string(),
        }
    }
}
