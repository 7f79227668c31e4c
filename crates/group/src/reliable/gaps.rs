//! When what is missing is asked for.

use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use crate::Settings;

/// One timer a rank: all of its gaps are asked for together.
#[derive(Debug)]
pub(super) struct Gaps {
    asks: Vec<Ask>,
    /// Not later than the earliest.
    wake_at: Tick,
    random: Pcg64Mcg,
    nak_delay: Duration,
    heartbeat: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Ask {
    due: Tick,
    /// When those that were asked for already are asked for again. New gaps may be asked for sooner, and do not put that off.
    again_at: Tick,
    /// How often that was planned while the packet `first` was missing.
    rounds: u32,
    /// How often it was asked since packets last came.
    times: u32,
    first: u64,
}

impl Gaps {
    /// Nothing is missing.
    pub fn new(size: usize, settings: &Settings, seed: u64) -> Self {
        let alone = size <= 2;
        Self {
            asks: vec![Ask::NONE; size],
            wake_at: Tick::MAX,
            random: Pcg64Mcg::seed_from_u64(seed),
            nak_delay: if alone {
                Duration::ZERO
            } else {
                settings.nak_delay
            },
            heartbeat: settings.heartbeat,
        }
    }

    /// Uniform from nothing to `times` the longest delay of a Nak.
    pub fn draw(&mut self, times: u32) -> Duration {
        let nanos = u64::try_from(self.nak_delay.as_nanos()).unwrap_or(u64::MAX / 4);
        let most = u128::from(nanos.saturating_mul(u64::from(times))) + 1;
        Duration::from_nanos(((u128::from(self.random.next_u64()) * most) >> 64) as u64)
    }

    /// Packets of that rank are missing that were not before.
    pub fn found(&mut self, rank: usize, now: Tick) {
        let at = now + self.draw(1);
        self.at_least(rank, at);
    }

    /// They are to be asked for now, and as if never before.
    pub fn at_once(&mut self, rank: usize, now: Tick) {
        self.asks[rank] = Ask::NONE;
        self.at_least(rank, now);
    }

    /// Nothing of that rank is missing.
    pub fn closed(&mut self, rank: usize) {
        self.asks[rank] = Ask::NONE;
    }

    /// Whether something of that rank is going to be asked for.
    pub fn is_open(&self, rank: usize) -> bool {
        self.asks[rank].due < Tick::MAX
    }

    /// Somebody else has just asked for the same.
    pub fn heard(&mut self, rank: usize, now: Tick, first: u64) {
        if self.is_open(rank) {
            self.again(rank, now, first);
        }
    }

    /// Whether that rank's time has come; it is then put off. `first` is missing.
    pub fn is_due(&mut self, rank: usize, now: Tick, first: u64) -> bool {
        if self.asks[rank].due > now {
            return false;
        }
        self.again(rank, now, first);
        let ask = &mut self.asks[rank];
        ask.times = ask.times.saturating_add(1);
        true
    }

    /// How often what is missing was asked for in vain.
    pub fn times(&self, rank: usize) -> u32 {
        self.asks[rank].times
    }

    /// When something may be due.
    pub fn wake_at(&self) -> Tick {
        self.wake_at
    }

    /// Looks when something is due.
    pub fn look(&mut self) {
        let earliest = self.asks.iter().map(|ask| ask.due).min();
        self.wake_at = earliest.unwrap_or(Tick::MAX);
    }

    /// The delay doubles, from its second time on, while the same packet is missing.
    fn again(&mut self, rank: usize, now: Tick, first: u64) {
        let spread = self.draw(1) / 2;
        let most = self.heartbeat.max(FIRST_DELAY);
        let ask = &mut self.asks[rank];
        if ask.first != first {
            *ask = Ask { first, ..Ask::NONE };
        }
        if now >= ask.again_at {
            let delay = FIRST_DELAY * (1 << ask.rounds.saturating_sub(1).min(16));
            ask.again_at = now + delay.min(most) + spread;
            ask.rounds += 1;
        }
        ask.due = ask.again_at;
        self.wake_at = self.wake_at.min(ask.due);
    }

    fn at_least(&mut self, rank: usize, at: Tick) {
        let ask = &mut self.asks[rank];
        ask.due = ask.due.min(at);
        self.wake_at = self.wake_at.min(at);
    }
}

impl Ask {
    const NONE: Self = Self {
        due: Tick::MAX,
        again_at: Tick::ZERO,
        rounds: 0,
        times: 0,
        first: 0,
    };
}

/// Some ten times what a question and its answer take in a local network. Where one datagram of ten is lost, one of thirty
/// gaps needs a third question: that one should not come late.
const FIRST_DELAY: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(size: usize) -> Gaps {
        let mut settings = Settings::new(&crate::ORDERS[1]);
        settings.heartbeat = Duration::from_millis(10);
        Gaps::new(size, &settings, 1)
    }

    fn at(millis: u64) -> Tick {
        Tick::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn two_ask_at_once_and_more_within_the_delay() {
        let mut two = gaps(2);
        two.found(1, at(5));
        assert_eq!(two.wake_at(), at(5));
        let mut three = gaps(3);
        let delays: Vec<_> = (0..100).map(|_| three.draw(1)).collect();
        assert!(
            delays
                .iter()
                .all(|delay| *delay <= Duration::from_millis(1))
        );
        assert!(
            delays
                .iter()
                .any(|delay| *delay > Duration::from_micros(700))
        );
        assert!(
            delays
                .iter()
                .any(|delay| *delay < Duration::from_micros(300))
        );
    }

    #[test]
    fn delays_double_up_to_the_heartbeat_while_the_same_is_missing() {
        let mut gaps = gaps(2);
        gaps.found(1, at(0));
        let mut asked = Vec::new();
        for millis in 0..40 {
            if gaps.is_due(1, at(millis), 7) {
                asked.push(millis);
            }
        }
        assert_eq!(asked, [0, 1, 2, 4, 8, 16, 26, 36]);
        assert_eq!(gaps.times(1), 8);
        assert!(gaps.is_due(1, at(46), 8));
        gaps.look();
        assert_eq!((gaps.wake_at(), gaps.times(1)), (at(47), 1));
    }

    #[test]
    fn a_new_gap_does_not_put_off_older_ones() {
        let mut gaps = gaps(2);
        gaps.found(1, at(0));
        let micros = |micros: u64| Tick::from_nanos(micros * 1000);
        let mut asked = Vec::new();
        for now in (0..5000).step_by(100) {
            if now % 300 == 0 {
                gaps.found(1, micros(now));
            }
            if gaps.is_due(1, micros(now), 7) && now % 300 != 0 {
                asked.push(now);
            }
        }
        assert_eq!(asked, [1000, 2000, 4000]);
    }

    #[test]
    fn what_others_ask_for_is_put_off_and_what_came_is_not_asked_for() {
        let mut gaps = gaps(2);
        gaps.heard(1, at(0), 7);
        assert!(!gaps.is_open(1));
        gaps.found(1, at(1));
        gaps.heard(1, at(1), 7);
        assert!(!gaps.is_due(1, at(1), 7) && gaps.is_due(1, at(2), 7));
        gaps.closed(1);
        gaps.look();
        assert_eq!(gaps.wake_at(), Tick::MAX);
    }
}
