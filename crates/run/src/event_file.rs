//! Writes every event as a line of `events.jsonl`, from all workers into one file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, atomic::Ordering},
};

use history::Event;

use crate::{Observer, region::Region};

/// The file of events.
///
/// It is opened for appending, and whole lines are written in one call, so threads and processes can
/// write into it at once without tearing lines; a process holds back at most [`HELD_BYTES`]. Lines of
/// different workers are in the order of writing, not of time. When the disk is full, recording
/// ends and the service goes on: [`EventFile::is_broken`] tells.
pub struct EventFile {
    file: File,
    held: Mutex<Vec<u8>>,
    /// One word, not zero once a write has failed: of this process, or of a worker that it forked.
    broken: Region,
}

impl EventFile {
    /// Creates the file.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: OpenOptions::new().create(true).append(true).open(path)?,
            held: Mutex::new(Vec::new()),
            broken: Region::new(1)?,
        })
    }

    /// Whether this process, or a worker that it forked, could not write some of its events.
    pub fn is_broken(&self) -> bool {
        self.broken.words(0, 1)[0].load(Ordering::Relaxed) != 0
    }

    fn write(&self, held: &mut Vec<u8>) {
        if !held.is_empty() && (&self.file).write_all(held).is_err() {
            self.broken.words(0, 1)[0].store(1, Ordering::Relaxed);
        }
        held.clear();
    }

    /// A panic while it is held leaves at worst a line that the reader refuses.
    fn held(&self) -> MutexGuard<'_, Vec<u8>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for EventFile {
    fn watches(&self) -> bool {
        !self.is_broken()
    }

    fn wants_text(&self) -> bool {
        !self.is_broken()
    }

    fn on_event(&self, event: &Event) {
        let mut held = self.held();
        if serde_json::to_writer(&mut *held, event).is_ok() {
            held.push(b'\n');
        }
        if held.len() >= HELD_BYTES {
            self.write(&mut held);
        }
    }

    fn flush(&self) {
        let mut held = self.held();
        self.write(&mut held);
    }

    fn leave_to_parent(&self) {
        self.held().clear();
    }
}

/// Held back between two writes.
const HELD_BYTES: usize = 32 * 1024;
