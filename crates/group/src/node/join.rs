//! Coming and going: what a member does that is in no view, what the others do for it, and how one leaves.
//!
//! ```text
//!   newcomer: Join(none) ...... hears Status of views ──▶ Join(that view) ──▶ the leader takes it into the next view ──▶ Commit
//!             hears no view: the lowest of those who look around founds one
//! ```
//!
//! Where a number of members is configured of which more than half must be there, founding takes as many: all who look around say
//! whom they would found a view with (`Join` into the first view of the lowest), and that one founds it with those who said
//! so. An incarnation enters one view only that it did not choose the change to, so of any two views founded this way one
//! at the most comes to life.

use std::collections::BTreeMap;
use std::time::Duration;

use timing::Tick;

use crate::frame::{Join, Status};
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Partitions, Quorum, Seat, Settings, View, ViewId};

/// A member in no view, which looks around.
#[derive(Debug)]
pub(super) struct Looking {
    me: Seat,
    heartbeat: Duration,
    found_after: Duration,
    /// How many must be there to found a view.
    needed: usize,
    views: BTreeMap<ViewId, Sight>,
    others: BTreeMap<MemberId, Other>,
    /// What this member said last, and when it speaks next.
    into: ViewId,
    say_at: Tick,
    /// Since when no view is heard of.
    alone_since: Tick,
    looked_at: Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Say to all, in a frame of no view, that this member wants to come into that one (into none: that it looks around).
    Say(ViewId),
    /// Begin with this view, which this member is in. The others that may be in it are told by a commit in a frame of no view.
    Found(View),
}

/// A view that is heard of.
#[derive(Debug)]
struct Sight {
    size: usize,
    is_blocked: bool,
    first: Tick,
    last: Tick,
}

/// Another that looks around.
#[derive(Debug)]
struct Other {
    seat: Seat,
    into: ViewId,
    last: Tick,
}

impl Looking {
    /// Nobody is heard of yet.
    pub fn new(me: Seat, settings: &Settings, now: Tick) -> Self {
        let needed = match (settings.partitions, settings.quorum) {
            (Partitions::Primary, Quorum::Of(number)) => number / 2 + 1,
            _ => 1,
        };
        Self {
            me,
            heartbeat: settings.heartbeat,
            found_after: settings.found_after,
            needed,
            views: BTreeMap::new(),
            others: BTreeMap::new(),
            into: ViewId::NONE,
            say_at: now,
            alone_since: now,
            looked_at: now,
        }
    }

    /// Whether a view that was agreed on is to be installed by this member: it is in it, and if it was founded, chose it.
    pub fn takes(&self, next: &View) -> bool {
        next.rank(self.me.member).is_some() && (next.id.epoch > 1 || next.id == self.into)
    }

    /// Somebody in that view gave a sign of life.
    pub fn on_status(&mut self, now: Tick, view: ViewId, status: &Status) {
        if view == ViewId::NONE
            || (self.views.len() >= VIEWS_MAX && !self.views.contains_key(&view))
        {
            return;
        }
        let sight = self.views.entry(view).or_insert(Sight {
            size: 0,
            is_blocked: false,
            first: now,
            last: now,
        });
        (sight.size, sight.is_blocked, sight.last) =
            (status.received.len(), status.is_blocked, now);
    }

    /// Another looks around, or wants to come into a view.
    pub fn on_join(&mut self, now: Tick, from: MemberId, join: &Join) {
        let is_full = self.others.len() >= MEMBERS_MAX && !self.others.contains_key(&from);
        if from == self.me.member || is_full {
            return;
        }
        // An earlier incarnation will not come any more.
        self.others.remove(&join.was);
        let seat = Seat {
            member: from,
            name: join.name.clone(),
        };
        let (into, last) = (join.into, now);
        self.others.insert(from, Other { seat, into, last });
    }

    /// What is due; called until there is nothing more.
    pub fn on_time(&mut self, now: Tick) -> Option<Step> {
        let fresh = FRESH_HEARTBEATS * self.heartbeat;
        self.views.retain(|_, sight| now < sight.last + fresh);
        self.others.retain(|_, other| now < other.last + fresh);
        self.looked_at = now;
        if !self.views.is_empty() || self.others.values().any(|other| self.is_there(other.into)) {
            self.alone_since = now;
        } else if now >= self.founds_at()
            && let Some(view) = self.founded(now)
        {
            return Some(Step::Found(view));
        }
        let into = self.choice(now);
        if now < self.say_at && into == self.into {
            return None;
        }
        (self.into, self.say_at) = (into, now + self.heartbeat);
        Some(Step::Say(into))
    }

