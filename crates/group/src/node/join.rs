//! Coming and going: what the members of a view do for those who want to come in, and how one leaves.

use std::collections::BTreeMap;
use std::time::Duration;

use timing::Tick;

use crate::frame::Join;
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Seat, Settings, View, ViewId};

/// Those who want to come into a view, as a member of it hears them.
#[derive(Debug)]
pub(super) struct Newcomers {
    patience: Duration,
    room: usize,
    seats: BTreeMap<MemberId, (Seat, Tick)>,
}

/// Who said `Join`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Somebody who looks around, or wants to go elsewhere.
    Nothing,
    /// Somebody who wants to come in.
    Newcomer,
    /// The same, and the group is full.
    Full,
    /// A member of the view, which has not heard so: tell it.
    Seat,
    /// Somebody who was the member of that rank: that one has to go.
    Back(usize),
}

impl Newcomers {
    /// Nobody wants to come in yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            patience: settings
                .suspect_after
                .max(FRESH_HEARTBEATS * settings.heartbeat),
            room: MEMBERS_MAX,
            seats: BTreeMap::new(),
        }
    }

    /// Somebody wants to come in, or looks around. `last` is the view before: who wants to come into that one means this one.
    pub fn on_join(
        &mut self,
        now: Tick,
        from: MemberId,
        join: &Join,
        view: &View,
        last: ViewId,
    ) -> Heard {
        if view.rank(from).is_some() {
            return Heard::Seat;
        }
        self.seats.remove(&join.was);
        let was = view.rank(join.was);
        self.room = MEMBERS_MAX - view.size().min(MEMBERS_MAX);
        let is_for_us = join.into != ViewId::NONE && (join.into == view.id || join.into == last);
        if is_for_us {
            if self.seats.len() >= self.room && !self.seats.contains_key(&from) {
                return was.map_or(Heard::Full, Heard::Back);
            }
            let seat = Seat {
                member: from,
                name: join.name.clone(),
            };
            self.seats.insert(from, (seat, now));
        }
        let heard = if is_for_us {
            Heard::Newcomer
        } else {
            Heard::Nothing
        };
        was.map_or(heard, Heard::Back)
    }

    /// Who wants to come in and was heard lately.
    pub fn wanted(&mut self, now: Tick) -> Vec<Seat> {
        let patience = self.patience;
        self.seats.retain(|_, (_, last)| now < *last + patience);
        self.seats.values().map(|(seat, _)| seat.clone()).collect()
    }
}

/// A member that says that it leaves, until the others have agreed on a view without it, or have not for too long.
#[derive(Debug)]
pub(super) struct Leaving {
    heartbeat: Duration,
    say_at: Tick,
    until: Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeavingStep {
    /// Say to all that this member leaves.
    Say,
    /// Go: nobody answers.
    Gone,
}

impl Leaving {
    /// It is to be said at once.
    pub fn new(now: Tick, settings: &Settings) -> Self {
        Self {
            heartbeat: settings.heartbeat,
            say_at: now,
            until: now + 4 * settings.suspect_after,
        }
    }

    /// What is due.
    pub fn on_time(&mut self, now: Tick) -> Option<LeavingStep> {
        if now >= self.until {
            return Some(LeavingStep::Gone);
        }
        if now < self.say_at {
            return None;
        }
        self.say_at = now + self.heartbeat;
        Some(LeavingStep::Say)
    }

    /// When [`Leaving::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        self.say_at.min(self.until)
    }
}

/// For how many heartbeats what was heard once counts.
pub(super) const FRESH_HEARTBEATS: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Name, ORDERS};

    fn at(millis: u64) -> Tick {
        Tick::from_nanos(millis * 1_000_000)
    }

    fn name() -> Name {
        Name::new("m").expect("a name")
    }

    fn seat(member: u64) -> Seat {
        Seat {
            member: MemberId(member),
            name: name(),
        }
    }

    fn id(epoch: u64, by: u64) -> ViewId {
        let by = MemberId(by);
        ViewId { epoch, by }
    }

    fn join(into: ViewId, was: u64) -> Join {
        Join {
            name: name(),
            into,
            was: MemberId(was),
        }
    }

    fn settings() -> Settings {
        Settings::new(&ORDERS[0])
    }

    #[test]
    fn the_others_hear_who_wants_to_come_in() {
        let mut newcomers = Newcomers::new(&settings());
        let view = View {
            id: id(5, 1),
            seats: vec![seat(1), seat(2)],
        };
        let mut heard = |from, into, was| {
            newcomers.on_join(at(0), MemberId(from), &join(into, was), &view, id(4, 1))
        };
        assert_eq!(heard(9, ViewId::NONE, 0), Heard::Nothing);
        assert_eq!(heard(8, id(6, 6), 0), Heard::Nothing);
        assert_eq!(heard(7, id(5, 1), 0), Heard::Newcomer);
        assert_eq!(heard(6, id(4, 1), 0), Heard::Newcomer);
        assert_eq!(heard(5, id(5, 1), 2), Heard::Back(1));
        assert_eq!(heard(4, id(5, 1), 7), Heard::Newcomer);
        assert_eq!(heard(2, ViewId::NONE, 0), Heard::Seat);
        let wanted = newcomers.wanted(at(249));
        assert_eq!(
            wanted,
            [seat(4), seat(5), seat(6)],
            "of 7 a later incarnation came"
        );
        assert_eq!(newcomers.wanted(at(250)), []);
    }

    #[test]
    fn a_full_group_turns_away() {
        let mut newcomers = Newcomers::new(&settings());
        let view = View {
            id: id(5, 1),
            seats: (1..MEMBERS_MAX as u64).map(seat).collect(),
        };
        let mut heard = |from| {
            newcomers.on_join(
                at(0),
                MemberId(from),
                &join(id(5, 1), 0),
                &view,
                ViewId::NONE,
            )
        };
        assert_eq!(heard(100), Heard::Newcomer);
        assert_eq!(heard(101), Heard::Full);
        assert_eq!(heard(100), Heard::Newcomer);
    }

    #[test]
    fn whoever_leaves_says_so_and_goes_in_the_end() {
        let mut leaving = Leaving::new(at(0), &settings());
        let (mut said, mut now) = (0, at(0));
        while let Some(LeavingStep::Say) = leaving.on_time(now) {
            assert_eq!(leaving.on_time(now), None);
            said += 1;
            now = leaving.wake_at();
        }
        assert_eq!((said, now), (20, at(1000)));
    }
}
