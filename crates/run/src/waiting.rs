//! How long to let the kernel sleep so that a deadline is met to the microsecond.

use std::{num::NonZeroU64, time::Duration};

use rustix::{
    event::{PollFd, Timespec, poll},
    io::Errno,
    thread::set_current_timer_slack,
};

/// From now on timers of this thread, and of the threads and processes that it makes, may be late by
/// a nanosecond on purpose; the default is 50 µs.
pub fn make_punctual() {
    // A refusal makes the thread less punctual, which shows in what is measured.
    let _ = set_current_timer_slack(NonZeroU64::new(1));
}

/// Sleeps until one of `fds` is ready, a signal comes or, at the latest, `left` has passed; for ever
/// without it. It may return earlier with nothing ready, and the caller looks at the clock and calls
/// again. Says how many are ready.
///
/// # Errors
/// `EINTR` after a signal, `ENOMEM` when the kernel has no memory.
pub fn wait(fds: &mut [PollFd<'_>], left: Option<Duration>) -> Result<usize, Errno> {
    let timeout = left.map(|left| in_kernel_form(nap(left)));
    poll(fds, timeout.as_ref())
}

/// How long to sleep at a time when `left` is left, for who waits in the kernel by other calls than
/// [`wait`].
///
/// `poll` and `epoll_wait` may be late by a thousandth of their time-out, whatever the thread's slack is
/// (`select_estimate_accuracy` in Linux, `fs/select.c`). So a longer sleep ends a little more than
/// that early, and the rest is slept by itself: up to four seconds take two sleeps.
pub fn nap(left: Duration) -> Duration {
    match left > PRECISE {
        true => left - left / 800,
        false => left,
    }
}

fn in_kernel_form(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// A thousandth of this is five microseconds.
const PRECISE: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nap_with_the_kernels_delay_ends_before_the_deadline_or_close_to_it() {
        for nanos in [
            0,
            1,
            999_999,
            1_000_000,
            1_000_001,
            50_000_000,
            3_000_000_000_000,
        ] {
            let left = Duration::from_nanos(nanos);
            let end = nap(left) + (nap(left) / 1000).min(Duration::from_millis(100));
            assert!(end <= left + Duration::from_micros(5), "{nanos} ns");
        }
    }

    #[test]
    fn a_wait_of_seconds_takes_two_naps_even_when_the_kernel_is_late() {
        for (millis, is_late) in [(20, false), (1000, true), (3000, true), (4000, false)] {
            let left = Duration::from_millis(millis);
            let first = nap(left);
            let rest = left
                - first
                - if is_late {
                    first / 1000
                } else {
                    Duration::ZERO
                };
            assert_eq!(nap(rest), rest, "{millis} ms");
        }
    }
}
