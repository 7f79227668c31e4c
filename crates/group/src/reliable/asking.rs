//! Asking for what is missing: when, how often, and what is heard of others who ask.
//!
//! A packet is missing from the moment at which something shows that it was sent: a later one, or somebody's count. It may still be on
//! its way, behind what was quicker. So it is asked for when it is later than packets of that sender use to be: at once where
//! none ever overtakes another. What was asked for is asked for again when the answer takes longer than answers do.

use std::time::Duration;

use rand_core::Rng as _;
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::habits::Habits;
use super::lane::{Lane, Missing, mark};
use super::streams::{Action, Streams};
use crate::frame::{Holding, Nak};

impl Streams {
    /// That packet of that rank was sent, as somebody says, and all before it: those of which nothing was known are missing.
    pub(super) fn notice(&mut self, now: Tick, from: usize, last: u64) {
        if from == self.own || last <= self.lanes[from].known() {
            return;
        }
        let delay = self.nak_delay();
        let drawn = part(&mut self.random, delay);
        let lane = &mut self.lanes[from];
        let late = lane.habits.late(&self.habits);
        lane.notice(last, Missing::new(now, now + late + drawn));
        self.ask_at = self.ask_at.min(lane.ask_at.max(lane.rest_until));
    }

    /// Within which time, drawn at random, something is asked for: the more there are who may miss it too, the longer, so that one is
    /// first and the others hear it.
    fn nak_delay(&self) -> Duration {
        let whole = self.settings.nak_delay;
        if !self.is_repaired() {
            return whole;
        }
        // The sender and this member do not ask each other.
        let others = self.lanes.len().saturating_sub(2).min(MANY);
        whole * others as u32 / MANY as u32
    }

    /// Asks for what is due; without repair, gives it up.
    pub(super) fn ask(&mut self, now: Tick, of: usize, actions: &mut Vec<Action>) {
        if self.lanes[of].ask_at > now || self.lanes[of].rest_until > now {
            return;
        }
        if !self.is_repaired() {
            return self.lanes[of].give_up(now, |lost| actions.push(Action::Lost(of, lost)));
        }
        let (window, longest) = (self.window, self.settings.heartbeat);
        let lane = &mut self.lanes[of];
        let reach = lane.through.saturating_add(2 * window);
        let cut = self.cut.as_ref().map(|cut| &cut[of]);
        if let Some(cut) = cut
            && of != self.own
        {
            lane.notice(cut.last().min(reach), Missing::new(now, now));
        }
        let answer = answer(lane, &self.habits, longest);
        let (mut due, mut next) = (Vec::new(), Tick::MAX);
        for (sequence, missing) in lane.all_missing(reach) {
            if cut.is_some_and(|cut| !cut.has(sequence)) {
                continue;
            }
            if missing.ask_at <= now {
                due.push(sequence);
                let pause = answer * (1 << missing.asks.saturating_sub(1).min(10));
                missing.ask(now, now + pause.min(longest.max(answer)));
            }
            next = next.min(missing.ask_at);
        }
        lane.ask_at = next;
        if let Some(nak) = nak(of, &due) {
            lane.rest_until = now + ASK_REST;
            actions.push(Action::Nak(nak));
        }
    }

    /// Another member asks all for what this one misses, too: the answer will come here as well.
    pub(super) fn postpone(&mut self, now: Tick, of: usize, nak: &Nak) {
        let longest = self.settings.heartbeat;
        let lane = &mut self.lanes[of];
        let until = now + answer(lane, &self.habits, longest);
        let first_asked = |(sequence, missing): &(u64, &mut Missing)| {
            missing.asks == 0 && !nak.has.has(*sequence)
        };
        for (_, missing) in lane.all_missing(nak.last).filter(first_asked) {
            missing.ask_at = missing.ask_at.max(until);
        }
    }
}

/// How long an answer may take before it is asked for again, the second time; from the third time on twice as long each time.
fn answer(lane: &Lane, all: &Habits, longest: Duration) -> Duration {
    match lane.habits.answer(all) {
        None => ANSWER,
        Some(most) => most.clamp(ANSWER_MIN, longest.max(ANSWER)),
    }
}

/// A question for these, which ascend.
fn nak(of: usize, wanted: &[u64]) -> Option<Nak> {
    let (first, last) = (*wanted.first()?, *wanted.last()?);
    let mut beyond = Vec::new();
    let mut rest = &wanted[1..];
    for sequence in first + 1..last {
        match rest.split_first() {
            Some((next, others)) if *next == sequence => rest = others,
            _ => mark(&mut beyond, sequence - (first + 1)),
        }
    }
    Some(Nak {
        of: of as u8,
        has: Holding {
            through: first - 1,
            beyond,
        },
        last,
    })
}

/// A part of that time, drawn.
pub(super) fn part(random: &mut Pcg64Mcg, whole: Duration) -> Duration {
    let nanos = u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(random.next_u64() % nanos.saturating_add(1).max(1))
}

/// After which time what was asked for is asked for again while it is not known how long answers take: some ten times what a question
/// and its answer take in a local network.
const ANSWER: Duration = Duration::from_millis(1);
/// The least of it otherwise: for as long nobody sends a packet another time.
const ANSWER_MIN: Duration = super::repairing::REPAIR_REST;
/// The least time between two questions for packets of one sender: what is found missing meanwhile goes into one.
const ASK_REST: Duration = Duration::from_micros(200);
/// How many others may ask for the same before one waits the whole delay.
const MANY: usize = 16;
