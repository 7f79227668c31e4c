//! Bytes on their way into the kernel, which may not take them all at once.

use rustix::{
    fd::OwnedFd,
    io::Errno,
    net::{SendFlags, send},
};

/// What the kernel has not taken yet, in order, and how much it has.
#[derive(Debug, Default)]
pub(crate) struct SendQueue {
    waiting: Vec<u8>,
    /// How many of `waiting`, from its front, the kernel has taken.
    taken: usize,
    handed: u64,
}

impl SendQueue {
    /// How many bytes of the stream the kernel has taken.
    pub(crate) fn handed(&self) -> u64 {
        self.handed
    }

    /// How many bytes wait for the kernel.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() - self.taken
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long the stream is, with what waits.
    pub(crate) fn end(&self) -> u64 {
        self.handed + self.len() as u64
    }

    /// Sends `bytes` after what waits; what the kernel does not take is kept.
    ///
    /// # Errors
    /// When the connection is broken; then nothing waits any more.
    pub(crate) fn send(&mut self, socket: &OwnedFd, bytes: &[u8]) -> Result<(), Errno> {
        let taken = match self.is_empty() {
            true => self.hand(socket, bytes)?,
            false => 0,
        };
        self.waiting.extend_from_slice(&bytes[taken..]);
        Ok(())
    }

    /// Keeps `bytes` after what waits, for [`SendQueue::flush`] to send with it.
    pub(crate) fn keep(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// Sends what waits, as far as the kernel takes it.
    ///
    /// # Errors
    /// As [`SendQueue::send`].
    pub(crate) fn flush(&mut self, socket: &OwnedFd) -> Result<(), Errno> {
        let waiting = std::mem::take(&mut self.waiting);
        let taken = self.hand(socket, &waiting[self.taken..])?;
        self.waiting = waiting;
        self.taken += taken;
        if self.is_empty() {
            self.clear();
        }
        Ok(())
    }

    /// One system call; how many bytes the kernel took.
    fn hand(&mut self, socket: &OwnedFd, bytes: &[u8]) -> Result<usize, Errno> {
        let taken = loop {
            match send(socket, bytes, SendFlags::NOSIGNAL) {
                Ok(taken) => break taken,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break 0,
                Err(error) => {
                    self.clear();
                    return Err(error);
                }
            }
        };
        self.handed += taken as u64;
        Ok(taken)
    }

    fn clear(&mut self) {
        self.taken = 0;
        self.waiting.clear();
        self.waiting.shrink_to(KEPT_BYTES);
    }
}

/// What an empty queue may hold on to: one large request must not pin its size.
const KEPT_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn what_the_kernel_does_not_take_follows_in_order() {
        let (ours, mut theirs) = UnixStream::pair().expect("descriptors");
        ours.set_nonblocking(true).expect("a socket");
        let socket = OwnedFd::from(ours);
        let bytes: Vec<u8> = (0..3_000_000_u32)
            .map(|index| (index % 251) as u8)
            .collect();
        let mut queue = SendQueue::default();
        queue.send(&socket, &bytes).expect("a peer");
        queue.send(&socket, b"end").expect("a peer");
        assert!(!queue.is_empty() && queue.handed() > 0);
        assert_eq!(queue.end(), bytes.len() as u64 + 3);
        let mut received = Vec::new();
        while received.len() < bytes.len() + 3 {
            let mut part = vec![0; 100_000];
            let count = theirs.read(&mut part).expect("bytes wait");
            received.extend_from_slice(&part[..count]);
            queue.flush(&socket).expect("a peer");
        }
        assert!(received.starts_with(&bytes) && received.ends_with(b"end"));
        assert_eq!(queue.handed(), queue.end());
    }

    #[test]
    fn a_peer_that_is_gone_empties_the_queue() {
        let (ours, theirs) = UnixStream::pair().expect("descriptors");
        drop(theirs);
        let mut queue = SendQueue::default();
        assert_eq!(queue.send(&OwnedFd::from(ours), b"a"), Err(Errno::PIPE));
        assert!(queue.is_empty());
    }
}
