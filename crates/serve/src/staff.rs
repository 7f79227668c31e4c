//! The threads of a model whose threads block, and what they share with the one that accepts.
//!
//! ```text
//!   prepare ─▶ accept and hand over, until a stop ─▶ nudge who still reads ─▶ wait until all are gone
//! ```

use std::{
    io,
    thread::{self, Builder, Scope},
};

use machine::Service;
use run::Run;

use crate::{
    ServeError,
    nudge::{self, Threads},
    vacancy::Vacancy,
};

/// See the file's description.
pub(crate) struct Staff<'a> {
    pub(crate) service: &'a dyn Service,
    pub(crate) run: &'a Run<'a>,
    pub(crate) vacancy: Vacancy,
    pub(crate) threads: Threads,
}

impl<'a> Staff<'a> {
    /// Prepares for threads that hold some of `slots` slots.
    ///
    /// # Errors
    /// When the system has no descriptor left, or refuses the handler of the nudge.
    pub(crate) fn new(
        service: &'a dyn Service,
        run: &'a Run<'a>,
        slots: u32,
    ) -> Result<Self, ServeError> {
        nudge::prepare()?;
        Ok(Self {
            service,
            run,
            vacancy: Vacancy::new().map_err(ServeError::Workers)?,
            threads: Threads::new(slots),
        })
    }

    /// Does what accepts, which makes threads in the scope that it is given; then waits until the last of
    /// them has ended, each within the grace period.
    ///
    /// # Errors
    /// Those of what accepts.
    pub(crate) fn lead<'e>(
        &'e self,
        accept: impl for<'s> FnOnce(&'s Scope<'s, 'e>) -> Result<(), ServeError>,
    ) -> Result<(), ServeError> {
        thread::scope(|scope| {
            let accepted = accept(scope);
            self.threads.nudge_until_gone();
            accepted
        })
    }
}

/// Makes a thread.
///
/// # Errors
/// When the system has none left.
pub(crate) fn spawn<'s>(
    scope: &'s Scope<'s, '_>,
    work: impl FnOnce() + Send + 's,
) -> io::Result<()> {
    let builder = Builder::new().stack_size(STACK_BYTES);
    builder.spawn_scoped(scope, work).map(|_| ())
}

/// A session needs little: its buffers are on the heap, and the deepest recursion is bounded. The
/// kernel provides pages as they are touched, so what counts is address space.
const STACK_BYTES: usize = 256 * 1024;