    /// When [`Looking::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        let chooses_at = self
            .views
            .values()
            .map(|sight| sight.first + self.heartbeat);
        let chooses_at = chooses_at.min().filter(|_| self.into == ViewId::NONE);
        let founds_at =
            Some(self.founds_at()).filter(|_| self.views.is_empty() && self.is_lowest());
        let waits = [chooses_at, founds_at].into_iter().flatten();
        waits
            .filter(|at| *at > self.looked_at)
            .fold(self.say_at, Tick::min)
    }

    /// Into which view: of those that can go on the largest, of equals the lowest. Where there is none, and it takes several to
    /// found one, the first of the lowest that looks around.
    fn choice(&self, now: Tick) -> ViewId {
        if self.views.is_empty() {
            let is_time = self.needed > 1 && now >= self.founds_at();
            return if is_time {
                self.first_of(self.lowest())
            } else {
                ViewId::NONE
            };
        }
        let is_seen = |sight: &&Sight| now >= sight.first + self.heartbeat;
        if !self.views.values().any(|sight| is_seen(&sight)) {
            return ViewId::NONE;
        }
        let rank =
            |(id, sight): (&ViewId, &Sight)| (sight.is_blocked, usize::MAX - sight.size, *id);
        self.views
            .iter()
            .map(rank)
            .min()
            .map_or(ViewId::NONE, |(.., id)| id)
    }

    /// A view to begin with, if it is this member's to found it and enough are there.
    fn founded(&self, now: Tick) -> Option<View> {
        if !self.is_lowest() {
            return None;
        }
        let id = self.first_of(self.me.member);
        let mut seats = vec![self.me.clone()];
        if self.needed > 1 {
            let with = self.others.values().filter(|other| other.into == id);
            seats.extend(with.map(|other| other.seat.clone()).take(MEMBERS_MAX - 1));
        }
        let waits = seats.len() <= self.others.len() && now < self.founds_at() + self.found_after;
        let is_enough = seats.len() >= self.needed && (self.needed == 1 || !waits);
        is_enough.then_some(View { id, seats })
    }

    /// Whether a view is there into which another wants to come. First views are there or not yet, where it takes several to found one.
    fn is_there(&self, view: ViewId) -> bool {
        view.epoch > u64::from(self.needed > 1)
    }

    fn founds_at(&self) -> Tick {
        self.alone_since + self.found_after
    }

    fn lowest(&self) -> MemberId {
        self.others
            .keys()
            .next()
            .map_or(self.me.member, |other| self.me.member.min(*other))
    }

    fn is_lowest(&self) -> bool {
        self.lowest() == self.me.member
    }

    fn first_of(&self, by: MemberId) -> ViewId {
        ViewId { epoch: 1, by }
    }
}

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
const FRESH_HEARTBEATS: u32 = 4;

