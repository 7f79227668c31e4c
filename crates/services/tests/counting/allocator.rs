//! The system's allocator, which tells somebody who counts: for the tests that say that nothing is
//! allocated in steady state, in this folder and in that of the command line.

use std::alloc::{GlobalAlloc, Layout, System};

/// Calls its function before it gives memory, which must not allocate.
pub struct Counting(pub fn());

// SAFETY: every call is handed on to the system's allocator as it came, and counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: `GlobalAlloc::alloc` says what the caller owes, and that is owed to the system's in turn.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        (self.0)();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: `GlobalAlloc::dealloc` says what the caller owes, and that is owed to the system's in turn.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and all memory is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }

    // SAFETY: `GlobalAlloc::realloc` says what the caller owes, and that is owed to the system's in turn.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        (self.0)();
        // SAFETY: the caller keeps the contract of `realloc`, and all memory is the system's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
