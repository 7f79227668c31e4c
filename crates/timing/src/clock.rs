//! Clocks: the machine's own, and one that a test moves by hand.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rustix::time::{ClockId, Timespec, clock_gettime};

use crate::Tick;

/// Tells the time, monotonic and civil.
pub trait Clock: Send + Sync {
    /// The time since the run began; never goes back.
    fn now(&self) -> Tick;

    /// Milliseconds since 1970-01-01 UTC. For text that people read and for protocols that carry
    /// it; never for a difference, because it jumps when the machine's date is set.
    fn unix_millis(&self) -> u64;
}

/// `CLOCK_MONOTONIC`, counted from an origin.
///
/// Two processes on one machine read the same clock, so a parent that hands its
/// [`SystemClock::origin_nanos`] to a child can lay the child's instants beside its own.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin_nanos: u64,
}

impl SystemClock {
    /// A clock whose run begins now.
    pub fn start() -> Self {
        Self {
            origin_nanos: nanos(clock_gettime(ClockId::Monotonic)),
        }
    }

    /// A clock whose run began when `CLOCK_MONOTONIC` stood at `origin_nanos`.
    pub const fn with_origin(origin_nanos: u64) -> Self {
        Self { origin_nanos }
    }

    /// Nanoseconds since 1970-01-01 UTC, for logs of several processes that are laid beside each other.
    pub fn unix_nanos(&self) -> u64 {
        crate::boot::unix_nanos()
    }

    /// What `CLOCK_MONOTONIC` showed, in nanoseconds, when this clock's run began.
    pub const fn origin_nanos(&self) -> u64 {
        self.origin_nanos
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Tick {
        let now = nanos(clock_gettime(ClockId::Monotonic));
        Tick::from_nanos(now.saturating_sub(self.origin_nanos))
    }

    fn unix_millis(&self) -> u64 {
        crate::boot::unix_millis()
    }
}

/// Sleeps until `clock` reaches `deadline`; returns at once when it has passed.
///
/// The sleep is relative to the last reading and repeated, so a signal that cuts it short does not
/// shorten it.
pub fn sleep_until(clock: &dyn Clock, deadline: Tick) {
    loop {
        let left = deadline.since(clock.now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left);
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock {
    now_nanos: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at the beginning of its run.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.now_nanos.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.now_nanos.load(Ordering::Relaxed))
    }

    fn unix_millis(&self) -> u64 {
        self.now_nanos.load(Ordering::Relaxed) / 1_000_000
    }
}

pub(crate) fn nanos(time: Timespec) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_clock_never_goes_back() {
        let clock = SystemClock::start();
        let mut last = clock.now();
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }

    #[test]
    fn clocks_of_one_origin_agree() {
        let first = SystemClock::start();
        let second = SystemClock::with_origin(first.origin_nanos());
        let (before, between, after) = (first.now(), second.now(), first.now());
        assert!(before <= between && between <= after);
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = ManualClock::new();
        assert_eq!(clock.now(), Tick::ZERO);
        clock.advance(Duration::from_millis(2));
        assert_eq!(clock.now(), Tick::from_nanos(2_000_000));
    }
}
