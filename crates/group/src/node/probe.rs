//! Whether those who are heard live, now.
//!
//! Whatever was said once can be played back. So what is heard of another view, or of others that look around, counts only when
//! whoever said it answers a number that nobody can have known before: *probe*, *here*. This member's own view needs nothing of the kind:
//! its members, and what they say in it, were never there before.

use std::time::Duration;

use timing::Tick;

use super::context::Context;
use crate::frame::{Body, Here, Out, Probe};
use crate::{MemberId, To, View, ViewId};

/// One who is asked, and has to answer.
#[derive(Debug, Default)]
pub(super) struct Probed {
    /// The number that is not answered yet, 0 where there is none.
    nonce: u64,
    ask_at: Tick,
    answered: Option<Tick>,
}

impl Probed {
    /// The number to ask with, if it is time to ask: it was not asked a moment ago. `draw` is called when it takes a new one.
    pub fn ask(&mut self, now: Tick, pause: Duration, draw: impl FnOnce() -> u64) -> Option<u64> {
        if now < self.ask_at {
            return None;
        }
        if self.nonce == 0 {
            self.nonce = draw().max(1);
        }
        self.ask_at = now + pause;
        Some(self.nonce)
    }

    /// It answered with that number. Whether that counts; it does once.
    pub fn on_here(&mut self, now: Tick, nonce: u64) -> bool {
        let is_answer = nonce != 0 && nonce == self.nonce;
        if is_answer {
            (self.nonce, self.answered) = (0, Some(now));
        }
        is_answer
    }

    /// Whether it has answered within that time.
    pub fn is_alive(&self, now: Tick, fresh: Duration) -> bool {
        self.answered.is_some_and(|at| now < at + fresh)
    }
}

/// How many questions of strangers are answered in a heartbeat.
#[derive(Debug, Default)]
pub(super) struct Answers {
    until: Tick,
    count: u32,
}

impl Answers {
    /// Whether one more is answered.
    pub fn take(&mut self, now: Tick, heartbeat: Duration) -> bool {
        if now >= self.until {
            *self = Self {
                until: now + heartbeat,
                count: 0,
            };
        }
        self.count += 1;
        self.count <= ANSWERS_MAX
    }
}

impl Context<'_> {
    /// Asks whether that member is there, in that view.
    pub fn probe(&mut self, whom: MemberId, view: ViewId, nonce: u64) {
        let header = self.rest.header(view);
        let probe = Probe { to: whom, nonce };
        self.say(To::One(whom), &header, &Body::Probe(probe));
    }

    /// Answers that this member is there, in that view, if it was asked.
    pub fn answer(
        &mut self,
        whom: MemberId,
        view: ViewId,
        asked: Probe,
        size: usize,
        blocked: bool,
    ) {
        if asked.to == self.rest.me && self.may_answer() {
            let header = self.rest.header(view);
            let here = Here {
                nonce: asked.nonce,
                size: size as u8,
                is_blocked: blocked,
            };
            self.say(To::One(whom), &header, &Body::Here(here));
        }
    }

    /// Answers somebody of an earlier view that the others are in this one now.
    pub fn say_out(&mut self, whom: MemberId, nonce: u64, view: &View) {
        if self.may_answer() {
            let header = self.rest.header(view.id);
            let view = view.clone();
            self.say(To::One(whom), &header, &Body::Out(Out { nonce, view }));
        }
    }

    /// Whether another question of a stranger is answered: nobody can make a member talk all the time.
    fn may_answer(&mut self) -> bool {
        let heartbeat = self.rest.settings.heartbeat;
        self.rest.answers.take(self.now, heartbeat)
    }
}

/// Every other member, and as many newcomers, may ask each heartbeat.
const ANSWERS_MAX: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick::from_nanos(millis * 1_000_000)
    }

    const PAUSE: Duration = Duration::from_millis(25);
    const FRESH: Duration = Duration::from_millis(200);

    #[test]
    fn only_the_number_that_was_asked_counts_and_only_once() {
        let mut probed = Probed::default();
        assert!(!probed.on_here(at(0), 0), "nothing was asked");
        assert_eq!(probed.ask(at(0), PAUSE, || 7), Some(7));
        assert_eq!(probed.ask(at(24), PAUSE, || 8), None);
        assert_eq!(probed.ask(at(25), PAUSE, || 8), Some(7), "it may be late");
        assert!(!probed.on_here(at(26), 8) && !probed.is_alive(at(26), FRESH));
        assert!(probed.on_here(at(27), 7) && probed.is_alive(at(226), FRESH));
        assert!(!probed.on_here(at(28), 7), "that was played back");
        assert!(!probed.is_alive(at(227), FRESH));
        assert_eq!(probed.ask(at(227), PAUSE, || 0), Some(1), "0 is no number");
    }

    #[test]
    fn so_many_are_answered_in_a_heartbeat() {
        let mut answers = Answers::default();
        let mut count = |millis| {
            let taken = (0..1000).filter(|_| answers.take(at(millis), PAUSE));
            taken.count() as u32
        };
        assert_eq!(count(1), ANSWERS_MAX);
        assert_eq!(count(25), 0);
        assert_eq!(count(26), ANSWERS_MAX);
    }
}
