//! A process for each connection: the limit of `proc`.
//!
//! Left out: any bound on the number of processes, and what became of each. Children are reaped by the
//! kernel, and end with their parent.

use std::io;
use std::net::TcpListener;

use rustix::process::{Signal, set_parent_process_death_signal};

use super::blocking::answer;
use crate::protocol::Protocol;

/// Serves for ever.
///
/// # Errors
/// When a connection cannot be accepted or a process cannot be made.
pub fn serve(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    // SAFETY: ignoring a signal installs no handler; nothing else of this process waits for children.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    loop {
        let (stream, _) = listener.accept()?;
        // SAFETY: this process has a single thread, so the child may go on with anything.
        match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            0 => {
                drop(listener);
                let _ = set_parent_process_death_signal(Some(Signal::TERM));
                let _ = answer(stream, protocol);
                // SAFETY: it ends this process; what the parent holds back in buffers stays the parent's.
                unsafe { libc::_exit(0) }
            }
            _ => drop(stream),
        }
    }
}
