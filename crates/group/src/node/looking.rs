//! A member that is in no view looks for one.
//!
//! ```text
//!   hears Status of views ──▶ Probe ──▶ Here ──▶ Join(the best of them) ──▶ that one's leader takes it into the next view ──▶ Commit
//!   hears no view: the lowest of those who look around founds one
//! ```
//!
//! What is heard may have been said at another time, and be played back: a view, or another that looks around, counts when it has
//! answered. It is asked whenever it is heard, and whoever is heard for the first time is waited for a little.
//!
//! Where a number of members is configured of which more than half must be there, founding takes as many: all who look around say
//! whom they would found a view with (`Join` into the first view of the lowest), and that one founds it with those who said
//! so. An incarnation enters one view only that it did not choose the change to, so of any two views founded this way one
//! at the most comes to life.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::join::FRESH_HEARTBEATS;
use super::probe::Probed;
use crate::frame::{Here, Join};
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
    /// Since when no view is heard of but such as cannot go on, and whether that was told.
    waits_since: Option<Tick>,
    is_waiting_told: bool,
    random: Pcg64Mcg,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Say to all, in a frame of no view, that this member wants to come into that one (into none: that it looks around).
    Say(ViewId),
    /// Ask that member whether it is there, in that view.
    Probe {
        whom: MemberId,
        view: ViewId,
        nonce: u64,
    },
    /// Tell that no view is there but one that cannot go on, of that size.
    Waits(usize),
    /// Begin with this view, which this member is in. The others that may be in it are told by a commit in a frame of no view.
    Found(View),
}

/// A view that is heard of. It is there only when a member of it has answered: others may be long gone, and played back.
#[derive(Debug)]
struct Sight {
    /// As it answered.
    size: usize,
    is_blocked: bool,
    /// Who was heard of it last.
    whom: MemberId,
    first: Tick,
    last: Tick,
    probed: Probed,
}

/// Another that looks around.
#[derive(Debug)]
struct Other {
    seat: Seat,
    into: ViewId,
    first: Tick,
    last: Tick,
    probed: Probed,
}

