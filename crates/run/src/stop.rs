//! Tells every worker, in every thread and process, that it is time to stop.
//!
//! Two pipes that nobody writes to: asking to stop closes the write end of the first, asking a second
//! time that of the second. A closed pipe stays readable for everybody who polls its other end, so
//! one system call wakes all workers, none is missed, and a worker process whose parent is killed
//! sees the end of both.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, IntoRawFd, OwnedFd},
    sync::atomic::{AtomicI32, AtomicU32, Ordering},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    pipe::{PipeFlags, pipe_with},
};

/// A request to stop: not yet, soon (finish what is owed), at once.
#[derive(Debug)]
pub struct Stop {
    requests: AtomicU32,
    soon: Alarm,
    at_once: Alarm,
}

impl Stop {
    /// Nobody has asked.
    ///
    /// # Errors
    /// When there are no descriptors left.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            requests: AtomicU32::new(0),
            soon: Alarm::new()?,
            at_once: Alarm::new()?,
        })
    }

    /// Asks to stop; the second time, to stop at once. Only atomic operations and `close`, so a
    /// signal handler may call it.
    pub fn request(&self) {
        match self.requests.fetch_add(1, Ordering::SeqCst) {
            0 => self.soon.ring(),
            _ => self.at_once.ring(),
        }
    }

    /// Asks to stop, where nobody has asked before; never to stop at once. A signal handler may call it.
    pub fn request_once(&self) {
        let first = self
            .requests
            .compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst);
        if first.is_ok() {
            self.soon.ring();
        }
    }

    /// Asks to stop at once, without asking to stop soon before.
    pub fn request_at_once(&self) {
        self.requests.store(2, Ordering::SeqCst);
        // In this order, so that nobody hears the one without the other.
        self.at_once.ring();
        self.soon.ring();
    }

    /// Whether somebody asked.
    pub fn requested(&self) -> bool {
        self.soon.has_rung()
    }

    /// Whether somebody asked twice.
    pub fn requested_at_once(&self) -> bool {
        self.at_once.has_rung()
    }

    /// Becomes readable when somebody asks.
    pub fn soon_fd(&self) -> BorrowedFd<'_> {
        self.soon.listen.as_fd()
    }

    /// Becomes readable when somebody asks twice.
    pub fn at_once_fd(&self) -> BorrowedFd<'_> {
        self.at_once.listen.as_fd()
    }

    /// In a worker process, right after the fork: gives up this process's copies of the write ends,
    /// without which the parent's asking would not be heard.
    pub fn leave_to_parent(&self) {
        self.soon.drop_bell();
        self.at_once.drop_bell();
    }

    /// In a thread that has just taken a descriptor table of its own: closes that table's copies of the
    /// write ends, which would keep an alarm from ringing. The rest of the process keeps its own. From
    /// before its split the thread must let no signal in: a handler that ran in it would close in the
    /// wrong table.
    pub fn leave_table(&self) {
        self.soon.close_copy();
        self.at_once.close_copy();
    }
}

/// A pipe whose closing is the message.
#[derive(Debug)]
struct Alarm {
    listen: OwnedFd,
    bell: AtomicI32,
    /// The bell's number, also when it has rung.
    number: i32,
}

impl Alarm {
    fn new() -> io::Result<Self> {
        let (listen, bell) = pipe_with(PipeFlags::CLOEXEC)?;
        let number = bell.into_raw_fd();
        Ok(Self {
            listen,
            bell: AtomicI32::new(number),
            number,
        })
    }

    fn ring(&self) {
        self.drop_bell();
    }

    /// Whoever still holds a bell knows that it has not rung. Others ask the kernel, because a worker
    /// process hears of it in no other way.
    fn has_rung(&self) -> bool {
        if self.bell.load(Ordering::Relaxed) >= 0 {
            return false;
        }
        let mut fds = [PollFd::new(&self.listen, PollFlags::IN)];
        let now = Timespec::default();
        matches!(poll(&mut fds, Some(&now)), Ok(ready) if ready > 0)
    }

    /// It may have rung since the split, so whether this process still has it does not matter.
    fn close_copy(&self) {
        // SAFETY: the thread's table is fresh and nothing in it belongs to anybody in this thread; should
        // the number have gone to somebody else before the split, he keeps his own.
        unsafe { libc::close(self.number) };
    }

    fn drop_bell(&self) {
        let bell = self.bell.swap(-1, Ordering::SeqCst);
        if bell >= 0 {
            // SAFETY: the swap hands the descriptor to exactly one caller, and nobody else owns it.
            unsafe { libc::close(bell) };
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.drop_bell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_is_soon_and_the_second_at_once() {
        let stop = Stop::new().expect("descriptors");
        assert!(!stop.requested() && !stop.requested_at_once());
        stop.request();
        assert!(stop.requested() && !stop.requested_at_once());
        stop.request();
        stop.request();
        assert!(stop.requested() && stop.requested_at_once());
    }
}
