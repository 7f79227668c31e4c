//! Tells an acceptor that there is room again, when it waits for some and only then: a bell at the end of
//! every connection would wake it as often.

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::event::{EventfdFlags, eventfd};

/// See the file's description.
pub(crate) struct Vacancy {
    is_awaited: AtomicBool,
    bell: OwnedFd,
}

impl Vacancy {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            is_awaited: AtomicBool::new(false),
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Readable when there may be room again.
    pub(crate) fn bell(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// What `look` finds. It looks again after it has said that it waits, so that nothing that becomes
    /// free falls in between.
    pub(crate) fn find<T>(&self, look: impl Fn() -> Option<T>) -> Option<T> {
        look().or_else(|| {
            self.is_awaited.store(true, Ordering::SeqCst);
            look()
        })
    }

    /// Something has become free.
    pub(crate) fn tell(&self) {
        if self.is_awaited.swap(false, Ordering::SeqCst) {
            let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        }
    }

    /// The bell has been heard.
    pub(crate) fn silence(&self) {
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
    }
}
