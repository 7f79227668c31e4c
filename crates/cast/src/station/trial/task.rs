//! What a member has to say and when, and what was measured meanwhile.

use std::time::Duration;

use stats::Distribution;
use timing::Tick;

use crate::trial::{Pace, Schedule};

/// What a member has to say and when.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// As fast as the group takes it; or so many a second, by this member.
    pub pace: Pace,
    /// Whether this member says anything.
    pub is_sender: bool,
    /// From when on.
    pub begins: Tick,
    /// Until when.
    pub ends: Tick,
    /// From when on deliveries count, or, on schedule, what was meant to be said then.
    pub counts_from: Tick,
    /// Until when.
    pub counts_to: Tick,
}

impl Task {
    /// Begins then, and counts for so long, with so much on both sides that does not count.
    pub fn new(pace: Pace, begins: Tick, lasting: Duration, margin: Duration) -> Self {
        let counts_from = begins + margin;
        Self {
            pace,
            is_sender: true,
            begins,
            ends: counts_from + lasting + margin,
            counts_from,
            counts_to: counts_from + lasting,
        }
    }

    /// The same with other turns: so many take them, and this is the one of that number.
    pub fn of_turn(mut self, turn: usize, turns: usize) -> Self {
        if let Pace::Hertz(hertz) = self.pace {
            let part = turn as f64 / turns.max(1) as f64;
            self.begins += Duration::from_secs_f64(part / hertz);
        }
        self
    }

    /// Whether what happens then counts.
    pub(super) fn counts(&self, at: Tick) -> bool {
        (self.counts_from..self.counts_to).contains(&at)
    }

    pub(super) fn schedule(&self) -> Option<Schedule> {
        match self.pace {
            Pace::Flat => None,
            Pace::Hertz(hertz) => Some(Schedule::new(
                self.begins,
                hertz,
                self.ends.since(self.begins),
            )),
        }
    }
}

/// What was measured during a task.
#[derive(Clone, Debug)]
pub struct Phase {
    /// The task.
    pub task: Task,
    /// Deliveries that count, by the rank of their senders.
    pub delivered: Vec<u64>,
    /// How long after their instants messages were given to the group; on schedule.
    pub lateness: Distribution,
    /// From then until this member delivered its own messages; on schedule.
    pub own: Distribution,
    /// From then until this member delivered those of others; on schedule.
    pub others: Distribution,
    /// The longest time between two deliveries; on schedule.
    pub silence: Duration,
    pub(super) last: Option<Tick>,
    /// When each message was delivered, by its sender and its number less one; on schedule.
    pub(super) arrivals: Vec<Vec<(u64, u64)>>,
}

impl Phase {
    pub(super) fn new(task: Task, members: usize) -> Self {
        Self {
            task,
            delivered: vec![0; members],
            lateness: Distribution::default(),
            own: Distribution::default(),
            others: Distribution::default(),
            silence: Duration::ZERO,
            last: None,
            arrivals: vec![Vec::new(); members],
        }
    }

    /// On schedule: a message that was meant to be said then was delivered now.
    pub(super) fn timed(&mut self, now: Tick, intended: Tick, from: usize, is_own: bool) {
        if let Some(last) = self.last.replace(now) {
            self.silence = self.silence.max(now.since(last));
        }
        if !self.task.counts(intended) {
            return;
        }
        self.delivered[from] += 1;
        match is_own {
            true => self.own.record(now.nanos_since(intended)),
            false => self.others.record(now.nanos_since(intended)),
        }
    }
}
