//! Worker processes: forked, watched, taken back, ended.

use std::{
    io, mem,
    os::fd::{AsFd as _, BorrowedFd},
    os::unix::net::UnixStream,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use run::{Run, ignore_stop_signals};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitOptions, getpid, kill_process, wait},
};
use signal_hook::{SigId, consts::SIGCHLD, low_level};
use timing::Tick;

use crate::{ServeError, nudge, parents_list::ParentsList};

/// The worker processes that have not been taken back, and what the parent knows of each.
pub(crate) struct Processes<T: Copy> {
    bell: Bell,
    /// Found once: asking the loader for it writes to memory that children then do not share.
    fork: Fork,
    /// In no order: one that has ended is looked for, which for 10,000 takes microseconds.
    pids: ParentsList<i32>,
    /// In the same order.
    known: ParentsList<T>,
}

/// A process that has ended.
pub(crate) struct Ended<T> {
    pub(crate) known: T,
    /// Whether it came to its own end.
    pub(crate) is_well: bool,
    /// Of one that gave up: the number of the system's error, 0 when there was none.
    pub(crate) gave_up: Option<i32>,
}

impl<T: Copy> Processes<T> {
    /// None yet, and at most `most` at once.
    ///
    /// # Errors
    /// When the system refuses the handler of SIGCHLD, or the memory for so many.
    pub(crate) fn new(most: usize) -> io::Result<Self> {
        Ok(Self {
            bell: Bell::new()?,
            fork: fork(),
            pids: ParentsList::new(most)?,
            known: ParentsList::new(most)?,
        })
    }

    /// Readable when one may have ended.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.heard.as_fd()
    }

    /// Starts a process that lives `life`.
    ///
    /// # Errors
    /// With what was known, when the system would not give one.
    pub(crate) fn start(
        &mut self,
        known: T,
        run: &Run<'_>,
        life: impl FnOnce() -> Result<(), ServeError>,
    ) -> Result<(), T> {
        let parent = getpid();
        // SAFETY: this process has a single thread, so no lock is held by another one at the fork;
        // the child leaves by `_exit` and never returns into the parent's frames.
        match unsafe { (self.fork)() } {
            0 => {
                ignore_stop_signals();
                nudge::when_parent_ends(Some(parent));
                run.stop.leave_to_parent();
                run.observer.leave_to_parent();
                // A panic must not unwind into the frames of the parent either.
                let lived = catch_unwind(AssertUnwindSafe(life));
                // SAFETY: ends the child without running what the parent registered for its exit.
                unsafe { libc::_exit(lived.map_or(PANICKED, status)) }
            }
            -1 => Err(known),
            pid => {
                self.pids.push(pid);
                self.known.push(known);
                Ok(())
            }
        }
    }

    /// Takes back every process that has ended. Signals merge, so one may stand for many.
    pub(crate) fn take_ended(&mut self) -> Vec<Ended<T>> {
        self.bell.silence();
        let mut all = Vec::new();
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let status = status.exit_status();
            let pid = pid.as_raw_nonzero().get();
            if let Some(index) = self.pids.iter().position(|&known| known == pid) {
                self.pids.swap_remove(index);
                all.push(Ended {
                    known: self.known.swap_remove(index),
                    is_well: status == Some(0),
                    gave_up: status.and_then(error_of),
                });
            }
        }
        all
    }

    /// Waits for all to end by themselves; after the grace period, or when asked a second time, ends
    /// them. `on_end` is told of each.
    pub(crate) fn drain(&mut self, run: &Run<'_>, mut on_end: impl FnMut(Ended<T>)) {
        let mut until = run.clock.now() + run.limits.grace + run.limits.linger + MARGIN;
        let mut is_at_once = false;
        // Those that block in a read or an accept hear of the stop in this way only.
        let mut nudges_until = run.clock.now() + NUDGES;
        loop {
            self.take_ended().into_iter().for_each(&mut on_end);
            if self.pids.is_empty() {
                return;
            }
            let now = run.clock.now();
            if run.stop.requested_at_once() && !is_at_once {
                // The workers have heard it, too, and are given a moment to write down their end.
                is_at_once = true;
                until = until.min(now + MARGIN);
                nudges_until = now + NUDGES;
            }
            if until <= now {
                self.for_each_pid(|pid| {
                    let _ = kill_process(pid, Signal::KILL);
                });
            }
            let mut next = until.max(now + MARGIN);
            self.for_each_pid(nudge::nudge_process);
            next = next.min(match now < nudges_until {
                true => now + nudge::BETWEEN,
                // One that lost its processor between its last look and its read is still reached.
                false => now + NUDGES,
            });
            self.bell.wait(run, is_at_once, next, now);
        }
    }

    fn for_each_pid(&self, act: impl Fn(Pid)) {
        for &pid in self.pids.iter() {
            if let Some(pid) = Pid::from_raw(pid) {
                act(pid);
            }
        }
    }
}

