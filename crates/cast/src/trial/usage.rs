//! Processor time of a thread.

/// Of the calling thread so far, in user space and in the kernel.
pub(super) fn thread_cpu_ns() -> u64 {
    // SAFETY: all bits zero is a valid `rusage`, which is made of integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is ours to write to, for the duration of the call.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    let nanos = |time: libc::timeval| {
        let micros = time.tv_sec * 1_000_000 + time.tv_usec;
        u64::try_from(micros).unwrap_or(0) * 1000
    };
    nanos(usage.ru_utime) + nanos(usage.ru_stime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_uses_processor_time() {
        let before = thread_cpu_ns();
        let mut sum = 0_u64;
        while thread_cpu_ns() == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(thread_cpu_ns() > before);
    }
}
