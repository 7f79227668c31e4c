//! Datagrams of a connected socket, many with one call.

use std::io;
use std::mem::zeroed;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::ptr;

/// Room for what one call moves. A slot is for a short datagram: a longer one is cut.
pub struct Packets {
    heads: Vec<libc::mmsghdr>,
    parts: Vec<libc::iovec>,
    memory: Vec<u8>,
    lengths: Vec<usize>,
}

impl Packets {
    /// The most that one call moves.
    pub const MAX: usize = 64;

    /// Empty ones.
    pub fn new() -> Self {
        Packets {
            heads: Vec::with_capacity(Self::MAX),
            parts: Vec::with_capacity(Self::MAX),
            memory: vec![0; Self::MAX * SLOT_BYTES],
            lengths: Vec::with_capacity(Self::MAX),
        }
    }

    /// Empties them.
    pub fn clear(&mut self) {
        self.lengths.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Room for one more; there is, while fewer than [`Packets::MAX`] are there.
    pub fn push(&mut self, parts: &[&[u8]]) {
        let at = self.lengths.len() * SLOT_BYTES;
        let mut end = at;
        for part in parts {
            self.memory[end..end + part.len()].copy_from_slice(part);
            end += part.len();
        }
        self.lengths.push(end - at);
    }

    /// One of them.
    pub fn at(&self, index: usize) -> &[u8] {
        let at = index * SLOT_BYTES;
        &self.memory[at..at + self.lengths[index]]
    }

    /// Sends all, and says how many the kernel took.
    ///
    /// # Errors
    /// When it took none.
    pub fn send(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let count = self.lengths.len();
        self.point(count);
        for (part, length) in self.parts.iter_mut().zip(&self.lengths) {
            part.iov_len = *length;
        }
        // SAFETY: so many heads point to as many parts, each to a slot of `memory`, and all outlive the call.
        let sent = unsafe {
            let heads = self.heads.as_mut_ptr();
            libc::sendmmsg(socket.as_raw_fd(), heads, count as u32, 0)
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Takes what is there, without waiting; nothing is no error.
    ///
    /// # Errors
    /// When the socket has one: nobody listens there any more.
    pub fn receive(&mut self, socket: &UdpSocket) -> io::Result<()> {
        self.point(Self::MAX);
        self.lengths.clear();
        // SAFETY: so many heads point to as many parts, each to a slot of `memory`, and all outlive the call.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.heads.as_mut_ptr(),
                Self::MAX as u32,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        let Ok(received) = usize::try_from(received) else {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(()),
                _ => Err(error),
            };
        };
        let lengths = self.heads.iter().map(|head| head.msg_len as usize);
        self.lengths.extend(lengths.take(received));
        Ok(())
    }

    fn point(&mut self, count: usize) {
        self.heads.clear();
        self.parts.clear();
        for slot in self.memory.chunks_mut(SLOT_BYTES).take(count) {
            self.parts.push(libc::iovec {
                iov_base: slot.as_mut_ptr().cast(),
                iov_len: slot.len(),
            });
        }
        for part in &mut self.parts {
            // SAFETY: a head is numbers and pointers, for which zeroes are valid: nothing.
            let mut head: libc::mmsghdr = unsafe { zeroed() };
            head.msg_hdr.msg_iov = part;
            head.msg_hdr.msg_iovlen = 1;
            self.heads.push(head);
        }
    }
}

/// For a message of at most 512 bytes; an odd number of cache lines, so that slots do not share their places in the cache.
const SLOT_BYTES: usize = 576;
