//! Schedules, drawn from a seed.

use std::ops::Range;
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64;

use super::{Fault, FaultKind, Meddling, Places, Schedule, Sending};
use crate::{Delay, Link};

/// What schedules are drawn by. Of faults each seed gets none to as many as said here.
#[derive(Clone, Debug, PartialEq)]
pub struct Knobs {
    /// How many members there are at the beginning.
    pub members: usize,
    /// How many messages each of them sends.
    pub messages: usize,
    /// The longest message.
    pub bytes_max: usize,
    /// The share of datagrams that is lost.
    pub loss: f64,
    /// The share of datagrams that comes twice.
    pub duplicates: f64,
    /// How long they are on their way.
    pub delay: Delay,
    /// Members that crash; about half of them come back.
    pub crashes: usize,
    /// Pauses of a member.
    pub pauses: usize,
    /// Cuts through the network, in one direction or in both.
    pub partitions: usize,
    /// Members that come later.
    pub joins: usize,
    /// Members that leave; about half of them come back.
    pub leaves: usize,
    /// Clocks that run fast or slow, or jump.
    pub skews: usize,
    /// Of each of [`Meddling::ALL`]: times in which somebody who listens meddles.
    pub meddlers: [usize; 4],
    /// How long anything is sent or goes wrong.
    pub active: Duration,
    /// How long it is quiet after that, at the most.
    pub quiet: Duration,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            members: 5,
            messages: 40,
            bytes_max: 1_200,
            loss: 0.05,
            duplicates: 0.02,
            delay: Delay::Uniform(Duration::from_micros(50), Duration::from_millis(1)),
            crashes: 2,
            pauses: 2,
            partitions: 2,
            joins: 1,
            leaves: 1,
            skews: 2,
            meddlers: [0; 4],
            active: Duration::from_millis(1_500),
            quiet: Duration::from_secs(20),
        }
    }
}

impl Knobs {
    /// The schedule of that seed.
    pub fn draw(&self, seed: u64) -> Schedule {
        let mut draw = Draw {
            random: Pcg64::seed_from_u64(seed ^ SALT),
            active_us: u64::try_from(self.active.as_micros()).unwrap_or(u64::MAX),
        };
        let link = Link {
            loss: self.loss,
            duplicates: self.duplicates,
            delay: self.delay,
            loops_back: draw.below(2) == 0,
            turn: Duration::from_micros([0, 5, 20, 100][draw.below(4)]),
        };
        let places = (self.members + self.joins).min(super::PLACES_MAX);
        let mut faults = self.faults(&mut draw, places);
        faults.sort_by_key(|fault| fault.at);
        let mut schedule = Schedule {
            seed,
            members: self.members,
            link,
            sendings: self.sendings(&mut draw, places),
            faults,
            active: self.active,
            quiet: self.quiet,
        };
        schedule.tidy();
        schedule
    }

    fn sendings(&self, draw: &mut Draw, places: usize) -> Vec<Sending> {
        let mut sendings = Vec::with_capacity(places * self.messages);
        for place in 0..places {
            let mut left = self.messages;
            while left > 0 {
                // Alone, or some at once: as many as a datagram holds, and more.
                let count = match draw.below(3) {
                    0 => 1 + draw.below(12),
                    _ => 1,
                };
                let at = draw.at(0..100);
                for _ in 0..count.min(left) {
                    let bytes = match draw.below(20) {
                        0 => self.bytes_max,
                        1 => draw.below(self.bytes_max + 1),
                        _ => draw.below(self.bytes_max.min(64) + 1),
                    };
                    sendings.push(Sending { at, place, bytes });
                }
                left -= count.min(left);
            }
        }
        sendings.sort_by_key(|sending| sending.at);
        sendings
    }

    fn faults(&self, draw: &mut Draw, places: usize) -> Vec<Fault> {
        let mut faults = Vec::new();
        for place in self.members..places {
            if draw.below(self.joins + 1) > 0 {
                let kind = FaultKind::Join(place);
                faults.push(Fault {
                    at: draw.at(0..80),
                    until: None,
                    kind,
                });
            }
        }
        for _ in 0..draw.below(self.crashes + 1) {
            let kind = FaultKind::Crash(draw.below(places));
            faults.push(draw.perhaps_for_good(kind));
        }
        for _ in 0..draw.below(self.leaves + 1) {
            let kind = FaultKind::Leave(draw.below(places));
            faults.push(draw.perhaps_for_good(kind));
        }
        for _ in 0..draw.below(self.pauses + 1) {
            let kind = FaultKind::Pause(draw.below(places));
            faults.push(draw.for_a_while(kind));
        }
        for _ in 0..draw.below(self.partitions + 1) {
            draw.partition(places, &mut faults);
        }
        for _ in 0..draw.below(self.skews + 1) {
            let place = draw.below(places);
            faults.push(match draw.below(3) {
                0 => Fault {
                    at: draw.at(0..100),
                    until: None,
                    kind: FaultKind::Jump(place, Duration::from_millis(1 << draw.below(11))),
                },
                1 => {
                    let kind = FaultKind::Rate(place, draw.rate(300_000));
                    draw.for_a_while(kind)
                }
                _ => Fault {
                    at: Duration::ZERO,
                    until: None,
                    kind: FaultKind::Rate(place, draw.rate(2_000)),
                },
            });
        }
        for (meddling, most) in Meddling::ALL.into_iter().zip(self.meddlers) {
            // Where nobody may meddle nothing is drawn, so that seeds stay what they are.
            let count = if most == 0 { 0 } else { draw.below(most + 1) };
            for _ in 0..count {
                let share_ppm = 2_000_000 >> draw.below(8);
                faults.push(draw.for_a_while(FaultKind::Meddle(meddling, share_ppm)));
            }
        }
        faults
    }
}