/// How many views are looked at.
const VIEWS_MAX: usize = 64;

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

    fn settings(quorum: Quorum) -> Settings {
        Settings {
            quorum,
            ..Settings::new(&ORDERS[0])
        }
    }

    /// Those who look around hear each other: the views that they found within ten seconds, by whom.
    fn look_together(members: &[u64], quorum: Quorum) -> Vec<(u64, View)> {
        let new = |member: &u64| Looking::new(seat(*member), &settings(quorum), Tick::ZERO);
        let mut all: Vec<Looking> = members.iter().map(new).collect();
        let mut founded = Vec::new();
        let mut now = Tick::ZERO;
        while now < at(10_000) && founded.is_empty() {
            for (from, member) in members.iter().enumerate() {
                match all[from].on_time(now) {
                    None => {}
                    Some(Step::Found(view)) => founded.push((*member, view)),
                    Some(Step::Say(into)) => {
                        for other in &mut all {
                            other.on_join(now, MemberId(*member), &join(into, 0));
                        }
                    }
                }
            }
            let next = all.iter().map(Looking::wake_at).min();
            now = next
                .expect("somebody looks")
                .max(now + Duration::from_micros(100));
        }
        founded
    }

    #[test]
    fn the_lowest_founds_a_view_of_its_own() {
        let founded = look_together(&[30, 20, 40], Quorum::LastView);
        let view = View {
            id: id(1, 20),
            seats: vec![seat(20)],
        };
        assert_eq!(founded, [(20, view)]);
    }

    #[test]
    fn where_a_number_is_configured_more_than_half_of_it_found_together() {
        let founded = look_together(&[30, 20, 40], Quorum::Of(4));
        let view = View {
            id: id(1, 20),
            seats: vec![seat(20), seat(30), seat(40)],
        };
        assert_eq!(founded, [(20, view)]);
        assert_eq!(look_together(&[30, 20, 40], Quorum::Of(6)), []);
    }

    #[test]
    fn one_who_chose_another_first_view_does_not_enter_this_one() {
        let mut looking = Looking::new(seat(30), &settings(Quorum::Of(3)), Tick::ZERO);
        looking.on_join(at(280), MemberId(20), &join(ViewId::NONE, 0));
        assert_eq!(looking.on_time(at(300)), Some(Step::Say(id(1, 20))));
        let takes = |by, members: [u64; 2], epoch| {
            looking.takes(&View {
                id: id(epoch, by),
                seats: members.map(seat).to_vec(),
            })
        };
        assert!(takes(20, [20, 30], 1));
        assert!(!takes(21, [21, 30], 1));
        assert!(takes(21, [21, 30], 2), "that one was agreed on");
        assert!(!takes(20, [20, 31], 1));
    }

    /// Into which view, after a heartbeat in which those were heard of: id, size, whether blocked.
    #[track_caller]
    fn check_choice(views: &[(ViewId, usize, bool)], expected: ViewId) {
        let mut looking = Looking::new(seat(30), &settings(Quorum::LastView), Tick::ZERO);
        assert_eq!(looking.on_time(at(0)), Some(Step::Say(ViewId::NONE)));
        for (view, size, is_blocked) in views {
            let received = vec![0; *size];
            let status = Status {
                received,
                is_blocked: *is_blocked,
                ..Status::default()
            };
            looking.on_status(at(10), *view, &status);
        }
        assert_eq!(looking.on_time(at(50)), Some(Step::Say(ViewId::NONE)));
        assert_eq!(looking.on_time(at(50)), None);
        assert_eq!(looking.wake_at(), at(60));
        assert_eq!(looking.on_time(at(60)), Some(Step::Say(expected)));
    }

    #[test]
    fn the_best_view_is_joined() {
        check_choice(&[(id(5, 1), 2, false), (id(4, 2), 3, false)], id(4, 2));
        check_choice(&[(id(5, 1), 2, false), (id(4, 2), 3, true)], id(5, 1));
        check_choice(&[(id(5, 2), 3, false), (id(5, 1), 3, false)], id(5, 1));
    }

    #[test]
    fn nobody_founds_while_there_is_a_view() {
        let mut looking = Looking::new(seat(30), &settings(Quorum::LastView), Tick::ZERO);
        for millis in (0..2000).step_by(50) {
            match millis < 1000 {
                true => looking.on_status(at(millis), id(3, 1), &Status::default()),
                false => looking.on_join(at(millis), MemberId(40), &join(id(3, 1), 0)),
            }
            assert!(!matches!(looking.on_time(at(millis)), Some(Step::Found(_))));
        }
        let mut steps = (2000..3000).filter_map(|millis| looking.on_time(at(millis)));
        assert!(steps.any(|step| matches!(step, Step::Found(_))));
    }

    #[test]
    fn the_others_hear_who_wants_to_come_in() {
        let mut newcomers = Newcomers::new(&settings(Quorum::LastView));
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
        let mut newcomers = Newcomers::new(&settings(Quorum::LastView));
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
        let mut leaving = Leaving::new(at(0), &settings(Quorum::LastView));
        let (mut said, mut now) = (0, at(0));
        while let Some(LeavingStep::Say) = leaving.on_time(now) {
            assert_eq!(leaving.on_time(now), None);
            said += 1;
            now = leaving.wake_at();
        }
        assert_eq!((said, now), (20, at(1000)));
    }
}
