//! SIGINT and SIGTERM ask to stop; a second one asks to stop at once. SIGHUP, a terminal that is closed, may ask too, and counts once.

use std::{io, sync::Arc};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
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

/// From now on SIGHUP calls [`Stop::request_once`]: whoever closes the window leaves in order, although a shell and the kernel both say
/// that it is closed. Where the signal is ignored, as under `nohup`, it stays so.
///
/// # Errors
/// When the system refuses to install a handler.
pub fn stop_on_hangup(stop: &Arc<Stop>) -> io::Result<()> {
    // SAFETY: all zeroes is a `sigaction`, and the call below only writes into it.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: a null pointer in the place of the new disposition changes nothing; `before` is valid for a write.
    if unsafe { libc::sigaction(SIGHUP, std::ptr::null(), &raw mut before) } != 0 {
        return Err(io::Error::last_os_error());
    }
    if before.sa_sigaction == libc::SIG_IGN {
        return Ok(());
    }
    let stop = Arc::clone(stop);
    // SAFETY: as in `stop_on_signals`.
    unsafe { low_level::register(SIGHUP, move || stop.request_once()) }.map(drop)
}

/// In a worker process: leaves both signals to the parent, which tells its workers through [`Stop`].
/// A terminal sends ^C to the whole group, and each worker must finish what it owes.
pub fn ignore_stop_signals() {
    for signal in [SIGINT, SIGTERM] {
        // SAFETY: setting a disposition to SIG_IGN runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}
