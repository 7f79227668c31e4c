//! The end of a server, heard by threads that poll and by tasks that wait.
//!
//! A part of the server that panics says the end too: what is left would take requests that nobody decides, or hold a socket
//! that nobody reads, and whoever asks there would wait for ever.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Arc, OnceLock},
    thread,
};

use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::watch;

/// The end of a server: said once, heard by all.
#[derive(Debug)]
pub(crate) struct Stop {
    bell: OwnedFd,
    said: watch::Sender<bool>,
    failed: OnceLock<&'static str>,
}

/// A part of the server, for as long as it runs.
#[derive(Debug)]
pub(crate) struct Part {
    stop: Arc<Stop>,
    name: &'static str,
}

impl Drop for Part {
    fn drop(&mut self) {
        if thread::panicking() {
            // The first is the one to be told of: others may only have fallen over it.
            let _ = self.stop.failed.set(self.name);
            self.stop.say();
        }
    }
}

impl Stop {
    /// The end, not yet said.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            said: watch::Sender::new(false),
            failed: OnceLock::new(),
        })
    }

    /// Says it.
    pub fn say(&self) {
        self.said.send_replace(true);
        // The counter cannot overflow: this is written once or twice. Nobody reads it, so it stays readable.
        let _ = rustix::io::write(&self.bell, &1u64.to_ne_bytes());
    }

    /// Held by a part of the server while it runs: if it ends by a panic, all ends.
    pub fn part(self: &Arc<Self>, name: &'static str) -> Part {
        Part {
            stop: Arc::clone(self),
            name,
        }
    }

    /// The part that panicked, if one did.
    pub fn failed(&self) -> Option<&'static str> {
        self.failed.get().copied()
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        *self.said.borrow()
    }

    /// Readable from then on: for `poll`, beside a socket. Nobody reads it.
    pub fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// Returns when it was said, at once if it was.
    pub async fn heard(&self) {
        let mut said = self.said.subscribe();
        // The sender lives as long as `self` does, so this does not fail.
        let _ = said.wait_for(|said| *said).await;
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    #[test]
    fn all_hear_it_however_often_they_ask() {
        let stop = Stop::new().expect("an eventfd");
        assert!(!stop.is_said());
        stop.say();
        stop.say();
        for _ in 0..2 {
            let mut waits = [PollFd::from_borrowed_fd(stop.bell(), PollFlags::IN)];
            let none = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            assert_eq!(poll(&mut waits, Some(&none)), Ok(1));
        }
        assert!(stop.is_said());
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(stop.heard());
    }

    #[test]
    fn a_part_that_panics_ends_all_and_is_named() {
        let stop = Arc::new(Stop::new().expect("an eventfd"));
        drop(stop.part("one that ends"));
        assert!(!stop.is_said());
        let part = stop.part("one that panics");
        let panicked = thread::spawn(move || {
            let _part = part;
            panic!("as it should")
        });
        assert!(panicked.join().is_err());
        assert_eq!(
            (stop.is_said(), stop.failed()),
            (true, Some("one that panics"))
        );
    }
}
