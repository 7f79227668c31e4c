//! A member's log: `trace.jsonl` in the run's folder.

use std::{fs::File, io::Write as _};

use anyhow::{Context as _, Result};
use chat::Happening;
use history::RunFolder;
use trace::{Entry, Journal};

/// The log, written line by line: each line is with the system before what it tells of leaves this process, so
/// whoever received a message finds its sending in this log, also when this process is killed.
pub struct LogFile {
    file: File,
    journal: Journal,
    is_broken: bool,
}

impl LogFile {
    /// A log of that host with its head.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(folder: &RunFolder, host: &str) -> Result<Self> {
        let path = folder.file(NAME);
        let journal = Journal::new(host);
        let create = || {
            let mut file = File::create_new(&path)?;
            file.write_all(journal.head().as_bytes())?;
            Ok::<_, std::io::Error>(file)
        };
        let file = create().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            file,
            journal,
            is_broken: false,
        })
    }

    /// Writes an event. What cannot be written is no reason not to chat.
    pub fn write(&mut self, happening: &Happening) {
        let stamp = &happening.stamp;
        let vector: Vec<(&str, u64)> = stamp
            .vector
            .iter()
            .map(|(host, count)| (host.as_str(), *count))
            .collect();
        let wall_ns = i64::try_from(happening.wall_ms)
            .ok()
            .and_then(|ms| ms.checked_mul(1_000_000));
        let line = self.journal.line(&Entry {
            kind: happening.kind,
            message: happening.message.as_deref(),
            text: &happening.text,
            lamport: Some(stamp.lamport.value()),
            vector: Some(&vector),
            hybrid: Some(stamp.hybrid.packed()),
            wall_ns,
            ..Entry::default()
        });
        self.is_broken |= self.file.write_all(line.as_bytes()).is_err();
    }

    /// How many events were written.
    pub fn count(&self) -> u64 {
        self.journal.count()
    }

    /// Whether some of it could not be written.
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }
}

/// Its file's name.
pub const NAME: &str = "trace.jsonl";
