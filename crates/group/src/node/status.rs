//! Signs of life: when, and what they say.

use std::time::Duration;

use timing::Tick;

use super::context::Context;
use super::session::Session;
use crate::frame::{Body, Status};
use crate::{Level, Settings, To};

/// When the next sign of life is due: a heartbeat after the last, and soon after the last packet, so that its loss is noticed.
#[derive(Debug)]
pub(super) struct Beat {
    heartbeat: Duration,
    heartbeat_at: Tick,
    tail_at: Tick,
    gap: Duration,
    /// Whether others wait for the last sign of life, and may not have got it.
    is_awaited: bool,
}

impl Beat {
    pub fn new(now: Tick, settings: &Settings) -> Self {
        Self {
            heartbeat: settings.heartbeat,
            heartbeat_at: now,
            tail_at: Tick::MAX,
            gap: TAIL,
            is_awaited: false,
        }
    }

    /// A packet has left.
    pub fn on_left(&mut self, now: Tick) {
        self.gap = TAIL;
        self.tail_at = now + TAIL;
    }

    /// A sign of life was sent for which others wait: nobody says whether they have it.
    pub fn on_awaited(&mut self, now: Tick) {
        self.is_awaited = true;
        self.gap = 2 * TAIL;
        self.tail_at = now + self.gap;
    }

    /// A sign of life was sent. `is_settled` when everybody has what was sent.
    pub fn on_told(&mut self, now: Tick, is_settled: bool) {
        self.heartbeat_at = now + self.heartbeat;
        if (is_settled && !self.is_awaited) || self.gap >= self.heartbeat {
            self.tail_at = Tick::MAX;
            self.is_awaited = false;
        } else if self.tail_at <= now {
            self.gap *= 2;
            self.tail_at = now + self.gap;
        }
    }

    pub fn wake_at(&self) -> Tick {
        self.heartbeat_at.min(self.tail_at)
    }
}

impl Session {
    /// Sends a sign of life if others wait for it: to know more of the order, that packets are safe, or that there is credit.
    pub fn tell_if_awaited(&mut self, cx: &mut Context<'_>, is_quiet: bool) {
        if !self.is_open() {
            return;
        }
        let unreported = self.streams.unreported();
        let is_safe = cx.rest.settings.level == Level::Safe;
        let is_awaited = (is_quiet && (self.ordering.owes() || (is_safe && unreported > 0)))
            || (is_safe && unreported >= SAFE_UNREPORTED);
        if is_awaited || unreported >= (cx.rest.settings.window_packets / 8) as u64 {
            self.tell_status(cx);
        }
        if is_awaited {
            self.beat.on_awaited(cx.now);
        }
    }

    /// Sends a sign of life.
    pub fn tell_status(&mut self, cx: &mut Context<'_>) {
        self.told_hears = self.detector.hears(cx.now);
        let status = Status {
            sent: self.streams.sent(),
            promise: self.ordering.promise(),
            received: match &self.frozen {
                Some(frozen) => frozen.clone(),
                None => self.streams.received(),
            },
            hears: self.told_hears,
            is_blocked: self.is_blocked,
        };
        cx.say(To::All, &self.header, &Body::Status(status));
        cx.rest.tally.statuses_sent += 1;
        if self.frozen.is_none() {
            self.streams.reported();
        }
        self.beat.on_told(cx.now, self.streams.all_have_mine());
    }
}

/// How soon after the last packet its number is said again, at first.
const TAIL: Duration = Duration::from_micros(500);

/// How many packets others may wait to know safe while this member has something to send itself.
const SAFE_UNREPORTED: u64 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_told_ever_more_rarely_until_all_have_it() {
        let settings = Settings::new(&crate::ORDERS[1]);
        let mut beat = Beat::new(Tick::ZERO, &settings);
        beat.on_told(Tick::ZERO, true);
        beat.on_left(Tick::ZERO);
        let mut told = Vec::new();
        while beat.wake_at() < Tick::ZERO + Duration::from_millis(300) {
            let now = beat.wake_at();
            told.push(now.as_nanos() / 100_000);
            beat.on_told(now, false);
        }
        assert_eq!(told, [5, 15, 35, 75, 155, 315, 635, 1135, 1635, 2135, 2635]);
        beat.on_left(Tick::ZERO + Duration::from_millis(300));
        beat.on_told(Tick::ZERO + Duration::from_millis(301), true);
        assert_eq!(beat.wake_at(), Tick::ZERO + Duration::from_millis(351));
    }
}
