//! The machine's clock since it was booted, for what has to go on counting while no program runs.

use std::time::SystemTime;

use rustix::time::{ClockId, clock_gettime};

/// `CLOCK_BOOTTIME` and which boot it counts from, beside the date.
///
/// It runs on while the machine sleeps and is not touched when the date is set; two processes of one boot read the same
/// clock, one after another too.
#[derive(Clone, Copy, Debug)]
pub struct BootClock {
    boot: u128,
}

impl BootClock {
    /// The clock of this boot.
    pub fn open() -> Self {
        Self {
            boot: boot().unwrap_or(0),
        }
    }

    /// Which boot of the machine this is: a random number; 0 where the kernel does not say.
    pub const fn boot(&self) -> u128 {
        self.boot
    }

    /// Milliseconds since the machine was booted.
    pub fn since_boot_millis(&self) -> u64 {
        crate::clock::nanos(clock_gettime(ClockId::Boottime)) / 1_000_000
    }

    /// Milliseconds since 1970-01-01 UTC; 0 before it.
    pub fn unix_millis(&self) -> u64 {
        unix_millis()
    }
}

/// The date, in milliseconds since 1970-01-01 UTC; 0 before it.
///
/// It is read through libc, unlike the other clocks, so that tools which show a program another date (`faketime`) reach it,
/// and only it.
pub(crate) fn unix_millis() -> u64 {
    unix_nanos() / 1_000_000
}

/// The same in nanoseconds.
pub(crate) fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

fn boot() -> Option<u128> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clocks_of_one_boot_agree() {
        let (first, second) = (BootClock::open(), BootClock::open());
        assert_eq!(first.boot(), second.boot());
        assert_ne!(first.boot(), 0);
        let before = first.since_boot_millis();
        assert!(second.since_boot_millis() >= before);
    }
}
