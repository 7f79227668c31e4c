//! When each datagram is meant to leave.

use timing::Tick;

/// Instants at equal distances, the first at the start.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    start: Tick,
    rate_hz: f64,
    total: u64,
}

impl Schedule {
    /// `rate_hz` a second for so long, at least one.
    pub fn new(start: Tick, rate_hz: f64, lasting: std::time::Duration) -> Self {
        Self {
            start,
            rate_hz,
            total: ((lasting.as_secs_f64() * rate_hz).round() as u64).max(1),
        }
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// When the one of that number is meant to leave. Calculated from the number and not from the one
    /// before, so that no error adds up.
    pub fn intended(&self, number: u64) -> Tick {
        let nanos = number as f64 * 1e9 / self.rate_hz;
        self.start + std::time::Duration::from_nanos(nanos as u64)
    }

    /// How many of those from `next` on are due at `now`, at most `most`.
    pub fn due(&self, next: u64, now: Tick, most: usize) -> usize {
        let numbers = (next..self.total).take(most);
        let due = numbers.take_while(|number| self.intended(*number) <= now);
        due.count()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn schedule() -> Schedule {
        Schedule::new(Tick::from_nanos(1000), 1e6, Duration::from_micros(10))
    }

    #[test]
    fn instants_are_at_equal_distances_from_the_start() {
        let schedule = schedule();
        assert_eq!(schedule.total(), 10);
        assert_eq!(schedule.intended(0), Tick::from_nanos(1000));
        assert_eq!(schedule.intended(9), Tick::from_nanos(10_000));
    }

    #[test]
    fn due_is_what_is_past_and_was_not_sent() {
        let check = |next, now, most, expected| {
            assert_eq!(schedule().due(next, Tick::from_nanos(now), most), expected);
        };
        check(0, 0, 64, 0);
        check(0, 1000, 64, 1);
        check(0, 3500, 64, 3);
        check(2, 3500, 64, 1);
        check(0, 3500, 2, 2);
        check(0, 1_000_000, 64, 10);
        check(10, 1_000_000, 64, 0);
    }

    #[test]
    fn a_slow_schedule_has_one_at_least() {
        let slow = Schedule::new(Tick::ZERO, 0.001, Duration::from_millis(1));
        assert_eq!((slow.total(), slow.due(0, Tick::ZERO, 5)), (1, 1));
    }
}
