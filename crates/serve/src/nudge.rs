//! Interrupts workers that block in a read, when a stop is asked for.
//!
//! A signal makes a blocked read return. One that comes just before the read does nothing, so workers
//! are nudged again and again until they are gone, and look at the stop before they block once they have
//! been. The signal is SIGURG: nobody else sends it, and it is
//! ignored where nobody has installed a handler (Go's runtime chose it for the same reasons).

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
    time::Duration,
};

use rustix::{
    event::{Timespec, poll},
    process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal},
    thread::gettid,
};
use signal_hook::{consts::SIGURG, low_level};

/// Prepares a process whose workers will be nudged. A read is interrupted only where it has a time-out,
/// which connections have from their listener.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn prepare() -> io::Result<()> {
    // SAFETY: a store to an atomic is async-signal-safe.
    unsafe { low_level::register(SIGURG, || HAS_COME.store(true, Ordering::SeqCst)) }?;
    Ok(())
}

/// Whether this process has been nudged: its workers then look at the stop before they block.
pub(crate) fn has_come() -> bool {
    HAS_COME.load(Ordering::SeqCst)
}

/// In a worker process: the end of its parent, by whatever means, is a nudge too. Else a worker that
/// blocks in a read would outlive a parent that was killed, for as long as its client is silent.
pub(crate) fn when_parent_ends(parent: Option<Pid>) {
    // The kernel tells nothing of an end that was before this; so it is looked for.
    let is_set = set_parent_process_death_signal(Some(Signal::URG)).is_ok();
    if !is_set || getppid() != parent {
        HAS_COME.store(true, Ordering::SeqCst);
    }
}

static HAS_COME: AtomicBool = AtomicBool::new(false);

/// The threads that are to be nudged, by the slots that they hold.
#[derive(Debug)]
pub(crate) struct Threads(Vec<AtomicI32>);

impl Threads {
    /// Room for the holders of `slots` slots.
    pub(crate) fn new(slots: u32) -> Self {
        Self((0..slots).map(|_| AtomicI32::new(NOBODY)).collect())
    }

    /// The calling thread is one of them until the result is dropped.
    pub(crate) fn join(&self, slot: u32) -> Membership<'_> {
        let place = &self.0[slot as usize];
        place.store(gettid().as_raw_nonzero().get(), Ordering::SeqCst);
        Membership(place)
    }

    /// Nudges all of them until none is left.
    ///
    /// A thread that was just made may not have joined yet, and nobody would nudge it: it sees that
    /// the others have been, and does not block.
    pub(crate) fn nudge_until_gone(&self) {
        HAS_COME.store(true, Ordering::SeqCst);
        for turn in 0_u64.. {
            let threads = self.0.iter().map(|place| place.load(Ordering::SeqCst));
            let left: Vec<i32> = threads.filter(|&thread| thread != NOBODY).collect();
            if left.is_empty() {
                return;
            }
            // Thousands that owe answers would be interrupted all through the grace period.
            if turn < OFTEN || turn % OFTEN == 0 {
                left.into_iter().for_each(nudge_thread);
            }
            pause();
        }
    }
}

/// See [`Threads::join`].
pub(crate) struct Membership<'a>(&'a AtomicI32);

impl Drop for Membership<'_> {
    fn drop(&mut self) {
        self.0.store(NOBODY, Ordering::SeqCst);
    }
}

/// Nudges a worker process.
pub(crate) fn nudge_process(pid: Pid) {
    let _ = kill_process(pid, Signal::URG);
}

/// How long to wait between nudges.
pub(crate) fn pause() {
    let pause = Timespec::try_from(BETWEEN).expect("a short pause fits");
    let _ = poll(&mut [], Some(&pause));
}

fn nudge_thread(thread: i32) {
    // SAFETY: takes numbers only. A thread that has ended meanwhile is not found, or its number is that
    // of another thread of this process, for which the signal does nothing.
    unsafe {
        libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGURG);
    }
}

const NOBODY: i32 = 0;
/// So many turns in a row threads are nudged, and then once in as many.
const OFTEN: u64 = 50;
/// A read that was entered just after a nudge lasts this much longer.
pub(crate) const BETWEEN: Duration = Duration::from_millis(2);
