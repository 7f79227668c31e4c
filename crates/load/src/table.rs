//! A descriptor table of a thread's own, for more connections than one table may hold.
//!
//! Linux limits descriptors by table, and threads share one only because they are made so. A host's thread
//! that leaves it (`unshare` with `CLONE_FILES`) begins with a copy of what was open and may open as much
//! again, while everything else, the statistics above all, stays in one memory. It takes no privilege.
//!
//! What this costs in care:
//!
//! - The copy has the write ends of the pipes by which a stop is told, and a pipe is closed only when its last
//!   copy is: the thread closes its own at once ([`Stop::leave_table`]).
//! - A signal's handler runs in any thread that lets it in, and closes that very pipe by its number, which here
//!   would soon be somebody's socket: the thread lets no signal in, from before the split on.
//! - Descriptors that others open later do not exist here: the watcher's files are open before the run.

use std::ptr;

use run::Stop;
use rustix::thread::{UnshareFlags, unshare_unsafe};

use crate::LoadError;

/// Gives this thread a descriptor table of its own. It must have opened nothing yet.
///
/// # Errors
/// When the system refuses, as a sandbox may.
pub(crate) fn split(stop: &Stop) -> Result<(), LoadError> {
    let_no_signal_in();
    // SAFETY: nothing that this thread opens is handed to another, and of what others open after this it uses
    // nothing; both are told of in the file's description.
    unsafe { unshare_unsafe(UnshareFlags::FILES) }.map_err(|error| LoadError::Table {
        reason: error.into(),
    })?;
    stop.leave_table();
    Ok(())
}

fn let_no_signal_in() {
    // SAFETY: all bits zero is a valid set of signals, and `sigfillset` writes the whole of it.
    let mut all: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `all` is ours; the mask of this thread is nobody else's.
    unsafe {
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, os::fd::AsRawFd, thread};

    use super::*;

    /// Whether this thread has the descriptor.
    fn is_open(number: i32) -> bool {
        // SAFETY: it changes nothing.
        unsafe { libc::fcntl(number, libc::F_GETFD) >= 0 }
    }

    #[test]
    fn a_thread_with_its_own_table_opens_what_others_do_not_see() {
        let stop = Stop::new().expect("descriptors");
        let opened = thread::scope(|scope| {
            let apart = scope.spawn(|| {
                split(&stop).expect("the system splits tables");
                let files: Vec<_> = (0..50)
                    .map(|_| File::open("/dev/null").expect("descriptors"))
                    .collect();
                let numbers: Vec<_> = files.iter().map(File::as_raw_fd).collect();
                assert!(numbers.iter().all(|&number| is_open(number)));
                std::mem::forget(files);
                numbers
            });
            apart.join().expect("no panic")
        });
        let seen = opened.iter().filter(|&&number| is_open(number)).count();
        assert!(seen < 50, "{seen} of 50");
    }

    #[test]
    fn a_stop_rings_in_both_tables() {
        let stop = Stop::new().expect("descriptors");
        let (tell, told) = std::sync::mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                split(&stop).expect("the system splits tables");
                tell.send(()).expect("the test waits");
                let fd = stop.soon_fd();
                let mut fds = [rustix::event::PollFd::from_borrowed_fd(
                    fd,
                    rustix::event::PollFlags::IN,
                )];
                while fds[0].revents().is_empty() {
                    let _ = run::wait(&mut fds, None);
                }
            });
            told.recv().expect("it splits");
            stop.request();
        });
        assert!(stop.requested());
    }
}
