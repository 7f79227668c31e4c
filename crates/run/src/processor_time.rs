//! Processor time, as the kernel counts it.

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The process's: all its threads, also those that have ended.
    Process,
    /// The calling thread's.
    Thread,
}

/// Processor time so far, in user space and in the kernel, in nanoseconds.
pub fn processor_time_ns(whose: Whose) -> u64 {
    let whose = match whose {
        Whose::Process => libc::RUSAGE_SELF,
        Whose::Thread => libc::RUSAGE_THREAD,
    };
    let mut usage = no_usage();
    // SAFETY: `usage` is ours to write to, for the duration of the call.
    unsafe { libc::getrusage(whose, &raw mut usage) };
    usage_ns(&usage)
}

/// How long the calling thread was ready to run and had no processor so far, in nanoseconds; 0 where the kernel does not say.
pub fn waited_for_processor_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = text.split_whitespace().nth(1);
    waited.and_then(|waited| waited.parse().ok()).unwrap_or(0)
}

/// What nobody has used yet: for the kernel to write to.
pub fn no_usage() -> libc::rusage {
    // SAFETY: all bits zero is a valid `rusage`, which is made of integers.
    unsafe { std::mem::zeroed() }
}

/// The processor time in what the kernel wrote, in user space and in the kernel, in nanoseconds.
pub fn usage_ns(usage: &libc::rusage) -> u64 {
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
    fn a_thread_that_works_uses_processor_time_and_no_more_than_its_process() {
        let before = processor_time_ns(Whose::Thread);
        let mut sum = 0_u64;
        while processor_time_ns(Whose::Thread) == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let thread = processor_time_ns(Whose::Thread);
        assert!(thread <= processor_time_ns(Whose::Process));
    }
}
