//! Memory that this process, its threads and the processes it forks share.

use std::{io, ptr, sync::atomic::AtomicU64};

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// An anonymous shared mapping of 64-bit words, all zero, and unmapped when dropped. Pages that
/// nobody touches take no memory.
#[derive(Debug)]
pub struct Region {
    start: *const AtomicU64,
    words: usize,
}

// SAFETY: the mapping is read and written through atomics only, which threads may share.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// Maps `words` words.
    ///
    /// # Errors
    /// When the address space or the overcommit limit does not allow it.
    pub fn new(words: usize) -> io::Result<Self> {
        let bytes = words.max(1) * size_of::<AtomicU64>();
        // SAFETY: a fresh mapping at an address of the kernel's choice overlaps nothing.
        let start = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED | MapFlags::NORESERVE,
            )?
        };
        Ok(Self {
            start: start.cast(),
            words,
        })
    }

    /// `count` words from `offset` on.
    ///
    /// # Panics
    /// When they are not inside the region.
    pub fn words(&self, offset: usize, count: usize) -> &[AtomicU64] {
        let end = offset
            .checked_add(count)
            .expect("a region's words fit in memory");
        assert!(
            end <= self.words,
            "words {offset}..{end} are outside the region"
        );
        // SAFETY: the range is inside the mapping, which lives as long as `self`; the kernel zeroed
        // it, and zero is a valid `AtomicU64`; page alignment is enough for a word.
        unsafe { std::slice::from_raw_parts(self.start.add(offset), count) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        let bytes = self.words.max(1) * size_of::<AtomicU64>();
        // SAFETY: this is the mapping that `new` made, and no borrow of it outlives `self`.
        let _ = unsafe { munmap(self.start.cast_mut().cast(), bytes) };
    }
}
