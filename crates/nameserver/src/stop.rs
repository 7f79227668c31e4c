//! The end of a server, heard by threads that poll and by tasks that wait.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::event::{EventfdFlags, eventfd};
use tokio::sync::watch;

/// The end of a server: said once, heard by all.
#[derive(Debug)]
pub(crate) struct Stop {
    bell: OwnedFd,
    said: watch::Sender<bool>,
}

impl Stop {
    /// The end, not yet said.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
            said: watch::Sender::new(false),
        })
    }

    /// Says it.
    pub fn say(&self) {
        self.said.send_replace(true);
        // The counter cannot overflow: this is written once or twice. Nobody reads it, so it stays readable.
        let _ = rustix::io::write(&self.bell, &1u64.to_ne_bytes());
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
}
