//! A ring of buffers that the kernel fills as it likes and the program gives back (Linux 5.19).
//!
//! The layout is that of io_uring_register_buf_ring(3): entries of 16 bytes, the tail where the first
//! entry has its reserved field. The mapping lives as long as the process.

use std::io;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU16, Ordering};

use io_uring::IoUring;
use io_uring::types::BufRingEntry;
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};

/// The buffers, and the ring that offers them to the kernel.
pub struct Buffers {
    ring: *mut BufRingEntry,
    bytes: *mut u8,
    tail: u16,
}

impl Buffers {
    /// Maps them and offers all of them to `ring` as group [`GROUP`].
    ///
    /// # Errors
    /// When there is no memory, or the kernel knows no such rings.
    pub fn register(ring: &IoUring) -> io::Result<Self> {
        let entries = usize::from(COUNT) * size_of::<BufRingEntry>();
        // Touched at once, so that they count as the server's own memory and not as a connection's.
        let flags = MapFlags::PRIVATE | MapFlags::POPULATE;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: new anonymous mappings, which overlap nothing and are never unmapped.
        let (start, bytes) = unsafe {
            (
                mmap_anonymous(ptr::null_mut(), entries, access, flags)?,
                mmap_anonymous(ptr::null_mut(), usize::from(COUNT) * BYTES, access, flags)?,
            )
        };
        // SAFETY: the mapping is page-aligned, as long as `COUNT` entries and never unmapped.
        unsafe {
            ring.submitter()
                .register_buf_ring_with_flags(start as u64, COUNT, GROUP, 0)?;
        }
        let mut buffers = Buffers {
            ring: start.cast(),
            bytes: bytes.cast(),
            tail: 0,
        };
        (0..COUNT).for_each(|buffer| buffers.give_back(buffer));
        Ok(buffers)
    }

    /// The first `count` bytes of a buffer that the kernel has filled and that is not yet given back.
    ///
    /// # Panics
    /// For a buffer or a count that there is not.
    pub fn bytes(&self, buffer: u16, count: usize) -> &[u8] {
        assert!(
            buffer < COUNT && count <= BYTES,
            "the kernel fills what it has"
        );
        // SAFETY: inside the mapping by the assertion; the kernel writes to a buffer only while it is
        // offered, and the caller has not given this one back.
        unsafe { slice::from_raw_parts(self.bytes.add(usize::from(buffer) * BYTES), count) }
    }

    /// Offers a buffer to the kernel again.
    pub fn give_back(&mut self, buffer: u16) {
        let index = usize::from(self.tail & (COUNT - 1));
        // SAFETY: both places are inside their mappings, and the kernel reads an entry only once the
        // tail has passed it.
        unsafe {
            let entry = &mut *self.ring.add(index);
            entry.set_addr(self.bytes.add(usize::from(buffer) * BYTES) as u64);
            entry.set_len(BYTES as u32);
            entry.set_bid(buffer);
        }
        self.tail = self.tail.wrapping_add(1);
        // SAFETY: the ring begins at this address, so the tail is where the library says; the kernel
        // only reads it.
        let tail = unsafe { &*BufRingEntry::tail(self.ring).cast::<AtomicU16>() };
        tail.store(self.tail, Ordering::Release);
    }
}

/// The only group of buffers.
pub const GROUP: u16 = 0;
/// A power of two, as the kernel asks.
const COUNT: u16 = 1024;
/// Bytes of one buffer: sixteen messages of 64 bytes, and as much again.
const BYTES: usize = 2048;