impl Looking {
    /// Nobody is heard of yet.
    pub fn new(me: Seat, settings: &Settings, seed: u64, now: Tick) -> Self {
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
            waits_since: None,
            is_waiting_told: false,
            random: Pcg64Mcg::seed_from_u64(seed),
        }
    }

    /// Whether a view that was agreed on is to be installed by this member: it is in it, and if it was founded, chose it.
    pub fn takes(&self, next: &View) -> bool {
        next.rank(self.me.member).is_some() && (next.id.epoch > 1 || next.id == self.into)
    }

    /// Somebody in that view gave a sign of life, then or now.
    pub fn on_status(&mut self, now: Tick, from: MemberId, view: ViewId) {
        if view == ViewId::NONE {
            return;
        }
        let fresh = self.fresh();
        if self.views.len() >= VIEWS_MAX && !self.views.contains_key(&view) {
            let dead = self.views.iter();
            let dead = dead.filter(|(_, sight)| !sight.probed.is_alive(now, fresh));
            let Some(oldest) = dead.min_by_key(|(_, sight)| sight.first) else {
                return;
            };
            let oldest = *oldest.0;
            self.views.remove(&oldest);
        }
        let sight = self.views.entry(view).or_insert_with(|| Sight {
            size: 0,
            is_blocked: false,
            whom: from,
            first: now,
            last: now,
            probed: Probed::default(),
        });
        (sight.whom, sight.last) = (from, now);
    }

    /// Another looks around, or wants to come into a view; or did once.
    pub fn on_join(&mut self, now: Tick, from: MemberId, join: &Join) {
        if from == self.me.member {
            return;
        }
        // An earlier incarnation will not come any more.
        self.others.remove(&join.was);
        let fresh = self.fresh();
        if self.others.len() >= MEMBERS_MAX && !self.others.contains_key(&from) {
            let dead = self.others.iter();
            let dead = dead.filter(|(_, other)| !other.probed.is_alive(now, fresh));
            let Some(oldest) = dead.min_by_key(|(_, other)| other.first) else {
                return;
            };
            let oldest = *oldest.0;
            self.others.remove(&oldest);
        }
        let seat = Seat {
            member: from,
            name: join.name.clone(),
        };
        let other = self.others.entry(from).or_insert_with(|| Other {
            seat,
            into: join.into,
            first: now,
            last: now,
            probed: Probed::default(),
        });
        (other.into, other.last) = (join.into, now);
    }

    /// That member answered that it is there, in that view or in none.
    pub fn on_here(&mut self, now: Tick, from: MemberId, view: ViewId, here: Here) {
        if view == ViewId::NONE {
            if let Some(other) = self.others.get_mut(&from) {
                other.probed.on_here(now, here.nonce);
            }
        } else if let Some(sight) = self.views.get_mut(&view)
            && sight.probed.on_here(now, here.nonce)
        {
            (sight.size, sight.is_blocked) = (usize::from(here.size), here.is_blocked);
        }
    }

    /// What is due; called until there is nothing more.
    pub fn on_time(&mut self, now: Tick) -> Option<Step> {
        let fresh = self.fresh();
        self.views.retain(|_, sight| now < sight.last + fresh);
        self.others.retain(|_, other| now < other.last + fresh);
        self.looked_at = now;
        if let Some(probe) = self.probe(now) {
            return Some(probe);
        }
        let wants = |other: &Other| other.is_alive(now, fresh) && self.is_there(other.into);
        if self.there(now).next().is_some() || self.others.values().any(wants) {
            self.alone_since = now;
        } else if now >= self.founds_at()
            && !self.is_unsure(now)
            && let Some(view) = self.founded(now)
        {
            return Some(Step::Found(view));
        }
        if let Some(size) = self.waits(now) {
            return Some(Step::Waits(size));
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
        let now = self.looked_at;
        let chooses_at = self
            .there(now)
            .map(|(_, sight)| sight.first + self.heartbeat);
        let chooses_at = chooses_at.min().filter(|_| self.into == ViewId::NONE);
        let is_alone = self.there(now).next().is_none() && self.is_lowest(now);
        let founds_at = Some(self.founds_at()).filter(|_| is_alone);
        let waits = [chooses_at, founds_at].into_iter().flatten();
        waits
            .filter(|at| *at > self.looked_at)
            .fold(self.say_at, Tick::min)
    }

    /// Whom to ask whether it is there: of each view whoever was heard last; of the others those on whom something depends.
    fn probe(&mut self, now: Tick) -> Option<Step> {
        let (pause, fresh) = (self.heartbeat / 2, self.fresh());
        let random = &mut self.random;
        for (view, sight) in &mut self.views {
            if let Some(nonce) = sight.probed.ask(now, pause, || random.next_u64()) {
                let (whom, view) = (sight.whom, *view);
                return Some(Step::Probe { whom, view, nonce });
            }
        }
        let me = self.me.member;
        let (mut is_lowest_known, first_of_me) = (false, first_of(me));
        for (whom, other) in &mut self.others {
            // Who is lower may be the one to found a view; the lowest that is there is.
            let matters = (*whom < me && !is_lowest_known)
                || is_there(other.into, self.needed)
                || other.into == first_of_me;
            is_lowest_known |= other.is_alive(now, fresh);
            if !matters {
                continue;
            }
            if let Some(nonce) = other.probed.ask(now, pause, || random.next_u64()) {
                let (whom, view) = (*whom, ViewId::NONE);
                return Some(Step::Probe { whom, view, nonce });
            }
        }
        None
    }

    /// The views that are there.
    fn there(&self, now: Tick) -> impl Iterator<Item = (&ViewId, &Sight)> {
        let fresh = self.fresh();
        let views = self.views.iter();
        views.filter(move |(_, sight)| sight.probed.is_alive(now, fresh))
    }

    /// Whether somebody was just heard for the first time, and may still answer. It is waited for, but not for ever.
    fn is_unsure(&self, now: Tick) -> bool {
        let is_new = |first: Tick| now < first + PROBATION_HEARTBEATS * self.heartbeat;
        let fresh = self.fresh();
        let is_open = |other: &Other| is_new(other.first) && !other.is_alive(now, fresh);
        let mut views = self.views.values();
        let mut lower = self.others.range(..self.me.member);
        now < self.founds_at() + self.found_after
            && (views.any(|sight| is_new(sight.first)) || lower.any(|(_, other)| is_open(other)))
    }

    /// The size of the best view, when it cannot go on and that is to be told.
    fn waits(&mut self, now: Tick) -> Option<usize> {
        let best = self.best(now).filter(|(_, sight)| sight.is_blocked);
        let Some(size) = best.map(|(_, sight)| sight.size) else {
            self.waits_since = None;
            return None;
        };
        let since = *self.waits_since.get_or_insert(now);
        let is_due = !self.is_waiting_told && now >= since + self.found_after;
        self.is_waiting_told |= is_due;
        is_due.then_some(size)
    }

    /// Of those that can go on the largest, of equals the lowest.
    fn best(&self, now: Tick) -> Option<(&ViewId, &Sight)> {
        self.there(now)
            .min_by_key(|(id, sight)| (sight.is_blocked, usize::MAX - sight.size, **id))
    }

    /// Into which view: the best one. Where there is none, and it takes several to found one, the first of the lowest that
    /// looks around.
    fn choice(&self, now: Tick) -> ViewId {
        let Some((best, _)) = self.best(now) else {
            let is_time = self.needed > 1 && now >= self.founds_at();
            return if is_time {
                first_of(self.lowest(now))
            } else {
                ViewId::NONE
            };
        };
        let is_seen = |sight: &Sight| now >= sight.first + self.heartbeat;
        match self.there(now).any(|(_, sight)| is_seen(sight)) {
            true => *best,
            false => ViewId::NONE,
        }
    }

    /// A view to begin with, if it is this member's to found it and enough are there.
    fn founded(&self, now: Tick) -> Option<View> {
        if !self.is_lowest(now) {
            return None;
        }
        let (id, fresh) = (first_of(self.me.member), self.fresh());
        let mut seats = vec![self.me.clone()];
        if self.needed > 1 {
            let with = self.others.values();
            let with = with.filter(|other| other.into == id && other.is_alive(now, fresh));
            seats.extend(with.map(|other| other.seat.clone()).take(MEMBERS_MAX - 1));
        }
        let waits = seats.len() <= self.others.len() && now < self.founds_at() + self.found_after;
        let is_enough = seats.len() >= self.needed && (self.needed == 1 || !waits);
        is_enough.then_some(View { id, seats })
    }

    /// Whether a view is there into which another wants to come. First views are there or not yet, where it takes several to found one.
    fn is_there(&self, view: ViewId) -> bool {
        is_there(view, self.needed)
    }

    fn founds_at(&self) -> Tick {
        self.alone_since + self.found_after
    }

    /// The lowest of those who look around and are there.
    fn lowest(&self, now: Tick) -> MemberId {
        let (me, fresh) = (self.me.member, self.fresh());
        let mut lower = self.others.range(..me);
        let lowest = lower.find(|(_, other)| other.is_alive(now, fresh));
        lowest.map_or(me, |(other, _)| *other)
    }

    fn is_lowest(&self, now: Tick) -> bool {
        self.lowest(now) == self.me.member
    }

    /// For how long what was heard counts.
    fn fresh(&self) -> Duration {
        FRESH_HEARTBEATS * self.heartbeat
    }
}