/// Rings when a child ends: a pipe that the handler of SIGCHLD writes to.
struct Bell {
    heard: UnixStream,
    handler: SigId,
}

impl Bell {
    fn new() -> io::Result<Self> {
        let (heard, rings) = UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        let handler = low_level::pipe::register(SIGCHLD, rings)?;
        Ok(Self { heard, handler })
    }

    fn silence(&self) {
        let mut scrap = [0; 64];
        while rustix::io::read(&self.heard, &mut scrap).is_ok_and(|count| count > 0) {}
    }

    /// Waits for a child's end, until `until`, or for a second request to stop unless that was heard.
    fn wait(&self, run: &Run<'_>, is_at_once: bool, until: Tick, now: Tick) {
        let mut fds = vec![PollFd::from_borrowed_fd(self.heard.as_fd(), PollFlags::IN)];
        if !is_at_once {
            fds.push(PollFd::from_borrowed_fd(
                run.stop.at_once_fd(),
                PollFlags::IN,
            ));
        }
        let left = Timespec::try_from(until.since(now)).expect("a grace period fits");
        let _ = poll(&mut fds, Some(&left));
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        low_level::unregister(self.handler);
    }
}

/// `_Fork` where the C library has it (glibc from 2.34 on), otherwise `fork`.
///
/// The former leaves alone what the latter puts in order after other threads: the locks of the dynamic loader,
/// the stacks of threads, the handlers that libraries registered. With a single thread there is nothing
/// to put in order, and three pages of a child stay shared: 12 KiB.
fn fork() -> Fork {
    // SAFETY: the name ends with a zero; nothing else is handed over.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"_Fork".as_ptr()) };
    match found.is_null() {
        true => libc::fork,
        // SAFETY: under this name POSIX (2024) has a function of this form.
        false => unsafe { mem::transmute::<*mut libc::c_void, Fork>(found) },
    }
}

type Fork = unsafe extern "C" fn() -> libc::pid_t;

/// The status of a process that has lived: it tells its parent of the system's error.
fn status(lived: Result<(), ServeError>) -> i32 {
    match lived {
        Ok(()) => 0,
        Err(error) => GAVE_UP + error.raw_os_error().unwrap_or(0),
    }
}

fn error_of(status: i32) -> Option<i32> {
    (GAVE_UP..GAVE_UP + ERRORS)
        .contains(&status)
        .then(|| status - GAVE_UP)
}

/// A status from here on is this and the number of the system's error.
const GAVE_UP: i32 = 120;
/// Linux has fewer, and a status is a byte.
const ERRORS: i32 = 136;

/// The status that Rust programs end with after a panic.
const PANICKED: i32 = 101;
/// Beyond the grace period, within which workers end by themselves.
const MARGIN: Duration = Duration::from_millis(500);
/// For how long workers are nudged often: far longer than one takes from its last look at the stop to its
/// next read. After that they are nudged this seldom.
const NUDGES: Duration = Duration::from_millis(100);
