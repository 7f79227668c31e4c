//! A stock of buffers that the kernel fills as bytes come, and the program gives back (Linux 5.19).
//!
//! The layout is that of io_uring_register_buf_ring(3): entries of 16 bytes, the tail where the first
//! entry has its reserved field.

use std::{
    ffi::c_void,
    io, ptr, slice,
    sync::atomic::{AtomicU16, Ordering},
};

use io_uring::{IoUring, types::BufRingEntry};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// See the file's description.
pub(crate) struct Buffers {
    entries: Mapping,
    bytes: Mapping,
    tail: u16,
}

/// A buffer that the kernel has filled. There is one for each filling, so that none is given back twice.
#[derive(Debug)]
pub(crate) struct Filled {
    buffer: u16,
    count: usize,
}

impl Buffers {
    /// Maps them and offers all of them to `ring` as group [`GROUP`].
    ///
    /// # Errors
    /// When there is no memory, or the kernel knows no such rings.
    pub(crate) fn register(ring: &IoUring) -> io::Result<Self> {
        let mut buffers = Self {
            entries: Mapping::new(usize::from(COUNT) * size_of::<BufRingEntry>())?,
            bytes: Mapping::new(usize::from(COUNT) * BYTES)?,
            tail: 0,
        };
        let start = buffers.entries.start as u64;
        // SAFETY: the mapping begins with a page and has room for `COUNT` entries; who drops the buffers
        // has closed the ring, or has them leaked.
        unsafe {
            ring.submitter()
                .register_buf_ring_with_flags(start, COUNT, GROUP, 0)?;
        }
        (0..COUNT).for_each(|buffer| buffers.offer(buffer));
        Ok(buffers)
    }

    /// What a completion says of a buffer.
    ///
    /// # Safety
    /// The kernel has said in a completion that it has filled that buffer so far, and this is called once
    /// for that completion.
    ///
    /// # Panics
    /// For a buffer or a count that there is not.
    pub(crate) unsafe fn filled(buffer: u16, count: usize) -> Filled {
        assert!(
            buffer < COUNT && count <= BYTES,
            "the kernel fills what it has"
        );
        Filled { buffer, count }
    }

    /// What the kernel has filled in.
    pub(crate) fn bytes(&self, filled: &Filled) -> &[u8] {
        // SAFETY: inside the mapping, as was asserted; the kernel writes to a buffer only while it is
        // offered, and this one has not been given back, or the caller would not have `filled`.
        unsafe { slice::from_raw_parts(self.place(filled.buffer), filled.count) }
    }

    /// Offers a buffer to the kernel again.
    pub(crate) fn give_back(&mut self, filled: Filled) {
        self.offer(filled.buffer);
    }

    /// Never unmaps them: the kernel may still be filling one.
    pub(crate) fn leak(&mut self) {
        self.bytes.is_leaked = true;
        self.entries.is_leaked = true;
    }

    fn offer(&mut self, buffer: u16) {
        let ring: *mut BufRingEntry = self.entries.start.cast();
        let index = usize::from(self.tail & (COUNT - 1));
        // SAFETY: the place is inside the mapping, and the kernel reads an entry only once the tail has
        // passed it.
        let entry = unsafe { &mut *ring.add(index) };
        entry.set_addr(self.place(buffer) as u64);
        entry.set_len(BYTES as u32);
        entry.set_bid(buffer);
        self.tail = self.tail.wrapping_add(1);
        // SAFETY: the ring begins at this address, so the tail is where the library says; the kernel
        // only reads it.
        let tail = unsafe { &*BufRingEntry::tail(ring).cast::<AtomicU16>() };
        tail.store(self.tail, Ordering::Release);
    }

    fn place(&self, buffer: u16) -> *mut u8 {
        let start: *mut u8 = self.bytes.start.cast();
        start.wrapping_add(usize::from(buffer) * BYTES)
    }
}

/// Pages of our own, in place from the start: they are the server's memory and not a connection's.
struct Mapping {
    start: *mut c_void,
    bytes: usize,
    is_leaked: bool,
}

impl Mapping {
    fn new(bytes: usize) -> io::Result<Self> {
        let flags = MapFlags::PRIVATE | MapFlags::POPULATE;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new anonymous mapping overlaps nothing.
        let start = unsafe { mmap_anonymous(ptr::null_mut(), bytes, access, flags)? };
        Ok(Self {
            start,
            bytes,
            is_leaked: false,
        })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if !self.is_leaked {
            // SAFETY: it was mapped with these bounds, and nothing refers to it any more: the buffers
            // are lent out with a lifetime, and who drops them while the kernel has some leaks them.
            let _ = unsafe { munmap(self.start, self.bytes) };
        }
    }
}

/// The only group of buffers.
pub(crate) const GROUP: u16 = 0;
/// A power of two, as the kernel asks. More than one turn of the kernel's usually takes.
const COUNT: u16 = 512;
/// Bytes of one buffer; longer requests take several.
const BYTES: usize = 4096;
