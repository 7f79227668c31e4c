//! Processor time, as the kernel counts it.

use std::mem;

/// Of this process: all its threads, also those that have ended.
pub(crate) fn own_ns() -> u64 {
    let mut usage = nothing();
    // SAFETY: writes the one value.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    nanos(&usage)
}

/// Of nobody yet.
pub(crate) fn nothing() -> libc::rusage {
    // SAFETY: all bits zero is a valid `rusage`, which is made of integers.
    unsafe { mem::zeroed() }
}

/// In user and kernel mode.
pub(crate) fn nanos(usage: &libc::rusage) -> u64 {
    let nanos = |time: libc::timeval| {
        let micros = time.tv_sec * 1_000_000 + time.tv_usec;
        u64::try_from(micros).unwrap_or(0) * 1_000
    };
    nanos(usage.ru_utime) + nanos(usage.ru_stime)
}
