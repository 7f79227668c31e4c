//! The clock of leases: it goes on over restarts, and setting the date does not touch it.
//!
//! | since the clock was saved | it goes on by |
//! |---|---|
//! | the same boot of the machine | the kernel's clock since boot: exact, whatever became of the date |
//! | another boot | the date: all there is. Set back, it adds nothing; set forward, leases end early |
//!
//! It never goes back: a date that was set back brings no lease back to life, and ends none.

use naming::LeaseTime;
use timing::BootClock;

/// The clock of leases.
#[derive(Debug)]
pub(crate) struct LeaseClock {
    clock: BootClock,
    begin: LeaseTime,
    begin_boot_ms: u64,
}

/// The clock as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// What it showed.
    pub lease: LeaseTime,
    /// What the machine's clocks showed at that instant.
    pub reading: Reading,
}

/// What the machine's clocks show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Which boot of the machine it is; 0: not known.
    pub boot: u128,
    /// Milliseconds since then, while it slept too.
    pub boot_ms: u64,
    /// Milliseconds since 1970-01-01 UTC, as the date is set.
    pub unix_ms: u64,
}

impl LeaseClock {
    /// The clock, going on from where it was saved; from 0, if it never was.
    pub fn go_on(clock: BootClock, saved: Option<Saved>) -> Self {
        let reading = read(&clock);
        Self {
            clock,
            begin: saved.map_or(LeaseTime(0), |saved| saved.continued(reading)),
            begin_boot_ms: reading.boot_ms,
        }
    }

    /// What it shows.
    pub fn now(&self) -> LeaseTime {
        self.at(self.clock.since_boot_millis())
    }

    /// The seconds of the date.
    pub fn unix_s(&self) -> u64 {
        self.clock.unix_millis() / 1_000
    }

    /// The clock as it is to be kept.
    pub fn save(&self) -> Saved {
        let reading = read(&self.clock);
        Saved {
            lease: self.at(reading.boot_ms),
            reading,
        }
    }

    fn at(&self, boot_ms: u64) -> LeaseTime {
        LeaseTime(self.begin.0 + boot_ms.saturating_sub(self.begin_boot_ms))
    }
}

impl Saved {
    /// What the clock shows when the machine's show that.
    pub fn continued(&self, now: Reading) -> LeaseTime {
        let then = self.reading;
        let is_same_boot = then.boot != 0 && then.boot == now.boot;
        let gone_ms = match now.boot_ms.checked_sub(then.boot_ms) {
            Some(gone_ms) if is_same_boot => gone_ms,
            _ => now.unix_ms.saturating_sub(then.unix_ms),
        };
        LeaseTime(self.lease.0.saturating_add(gone_ms))
    }

    /// Whether somebody has set the date since: what was saved would mislead after a reboot.
    pub fn is_misled(&self, now: &Self) -> bool {
        let offset = |saved: &Self| i128::from(saved.reading.unix_ms) - i128::from(saved.lease.0);
        (offset(now) - offset(self)).abs() > DATE_STEP_MS
    }

    /// As bytes.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&self.reading.boot.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.reading.boot_ms.to_be_bytes());
        bytes[24..32].copy_from_slice(&self.reading.unix_ms.to_be_bytes());
        bytes[32..].copy_from_slice(&self.lease.0.to_be_bytes());
        bytes
    }

    /// From bytes.
    pub fn decode(bytes: &[u8; Self::BYTES]) -> Self {
        let number = |at: usize| {
            let eight = bytes[at..at + 8].try_into().expect("eight bytes");
            u64::from_be_bytes(eight)
        };
        Self {
            lease: LeaseTime(number(32)),
            reading: Reading {
                boot: u128::from(number(0)) << 64 | u128::from(number(8)),
                boot_ms: number(16),
                unix_ms: number(24),
            },
        }
    }

    /// How many bytes it takes.
    pub const BYTES: usize = 40;
}

fn read(clock: &BootClock) -> Reading {
    Reading {
        boot: clock.boot(),
        boot_ms: clock.since_boot_millis(),
        unix_ms: clock.unix_millis(),
    }
}

/// The date may be slewed a little at a time, by the thousand at most, without being set: a second is a step.
const DATE_STEP_MS: i128 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    const SAVED: Saved = Saved {
        lease: LeaseTime(5_000),
        reading: Reading {
            boot: 7,
            boot_ms: 100_000,
            unix_ms: 1_000_000,
        },
    };

    #[track_caller]
    fn check(boot: u128, boot_ms: u64, unix_ms: u64, expected_ms: u64) {
        let now = Reading {
            boot,
            boot_ms,
            unix_ms,
        };
        assert_eq!(SAVED.continued(now), LeaseTime(expected_ms));
    }

    #[test]
    fn on_the_same_boot_the_date_does_not_count() {
        check(7, 103_000, 1_003_000, 8_000);
        check(7, 103_000, 0, 8_000);
        check(7, 103_000, 900_000_000, 8_000);
    }

    #[test]
    fn after_a_reboot_the_date_is_all_there_is() {
        check(8, 50, 1_060_000, 65_000);
        check(8, 500_000, 1_060_000, 65_000);
    }

    #[test]
    fn a_date_set_back_over_a_reboot_adds_nothing_and_takes_nothing() {
        check(8, 50, 999_999, 5_000);
        check(8, 50, 0, 5_000);
    }

    #[test]
    fn a_boot_that_is_not_known_is_another() {
        let unknown = Saved {
            reading: Reading {
                boot: 0,
                ..SAVED.reading
            },
            ..SAVED
        };
        let now = Reading {
            boot: 0,
            boot_ms: 200_000,
            unix_ms: 1_000_001,
        };
        assert_eq!(unknown.continued(now), LeaseTime(5_001));
    }

    #[test]
    fn a_clock_since_boot_that_went_back_is_not_believed() {
        check(7, 99_999, 1_002_000, 7_000);
    }

    #[test]
    fn a_date_that_was_set_is_noticed_and_one_that_was_slewed_is_not() {
        let later = |lease_ms: u64, unix_ms: u64| Saved {
            lease: LeaseTime(lease_ms),
            reading: Reading {
                unix_ms,
                ..SAVED.reading
            },
        };
        assert!(!SAVED.is_misled(&later(9_000, 1_004_400)));
        assert!(SAVED.is_misled(&later(9_000, 1_006_000)));
        assert!(SAVED.is_misled(&later(9_000, 900_000)));
    }

    #[test]
    fn what_is_kept_comes_back() {
        assert_eq!(Saved::decode(&SAVED.encode()), SAVED);
    }

    #[test]
    fn it_goes_on_from_where_it_was() {
        let clock = LeaseClock::go_on(BootClock::open(), Some(SAVED));
        let now = clock.now();
        assert!(now >= SAVED.lease);
        let again = LeaseClock::go_on(BootClock::open(), Some(clock.save()));
        assert!(again.now() >= now);
    }
}
