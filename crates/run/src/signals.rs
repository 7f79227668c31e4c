//! SIGINT and SIGTERM ask to stop; a second one asks to stop at once.

use std::{io, sync::Arc};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    low_level,
};

use crate::Stop;

/// From now on SIGINT and SIGTERM call [`Stop::request`] instead of ending the process.
///
/// # Errors
/// When the system refuses to install a handler.
pub fn stop_on_signals(stop: &Arc<Stop>) -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        let stop = Arc::clone(stop);
        // SAFETY: `Stop::request` does atomic operations and `close` only, which are
        // async-signal-safe.
        unsafe { low_level::register(signal, move || stop.request())? };
    }
    Ok(())
}

/// In a worker process: leaves both signals to the parent, which tells its workers through [`Stop`].
/// A terminal sends ^C to the whole group, and each worker must finish what it owes.
pub fn ignore_stop_signals() {
    for signal in [SIGINT, SIGTERM] {
        // SAFETY: setting a disposition to SIG_IGN runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}
