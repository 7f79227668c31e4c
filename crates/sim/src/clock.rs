//! A host's own clock: it runs fast or slow, and jumps.

use std::time::Duration;

use timing::Tick;

/// A host's own clock. It never goes back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostClock {
    /// From here on it runs at this rate.
    since: Tick,
    /// What it showed then.
    shown: Tick,
    /// Millionths by which it is faster than time.
    fast_ppm: i64,
}

impl HostClock {
    /// A clock that is right, and begins at `shown`.
    pub fn new(now: Tick, shown: Tick) -> Self {
        Self {
            since: now,
            shown,
            fast_ppm: 0,
        }
    }

    /// What it shows.
    pub fn at(&self, now: Tick) -> Tick {
        let passed = now.nanos_since(self.since);
        self.shown + Duration::from_nanos(scaled(passed, self.rate(), MILLION))
    }

    /// When it shows that time; never before `now`.
    pub fn when(&self, now: Tick, shown: Tick) -> Tick {
        if shown == Tick::MAX {
            return Tick::MAX;
        }
        let ahead = shown.nanos_since(self.shown);
        let passed = scaled(ahead, MILLION, self.rate());
        let mut when = self.since + Duration::from_nanos(passed);
        if self.at(when) < shown {
            // Both divisions round down.
            when += Duration::from_nanos(1 + MILLION / self.rate());
        }
        when.max(now)
    }

    /// From now on it runs at another rate, between half and double.
    pub fn set_rate(&mut self, now: Tick, fast_ppm: i64) {
        self.shown = self.at(now);
        self.since = now;
        self.fast_ppm = fast_ppm.clamp(-500_000, 1_000_000);
    }

    /// It jumps ahead.
    pub fn jump(&mut self, ahead: Duration) {
        self.shown += ahead;
    }

    fn rate(&self) -> u64 {
        MILLION.saturating_add_signed(self.fast_ppm)
    }
}

fn scaled(nanos: u64, by: u64, of: u64) -> u64 {
    if by == of {
        return nanos;
    }
    let scaled = u128::from(nanos) * u128::from(by) / u128::from(of);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

const MILLION: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_jump_and_a_rate_take_effect_from_then_on() {
        let tick = Tick::from_nanos;
        let mut clock = HostClock::new(tick(100), tick(1_000));
        assert_eq!(clock.at(tick(150)), tick(1_050));
        clock.set_rate(tick(200), 1_000_000);
        assert_eq!(clock.at(tick(300)), tick(1_300));
        clock.jump(Duration::from_nanos(50));
        assert_eq!(clock.at(tick(300)), tick(1_350));
        assert_eq!(clock.when(tick(200), Tick::MAX), Tick::MAX);
        assert_eq!(clock.when(tick(400), tick(1_200)), tick(400));
    }

    proptest! {
        #[test]
        fn what_is_waited_for_is_shown_then(
            fast_ppm in -500_000_i64..=1_000_000, since in 0_u64..1 << 40, ahead in 0_u64..1 << 40,
        ) {
            let mut clock = HostClock::new(Tick::ZERO, Tick::ZERO);
            let since = Tick::from_nanos(since);
            clock.set_rate(since, fast_ppm);
            let shown = clock.at(since) + Duration::from_nanos(ahead);
            let when = clock.when(since, shown);
            prop_assert!(clock.at(when) >= shown);
            prop_assert!(clock.at(when).nanos_since(shown) <= 8, "{} {}", clock.at(when), shown);
        }
    }
}
