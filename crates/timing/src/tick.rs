//! An instant: nanoseconds since the run began.

use std::{
    fmt,
    ops::{Add, AddAssign},
    time::Duration,
};

/// Nanoseconds since the run began.
///
/// 64 bits hold 584 years; arithmetic saturates at both ends, so a deadline "for ever" is
/// [`Tick::MAX`] and the distance to an instant in the past is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// The beginning of the run.
    pub const ZERO: Self = Self(0);
    /// Later than every instant a run can reach.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `nanos` nanoseconds after the run began.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the run began.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the run began, for display and for arithmetic with laws.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// [`Tick::since`] in nanoseconds.
    pub const fn nanos_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Tick {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl AddAssign<Duration> for Tick {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} s", self.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_into_the_past_is_zero() {
        let (early, late) = (Tick::from_nanos(3), Tick::from_nanos(5));
        assert_eq!(late.since(early), Duration::from_nanos(2));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    #[test]
    fn a_deadline_past_the_end_of_time_is_for_ever() {
        assert_eq!(Tick::from_nanos(1) + Duration::MAX, Tick::MAX);
    }
}
