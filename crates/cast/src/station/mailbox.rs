//! Messages from another thread, and what wakes a station for them.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use rustix::{
    event::{EventfdFlags, eventfd},
    io::{read, write},
};

/// Wakes a station from any thread.
#[derive(Clone, Debug)]
pub struct Waker {
    bell: Arc<OwnedFd>,
}

/// Where other threads put messages, as many bytes of them as there is room for.
#[derive(Clone, Debug)]
pub struct Mailbox {
    shared: Arc<Shared>,
}

/// The station's end of a [`Mailbox`]. Messages are fetched many at a time, and nothing is allocated for each.
#[derive(Debug)]
pub struct Post {
    shared: Arc<Shared>,
    /// Messages that were fetched, each behind its length in 4 bytes.
    fetched: Vec<u8>,
    at: usize,
}

#[derive(Debug)]
struct Shared {
    box_: Mutex<Contents>,
    /// There is room again, or nobody reads any more.
    room: Condvar,
    waker: Waker,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Contents {
    /// As in [`Post`].
    bytes: Vec<u8>,
    /// Whether nobody writes any more, or nobody reads.
    is_closed: bool,
}

impl Waker {
    /// # Errors
    /// When there are no descriptors left.
    pub(super) fn new() -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            bell: Arc::new(bell),
        })
    }

    /// The station looks for messages soon.
    pub fn wake(&self) {
        // It fails only where it was rung 2^64 times and nobody woke.
        let _ = write(&self.bell, &1_u64.to_ne_bytes());
    }

    /// It was heard.
    pub(super) fn clear(&self) {
        // Nothing is there to be read where it was not rung.
        let _ = read(&self.bell, &mut [0_u8; 8]);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

impl Mailbox {
    /// A mailbox with room for so many bytes, and its other end.
    pub(super) fn new(waker: Waker, bytes_max: usize) -> (Self, Post) {
        let shared = Arc::new(Shared {
            box_: Mutex::default(),
            room: Condvar::new(),
            waker,
            bytes_max,
        });
        let post = Post {
            shared: Arc::clone(&shared),
            fetched: Vec::new(),
            at: 0,
        };
        (Self { shared }, post)
    }

    /// Hands over a message; waits while there is no room. False where nobody reads any more.
    pub fn push(&self, message: &[u8]) -> bool {
        let shared = &*self.shared;
        let is_full = |contents: &mut Contents| {
            !contents.is_closed
                && !contents.bytes.is_empty()
                && contents.bytes.len() + LENGTH_BYTES + message.len() > shared.bytes_max
        };
        let waited = shared.room.wait_while(shared.lock(), is_full);
        let mut contents = waited.unwrap_or_else(PoisonError::into_inner);
        if contents.is_closed {
            return false;
        }
        let was_empty = contents.bytes.is_empty();
        contents
            .bytes
            .extend_from_slice(&(message.len() as u32).to_ne_bytes());
        contents.bytes.extend_from_slice(message);
        drop(contents);
        if was_empty {
            shared.waker.wake();
        }
        true
    }

    /// No more will come.
    pub fn close(&self) {
        self.shared.close();
    }
}

impl Post {
    /// Appends the next message, if there is one.
    pub fn next(&mut self, message: &mut Vec<u8>) -> bool {
        if self.at == self.fetched.len() && !self.fetch() {
            return false;
        }
        let rest = &self.fetched[self.at..];
        let (length, rest) = rest.split_first_chunk().expect("a length");
        let bytes = u32::from_ne_bytes(*length) as usize;
        message.extend_from_slice(&rest[..bytes]);
        self.at += LENGTH_BYTES + bytes;
        true
    }

    /// Whether none is there, and none will come.
    pub fn is_over(&self) -> bool {
        let contents = self.shared.lock();
        self.at == self.fetched.len() && contents.bytes.is_empty() && contents.is_closed
    }

    /// Whether none will come beside those that are there.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().is_closed
    }

    /// How many are there that were not taken.
    pub fn left(&self) -> u64 {
        count(&self.fetched[self.at..]) + count(&self.shared.lock().bytes)
    }

    /// Takes all that is there, and leaves the memory of what was taken before in its place.
    fn fetch(&mut self) -> bool {
        self.fetched.clear();
        self.at = 0;
        std::mem::swap(&mut self.fetched, &mut self.shared.lock().bytes);
        self.shared.room.notify_all();
        !self.fetched.is_empty()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.box_.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.room.notify_all();
        self.waker.wake();
    }
}

/// How many messages lie there, each behind its length.
fn count(mut messages: &[u8]) -> u64 {
    let mut count = 0;
    while let Some((length, rest)) = messages.split_first_chunk() {
        messages = &rest[u32::from_ne_bytes(*length) as usize..];
        count += 1;
    }
    count
}

const LENGTH_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn messages_come_in_order_however_little_room_there_is() {
        let (mailbox, mut post) = Mailbox::new(Waker::new().expect("an eventfd"), 64);
        let writer = thread::spawn(move || {
            for number in 0..1000_u32 {
                let message = number.to_string().repeat(1 + number as usize % 40);
                assert!(mailbox.push(message.as_bytes()), "{number}");
            }
            mailbox.close();
        });
        let mut message = Vec::new();
        for number in 0..1000_u32 {
            message.clear();
            while !post.next(&mut message) {
                thread::yield_now();
            }
            let expected = number.to_string().repeat(1 + number as usize % 40);
            assert_eq!(message, expected.as_bytes());
        }
        writer.join().expect("written");
        assert!(!post.next(&mut message) && post.is_over());
    }

    #[test]
    fn what_nobody_took_is_counted() {
        let (mailbox, mut post) = Mailbox::new(Waker::new().expect("an eventfd"), 1000);
        for message in ["one", "", "three"] {
            assert!(mailbox.push(message.as_bytes()));
        }
        assert_eq!(post.left(), 3);
        assert!(post.next(&mut Vec::new()));
        assert!(mailbox.push(b"four"));
        assert_eq!(post.left(), 3);
    }

    #[test]
    fn nobody_waits_for_room_that_nobody_makes() {
        let (mailbox, post) = Mailbox::new(Waker::new().expect("an eventfd"), 8);
        assert!(mailbox.push(b"longer than there is room for"));
        assert!(!post.is_over());
        let writer = thread::spawn(move || mailbox.push(b"next"));
        drop(post);
        assert!(!writer.join().expect("ended"));
    }
}
