//! What each worker of a runtime writes with, for tasks that move from worker to worker.
//!
//! A slot of the statistics has one writer at a time. A task that waits may go on under another worker,
//! so it owns no recorder: at every turn it takes that of the worker under which it runs, and lays it down
//! before it waits. The lock is there for the compiler, which cannot know this: nobody ever waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use machine::Outbox;
use run::{Limits, Recorder, Run};
use tokio::runtime::worker_index;

use crate::conversation::{Desk, outbox};

/// A pen for each worker of the runtime.
pub(crate) struct Pens<'r>(Vec<Mutex<Pen<'r>>>);

impl<'r> Pens<'r> {
    /// One for each of `slots`, which the caller has claimed.
    pub(crate) fn new(run: &Run<'r>, slots: &[u32]) -> Self {
        let pen = |&slot| {
            Mutex::new(Pen {
                recorder: Recorder::new(run, slot),
                out: outbox(run),
                buffer: Vec::with_capacity(READ_BYTES),
            })
        };
        Self(slots.iter().map(pen).collect())
    }

    /// The pen of the worker that calls. Not to be held while a task waits.
    ///
    /// # Panics
    /// Outside the tasks of the runtime.
    pub(crate) fn here(&self) -> MutexGuard<'_, Pen<'r>> {
        let pen = &self.0[index_here()];
        take(pen)
    }

    /// Publishes what has been counted. A connection that ends does this for the worker under which it
    /// ended only, so at the end it is done for all.
    pub(crate) fn commit(&self) {
        for pen in &self.0 {
            take(pen).recorder.commit();
        }
    }
}

/// A turn that panicked has lost its connection and nothing else.
fn take<'p, 'r>(pen: &'p Mutex<Pen<'r>>) -> MutexGuard<'p, Pen<'r>> {
    pen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which of the runtime's workers is calling.
///
/// # Panics
/// When none of them is.
pub(crate) fn index_here() -> usize {
    worker_index().expect("tasks run under workers")
}

/// What one worker writes with.
pub(crate) struct Pen<'r> {
    pub(crate) recorder: Recorder<'r>,
    out: Outbox,
    buffer: Vec<u8>,
}

impl Pen<'_> {
    /// Does `work` at this worker's desk, with its read buffer.
    pub(crate) fn at_desk<T>(
        &mut self,
        limits: &Limits,
        work: impl FnOnce(&mut Desk<'_>, &mut Vec<u8>) -> T,
    ) -> T {
        let out = std::mem::take(&mut self.out);
        let mut desk = Desk::for_now(limits, &self.recorder, out);
        let result = work(&mut desk, &mut self.buffer);
        self.out = desk.into_outbox();
        result
    }
}

/// One read: as much as a socket usually has ready; longer requests take several.
const READ_BYTES: usize = 16 * 1024;