struct Draw {
    random: Pcg64,
    active_us: u64,
}

impl Draw {
    /// A number below that one; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u128;
        ((u128::from(self.random.next_u64()) * end) >> 64) as usize
    }

    /// A time in that part of the active span, in percent.
    fn at(&mut self, percent: Range<u64>) -> Duration {
        let [from, to] = [percent.start, percent.end].map(|part| self.active_us * part / 100);
        Duration::from_micros(from + self.below((to - from) as usize) as u64)
    }

    /// A fault that is over before the active span is: short ones are as frequent as long ones.
    fn for_a_while(&mut self, kind: FaultKind) -> Fault {
        let at = self.at(0..95);
        let octave = self.below(8) as u32;
        let most = (self.active_us >> octave).max(2);
        let lasts = Duration::from_micros(most / 2 + self.below((most / 2) as usize) as u64);
        let end = Duration::from_micros(self.active_us);
        Fault {
            at,
            until: Some((at + lasts).min(end)),
            kind,
        }
    }

    fn perhaps_for_good(&mut self, kind: FaultKind) -> Fault {
        let mut fault = self.for_a_while(kind);
        fault.until = fault.until.filter(|_| self.below(2) == 0);
        fault
    }

    fn rate(&mut self, most: i64) -> i64 {
        self.below(2 * most as usize + 1) as i64 - most
    }

    /// A member that is deaf, or dumb, or both; one link; or the members in two halves.
    fn partition(&mut self, places: usize, faults: &mut Vec<Fault>) {
        let one = Places::one(self.below(places));
        let some: Places = (0..places).filter(|_| self.below(2) == 0).collect();
        let (from, to, is_both) = match self.below(6) {
            0 => (one.others().below(places), one, false),
            1 => (one, one.others().below(places), false),
            2 => (one, one.others().below(places), true),
            3 => (one, Places::one(self.below(places)), false),
            4 => (some, some.others().below(places), false),
            _ => (some, some.others().below(places), true),
        };
        if from == Places::NONE || to == Places::NONE {
            return;
        }
        let fault = self.for_a_while(FaultKind::Cut(from, to));
        faults.push(fault);
        if is_both {
            let kind = FaultKind::Cut(to, from);
            faults.push(Fault { kind, ..fault });
        }
    }
}

/// The schedule's own chances are not those of its run.
const SALT: u64 = 0x7363_6865_6475_6c65;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_schedule() {
        let knobs = Knobs::default();
        assert_eq!(knobs.draw(3), knobs.draw(3));
        assert_ne!(knobs.draw(3).sendings, knobs.draw(4).sendings);
    }

    #[test]
    fn nothing_begins_or_ends_after_the_active_span() {
        let knobs = Knobs::default();
        for seed in 0..1_000 {
            let schedule = knobs.draw(seed);
            for fault in &schedule.faults {
                assert!(fault.at <= schedule.active, "{seed}: {fault}");
                let is_in_time = |until| (fault.at..=schedule.active).contains(&until);
                assert!(fault.until.is_none_or(is_in_time), "{seed}: {fault}");
            }
            assert!(
                schedule
                    .sendings
                    .iter()
                    .all(|one| one.at <= schedule.active)
            );
            assert!(schedule.sendings.is_sorted_by_key(|one| one.at));
        }
    }

    #[test]
    fn every_kind_of_fault_is_drawn() {
        let knobs = Knobs {
            meddlers: [1; 4],
            ..Knobs::default()
        };
        let all = (0..100).flat_map(|seed| knobs.draw(seed).faults);
        let mut names: Vec<String> = all
            .map(|fault| fault.to_string().split(' ').next().unwrap().to_owned())
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(
            names,
            [
                "crash", "cut", "join", "jump", "leave", "meddle", "pause", "rate"
            ]
        );
    }

    #[test]
    fn without_knobs_nothing_goes_wrong() {
        let knobs = Knobs {
            crashes: 0,
            pauses: 0,
            partitions: 0,
            joins: 0,
            leaves: 0,
            skews: 0,
            ..Knobs::default()
        };
        for seed in 0..100 {
            let schedule = knobs.draw(seed);
            assert_eq!(schedule.faults, []);
            assert_eq!(schedule.sendings.len(), 5 * 40);
            assert_eq!(schedule.places(), 5);
        }
    }
}
