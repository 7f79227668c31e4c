//! Interrupts workers that block in a read: when a stop is asked for, and now and then for their limits.
//!
//! A signal makes a blocked read return. One that comes just before the read does nothing. So for a stop
//! workers are *nudged* again and again until they are gone, and look at the stop before they block once
//! they have been; and *ticks* come so often that a limit is met although one of them is missed. Compared
//! with a time-out of the socket, for which the kernel sets a timer at each read, a request costs nothing.
//!
//! A nudge is SIGURG: nobody else sends it, and it is ignored where nobody has installed a handler (Go's
//! runtime chose it for the same reasons). A tick is SIGALRM, which a process can have sent to itself.

use std::{
    io, mem, ptr,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
    time::Duration,
};

use run::Run;
use rustix::{
    event::{Timespec, poll},
    process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal},
    thread::gettid,
};
use timing::Tick;

use crate::ServeError;

/// Prepares a process whose workers will be nudged.
///
/// # Errors
/// When the system refuses the handlers.
pub(crate) fn prepare() -> Result<(), ServeError> {
    interrupt_at(libc::SIGURG, on_nudge)
        .and_then(|()| interrupt_at(libc::SIGALRM, on_tick))
        .map_err(ServeError::Workers)
}

extern "C" fn on_nudge(_: libc::c_int) {
    HAS_COME.store(true, Ordering::SeqCst);
}

/// To be interrupted is all.
extern "C" fn on_tick(_: libc::c_int) {}

/// Has a system call that blocks end with `EINTR` when the signal comes; the usual way of installing a
/// handler would have the kernel begin it again.
fn interrupt_at(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) -> io::Result<()> {
    // SAFETY: all zero is a valid `sigaction`: no flags, an empty mask. The handlers do nothing that is
    // not async-signal-safe: at most a store to an atomic.
    let refused = unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler as libc::sighandler_t;
        libc::sigaction(signal, &action, ptr::null_mut()) != 0
    };
    match refused {
        true => Err(io::Error::last_os_error()),
        false => Ok(()),
    }
}

/// How often ticks come where connections may be idle for so long: whoever is interrupted looks whether
/// less than two of them is left, and then waits for the limit itself. None for a time so short that to be
/// interrupted would cost more than it saves.
pub(crate) fn tick(idle: Duration) -> Option<Duration> {
    (idle >= SHORTEST_TICKED).then(|| (idle / 4).min(LONGEST_TICK))
}

/// In a worker process: has it ticked, for as long as it lives.
pub(crate) fn keep_ticking(idle: Duration) {
    let Some(tick) = tick(idle) else { return };
    let value = libc::timeval {
        tv_sec: libc::time_t::try_from(tick.as_secs()).expect("a tick is bounded"),
        tv_usec: libc::suseconds_t::from(tick.subsec_micros()),
    };
    let timer = libc::itimerval {
        it_interval: value,
        it_value: value,
    };
    // SAFETY: reads the one value and writes nowhere.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, ptr::null_mut()) };
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
            if self.left().next().is_none() {
                return;
            }
            // Thousands that owe answers would be interrupted all through the grace period.
            if turn < OFTEN || turn % OFTEN == 0 {
                self.signal_all(libc::SIGURG);
            }
            pause();
        }
    }

    fn signal_all(&self, signal: libc::c_int) {
        self.left().for_each(|thread| signal_thread(thread, signal));
    }

    fn left(&self) -> impl Iterator<Item = i32> + '_ {
        let threads = self.0.iter().map(|place| place.load(Ordering::SeqCst));
        threads.filter(|&thread| thread != NOBODY)
    }
}

/// The ticks of a process's threads; whoever accepts sees to them.
pub(crate) struct Ticks<'a> {
    threads: &'a Threads,
    every: Option<Duration>,
    next: Tick,
}

impl<'a> Ticks<'a> {
    pub(crate) fn new(threads: &'a Threads, run: &Run<'_>) -> Self {
        let every = tick(run.limits.idle);
        Self {
            threads,
            every,
            next: every.map_or(Tick::MAX, |every| run.clock.now() + every),
        }
    }

    /// When [`Ticks::tick_if_due`] is to be called.
    pub(crate) fn next_at(&self) -> Tick {
        self.next
    }

    pub(crate) fn tick_if_due(&mut self, now: Tick) {
        if let Some(every) = self.every.filter(|_| self.next <= now) {
            self.next = now + every;
            self.threads.signal_all(libc::SIGALRM);
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

fn signal_thread(thread: i32, signal: libc::c_int) {
    // SAFETY: takes numbers only. A thread that has ended meanwhile is not found, or its number is that
    // of another thread of this process, for which the signal does nothing.
    unsafe {
        libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal);
    }
}

const NOBODY: i32 = 0;
/// So many turns in a row threads are nudged, and then once in as many.
const OFTEN: u64 = 50;
/// A read that was entered just after a nudge lasts this much longer.
pub(crate) const BETWEEN: Duration = Duration::from_millis(2);
const SHORTEST_TICKED: Duration = Duration::from_secs(1);
/// What the kernel's timers take, and more than enough.
const LONGEST_TICK: Duration = Duration::from_secs(3600);