impl Other {
    fn is_alive(&self, now: Tick, fresh: Duration) -> bool {
        self.probed.is_alive(now, fresh)
    }
}

/// The first view that this member would found.
fn first_of(by: MemberId) -> ViewId {
    ViewId { epoch: 1, by }
}

/// Whether a view is there into which another wants to come, where it takes so many to found one.
fn is_there(view: ViewId, needed: usize) -> bool {
    view.epoch > u64::from(needed > 1)
}

/// For how many heartbeats somebody who is heard for the first time may take to answer.
const PROBATION_HEARTBEATS: u32 = 2;

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

    fn looking(member: u64, quorum: Quorum) -> Looking {
        Looking::new(seat(member), &settings(quorum), member, Tick::ZERO)
    }

    fn here(nonce: u64, size: u8, is_blocked: bool) -> Here {
        Here {
            nonce,
            size,
            is_blocked,
        }
    }

    /// What is due, after everybody who is asked has answered: of each view its size, and whether it is blocked.
    fn step(
        looking: &mut Looking,
        now: Tick,
        answers: impl Fn(ViewId) -> Option<(u8, bool)>,
    ) -> Option<Step> {
        loop {
            match looking.on_time(now) {
                Some(Step::Probe { whom, view, nonce }) => {
                    if let Some((size, is_blocked)) = answers(view) {
                        looking.on_here(now, whom, view, here(nonce, size, is_blocked));
                    }
                }
                step => return step,
            }
        }
    }

    /// Those who look around hear each other: the views that they found within ten seconds, by whom.
    fn look_together(members: &[u64], quorum: Quorum) -> Vec<(u64, View)> {
        let new = |member: &u64| looking(*member, quorum);
        let mut all: Vec<Looking> = members.iter().map(new).collect();
        let mut founded = Vec::new();
        let mut now = Tick::ZERO;
        while now < at(10_000) && founded.is_empty() {
            for (from, member) in members.iter().enumerate() {
                match all[from].on_time(now) {
                    None => {}
                    Some(Step::Found(view)) => founded.push((*member, view)),
                    Some(Step::Probe { whom, view, nonce }) => {
                        all[from].on_here(now, whom, view, here(nonce, 0, false));
                    }
                    Some(Step::Waits(_)) => panic!("there is no view"),
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
        let mut looking = looking(30, Quorum::Of(3));
        looking.on_join(at(280), MemberId(20), &join(ViewId::NONE, 0));
        let said = step(&mut looking, at(300), |_| Some((0, false)));
        assert_eq!(said, Some(Step::Say(id(1, 20))));
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
        let mut looking = looking(30, Quorum::LastView);
        let answers = |of: ViewId| {
            let view = views.iter().find(|(view, ..)| *view == of);
            view.map(|(_, size, is_blocked)| (*size as u8, *is_blocked))
        };
        let said = |looking: &mut Looking, millis| step(looking, at(millis), answers);
        assert_eq!(said(&mut looking, 0), Some(Step::Say(ViewId::NONE)));
        for (view, ..) in views {
            looking.on_status(at(10), MemberId(1), *view);
        }
        // A larger one that nobody answers for.
        looking.on_status(at(10), MemberId(7), id(1, 7));
        assert_eq!(said(&mut looking, 50), Some(Step::Say(ViewId::NONE)));
        assert_eq!(said(&mut looking, 50), None);
        assert_eq!(looking.wake_at(), at(60));
        assert_eq!(said(&mut looking, 60), Some(Step::Say(expected)));
    }

    #[test]
    fn the_best_view_is_joined() {
        check_choice(&[(id(5, 1), 2, false), (id(4, 2), 3, false)], id(4, 2));
        check_choice(&[(id(5, 1), 2, false), (id(4, 2), 3, true)], id(5, 1));
        check_choice(&[(id(5, 2), 3, false), (id(5, 1), 3, false)], id(5, 1));
    }

    #[test]
    fn nobody_founds_while_there_is_a_view() {
        let mut looking = looking(30, Quorum::LastView);
        for millis in (0..2000).step_by(50) {
            match millis < 1000 {
                true => looking.on_status(at(millis), MemberId(1), id(3, 1)),
                false => looking.on_join(at(millis), MemberId(40), &join(id(3, 1), 0)),
            }
            let step = step(&mut looking, at(millis), |_| Some((1, false)));
            assert!(!matches!(step, Some(Step::Found(_))));
        }
        let mut steps = (2000..3000).filter_map(|millis| looking.on_time(at(millis)));
        assert!(steps.any(|step| matches!(step, Step::Found(_))));
    }

    /// What is played back at one that looks around, for ever: does it found a view in the end, and when?
    fn founds_in_spite_of(quorum: Quorum, play: impl Fn(u64, &mut Looking)) -> Option<u64> {
        let mut looking = looking(300, quorum);
        (0..5000).find(|millis| {
            if millis % 40 == 0 {
                play(millis / 40, &mut looking);
            }
            let found = step(&mut looking, at(*millis), |_| None);
            matches!(found, Some(Step::Found(_)))
        })
    }

    #[test]
    fn what_is_played_back_keeps_nobody_from_founding() {
        let a_view = founds_in_spite_of(Quorum::LastView, |turn, looking| {
            looking.on_status(at(40 * turn), MemberId(1 + turn % 3), id(3, 1));
        });
        assert_eq!(a_view, Some(300));
        let joins = founds_in_spite_of(Quorum::LastView, |turn, looking| {
            looking.on_join(at(40 * turn), MemberId(20), &join(ViewId::NONE, 0));
            looking.on_join(at(40 * turn), MemberId(500), &join(id(3, 1), 0));
        });
        assert_eq!(joins, Some(300));
        // Always another one: each might be there, so it takes twice as long.
        let many = founds_in_spite_of(Quorum::LastView, |turn, looking| {
            looking.on_status(at(40 * turn), MemberId(1), id(3 + turn, 1));
            looking.on_join(at(40 * turn), MemberId(turn + 1), &join(ViewId::NONE, 0));
        });
        assert_eq!(many, Some(600));
    }

    #[test]
    fn those_who_do_not_answer_are_no_quorum() {
        let founded = founds_in_spite_of(Quorum::Of(3), |turn, looking| {
            looking.on_join(at(40 * turn), MemberId(500), &join(id(1, 300), 0));
            looking.on_join(at(40 * turn), MemberId(501), &join(id(1, 300), 0));
        });
        assert_eq!(founded, None);
    }

    #[test]
    fn memory_of_the_dead_is_bounded_and_leaves_room() {
        let mut looking = looking(300, Quorum::LastView);
        for count in 0..200 {
            looking.on_status(at(0), MemberId(1), id(3 + count, 1));
            looking.on_join(at(0), MemberId(400 + count), &join(ViewId::NONE, 0));
        }
        assert_eq!(looking.views.len(), VIEWS_MAX);
        assert_eq!(looking.others.len(), MEMBERS_MAX);
        looking.on_status(at(1), MemberId(7), id(9, 7));
        let lives = |view| Some((3, false)).filter(|_| view == id(9, 7));
        step(&mut looking, at(1), lives);
        let said = step(&mut looking, at(51), lives);
        assert_eq!(said, Some(Step::Say(id(9, 7))));
    }

    #[test]
    fn that_the_only_view_cannot_go_on_is_told_once() {
        let mut looking = looking(30, Quorum::LastView);
        let mut told = Vec::new();
        for millis in 0..2000 {
            if millis % 50 == 10 {
                looking.on_status(at(millis), MemberId(1), id(3, 1));
            }
            let answers = |_| Some((2, true));
            while let Some(said) = step(&mut looking, at(millis), answers) {
                match said {
                    Step::Waits(size) => told.push((millis, size)),
                    Step::Found(_) => panic!("there is a view"),
                    _ => {}
                }
            }
        }
        assert_eq!(told, [(310, 2)]);
        assert_eq!(looking.into, id(3, 1), "it waits to be let in");
    }
}
