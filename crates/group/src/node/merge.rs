//! What two views mean for each other that do not know of each other, and what becomes of those who missed a change.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::probe::Probed;
use super::state::REMEMBERED;
use crate::frame::{Here, Proposal, Status};
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Settings, View, ViewId};

pub(super) use crate::membership::is_out;

/// Other views of the group, as they are heard of.
///
/// Of two views that meet, the members of the worse one come back as newcomers of the better one: better is one that can go
/// on, then the larger one, then the one with the lower number. All members of both see the same. Of the other view only what its
/// members answer counts: signs of life may be those of a group that is long gone, played back.
#[derive(Debug)]
pub(super) struct Merge {
    /// For how long an answer counts, and how often one is asked at the most.
    fresh: Duration,
    pause: Duration,
    /// For how long another view must be the better one.
    stable: Duration,
    /// The views that this member was in, the last ones.
    ours: VecDeque<ViewId>,
    rivals: BTreeMap<ViewId, Rival>,
    random: Pcg64Mcg,
}

/// A view that this member does not know.
#[derive(Debug)]
struct Rival {
    first: Tick,
    last: Tick,
    /// Who was heard of it, and has to answer.
    members: BTreeMap<MemberId, Probed>,
    /// Since when it is better, as its members answered.
    better_since: Option<Tick>,
}

impl Merge {
    /// Nothing is heard of others.
    pub fn new(settings: &Settings, seed: u64) -> Self {
        Self {
            fresh: settings.suspect_after.max(4 * settings.heartbeat),
            pause: settings.heartbeat / 2,
            stable: 2 * settings.heartbeat,
            ours: VecDeque::new(),
            rivals: BTreeMap::new(),
            random: Pcg64Mcg::seed_from_u64(seed),
        }
    }

    /// That view is this member's now. A sign of life in an earlier one is that of a straggler, never of a rival: whoever was stopped
    /// for long still believes in a view that was larger.
    pub fn installed(&mut self, view: &View) {
        self.rivals.remove(&view.id);
        self.ours.push_back(view.id);
        if self.ours.len() > REMEMBERED {
            self.ours.pop_front();
        }
    }

    /// Whether this member was in that view, or is.
    pub fn is_ours(&self, view: ViewId) -> bool {
        self.ours.contains(&view)
    }

    /// A sign of life in another view, of somebody who is not in this one. If that view would be the better one: the number that it
    /// has to answer.
    pub fn on_status(
        &mut self,
        now: Tick,
        from: MemberId,
        own: &View,
        own_is_blocked: bool,
        theirs: ViewId,
        status: &Status,
    ) -> Option<u64> {
        let is_better = is_better(
            (theirs, status.received.len(), status.is_blocked),
            (own.id, own.size(), own_is_blocked),
        );
        if !is_better || self.is_ours(theirs) || !self.has_room(now, theirs) {
            return None;
        }
        let (fresh, pause, random) = (self.fresh, self.pause, &mut self.random);
        let rival = self.rivals.entry(theirs).or_insert_with(|| Rival {
            first: now,
            last: now,
            members: BTreeMap::new(),
            better_since: None,
        });
        rival.last = now;
        if rival.members.len() >= MEMBERS_MAX && !rival.members.contains_key(&from) {
            rival
                .members
                .retain(|_, probed| probed.is_alive(now, fresh));
            return None;
        }
        let probed = rival.members.entry(from).or_default();
        probed.ask(now, pause, || random.next_u64())
    }

    /// A member of another view answered. Whether this member's view loses: the other was better for two heartbeats, and more than
    /// half of it has answered lately.
    pub fn on_here(
        &mut self,
        now: Tick,
        from: MemberId,
        own: &View,
        own_is_blocked: bool,
        theirs: ViewId,
        here: Here,
    ) -> bool {
        let Some(rival) = self.rivals.get_mut(&theirs) else {
            return false;
        };
        let probed = rival.members.get_mut(&from);
        if !probed.is_some_and(|probed| probed.on_here(now, here.nonce)) {
            return false;
        }
        let size = usize::from(here.size);
        if !is_better(
            (theirs, size, here.is_blocked),
            (own.id, own.size(), own_is_blocked),
        ) {
            rival.better_since = None;
            return false;
        }
        let since = *rival.better_since.get_or_insert(now);
        now >= since + self.stable && 2 * rival.alive(now, self.fresh) > size
    }

    /// Whether that view is kept in mind, or can be: in place of one that nobody has answered for, the one first heard of.
    fn has_room(&mut self, now: Tick, theirs: ViewId) -> bool {
        let fresh = self.fresh;
        self.rivals.retain(|_, rival| now < rival.last + fresh);
        if self.rivals.contains_key(&theirs) || self.rivals.len() < RIVALS_MAX {
            return true;
        }
        let dead = self
            .rivals
            .iter()
            .filter(|(_, rival)| rival.alive(now, fresh) == 0);
        let oldest = dead
            .min_by_key(|(_, rival)| rival.first)
            .map(|(view, _)| *view);
        oldest.and_then(|view| self.rivals.remove(&view)).is_some()
    }
}

impl Rival {
    /// How many of its members have answered lately.
    fn alive(&self, now: Tick, fresh: Duration) -> usize {
        let members = self.members.values();
        members.filter(|probed| probed.is_alive(now, fresh)).count()
    }
}

/// Whether one view, of that size, blocked or not, is better than another.
fn is_better(theirs: (ViewId, usize, bool), ours: (ViewId, usize, bool)) -> bool {
    let key = |(id, size, is_blocked): (ViewId, usize, bool)| (!is_blocked, size, Reverse(id));
    key(theirs) > key(ours)
}

/// The change that led to a view, for those who have not heard of it.
#[derive(Debug)]
pub(super) struct Handover {
    proposal: Proposal,
    /// Who was not heard in the new view yet, by rank.
    missing: Vec<bool>,
    /// When each was answered last, by rank in the new view.
    answered: Vec<Option<Tick>>,
}

impl Handover {
    /// Nobody but this member is known to have heard.
    pub fn new(proposal: Proposal, own: usize) -> Self {
        let size = proposal.next.size();
        Self {
            proposal,
            missing: (0..size).map(|rank| rank != own).collect(),
            answered: vec![None; size],
        }
    }

    /// The member of that rank was heard in the new view.
    pub fn heard(&mut self, rank: usize) {
        if let Some(is_missing) = self.missing.get_mut(rank) {
            *is_missing = false;
        }
    }

    /// Whether all have heard.
    pub fn is_over(&self) -> bool {
        !self.missing.contains(&true)
    }

    /// What is to be said to that member, if it is in the new view and was not told a moment ago.
    pub fn answer(&mut self, now: Tick, from: MemberId, heartbeat: Duration) -> Option<&Proposal> {
        let rank = self.proposal.next.rank(from)?;
        if self.answered[rank].is_some_and(|at| now < at + heartbeat / 4) {
            return None;
        }
        self.answered[rank] = Some(now);
        Some(&self.proposal)
    }
}

/// How many other views are kept in mind.
const RIVALS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Ballot;
    use crate::{Name, ORDERS, Seat};

    fn at(millis: u64) -> Tick {
        Tick::from_nanos(millis * 1_000_000)
    }

    fn id(epoch: u64, by: u64) -> ViewId {
        let by = MemberId(by);
        ViewId { epoch, by }
    }

    fn view(id: ViewId, members: &[u64]) -> View {
        let name = Name::new("m").expect("a name");
        let seat = |member: &u64| Seat {
            member: MemberId(*member),
            name: name.clone(),
        };
        View {
            id,
            seats: members.iter().map(seat).collect(),
        }
    }

    fn status(size: usize, is_blocked: bool) -> Status {
        Status {
            received: vec![0; size],
            is_blocked,
            ..Status::default()
        }
    }

    fn merge() -> Merge {
        let mut merge = Merge::new(&Settings::new(&ORDERS[0]), 1);
        merge.installed(&view(id(4, 50), &[50, 51, 100, 101, 102]));
        merge.installed(&view(id(5, 50), &[50, 51]));
        merge
    }

    /// Whether a view of that size, of which so many are heard and of these so many answer, wins over ours of two within half a second.
    fn loses_to(
        own_is_blocked: bool,
        theirs: ViewId,
        size: usize,
        heard: u64,
        answer: u64,
        is_blocked: bool,
    ) -> bool {
        let (mut merge, own) = (merge(), view(id(5, 50), &[50, 51]));
        (0..100).any(|step| {
            let (now, from) = (at(5 * step), MemberId(100 + step % heard));
            let status = status(size, is_blocked);
            let nonce = merge.on_status(now, from, &own, own_is_blocked, theirs, &status);
            let here = |nonce| Here {
                nonce,
                size: size as u8,
                is_blocked,
            };
            let nonce = nonce.filter(|_| step % heard < answer);
            nonce.is_some_and(|nonce| {
                merge.on_here(now, from, &own, own_is_blocked, theirs, here(nonce))
            })
        })
    }

    /// The same, where all answer that are heard.
    fn loses(
        own_is_blocked: bool,
        theirs: ViewId,
        size: usize,
        heard: u64,
        is_blocked: bool,
    ) -> bool {
        loses_to(own_is_blocked, theirs, size, heard, heard, is_blocked)
    }

    #[test]
    fn who_does_not_answer_may_be_played_back() {
        assert!(!loses_to(false, id(5, 60), 4, 4, 0, false));
        assert!(!loses_to(false, id(5, 60), 4, 4, 2, false));
        assert!(loses_to(false, id(5, 60), 4, 4, 3, false));
    }

    #[test]
    fn an_answer_that_was_recorded_counts_for_nothing() {
        let (mut merge, own) = (merge(), view(id(5, 50), &[50, 51]));
        let theirs = id(5, 60);
        let mut recorded = Vec::new();
        for step in 0..200 {
            let (now, from) = (at(5 * step), MemberId(100 + step % 3));
            let nonce = merge.on_status(now, from, &own, false, theirs, &status(3, false));
            // They lived for the first 50 ms, and everything is played back from then on.
            if let Some(nonce) = nonce.filter(|_| step < 10) {
                let here = Here {
                    nonce,
                    size: 3,
                    is_blocked: false,
                };
                recorded.push((from, here));
            }
            for (from, here) in &recorded {
                assert!(!merge.on_here(now, *from, &own, false, theirs, *here));
            }
        }
        assert_eq!(recorded.len(), 6);
    }

    #[test]
    fn many_dead_views_leave_room_for_one_that_lives() {
        let (mut merge, own) = (merge(), view(id(5, 50), &[50, 51]));
        let three = status(3, false);
        let mut is_lost = false;
        for step in 0..200 {
            let now = at(5 * step);
            for dead in 0..40 {
                let theirs = id(6, 200 + dead);
                merge.on_status(now, MemberId(1000 + dead), &own, false, theirs, &three);
            }
            let (from, theirs) = (MemberId(100 + step % 3), id(7, 100));
            if let Some(nonce) = merge.on_status(now, from, &own, false, theirs, &three) {
                let here = Here {
                    nonce,
                    size: 3,
                    is_blocked: false,
                };
                is_lost |= merge.on_here(now, from, &own, false, theirs, here);
            }
            assert!(merge.rivals.len() <= RIVALS_MAX);
        }
        assert!(is_lost);
    }

    #[test]
    fn the_larger_view_wins_and_of_equals_the_lower() {
        assert!(loses(false, id(5, 60), 3, 2, false));
        assert!(!loses(false, id(5, 60), 1, 1, false));
        assert!(!loses(false, id(5, 60), 2, 2, false));
        assert!(loses(false, id(5, 40), 2, 2, false));
    }

    #[test]
    fn a_view_that_can_go_on_wins_over_one_that_cannot() {
        assert!(loses(true, id(9, 60), 1, 1, false));
        assert!(!loses(false, id(5, 60), 9, 9, true));
    }

    #[test]
    fn a_straggler_of_a_larger_view_of_ours_is_no_rival() {
        assert!(!loses(false, id(4, 50), 5, 5, false));
    }

    #[test]
    fn a_view_of_which_half_is_heard_may_be_made_up() {
        assert!(!loses(false, id(5, 60), 4, 2, false));
        assert!(loses(false, id(5, 60), 4, 3, false));
    }

    #[test]
    fn who_has_to_be_told_is_told_and_not_all_the_time() {
        let next = view(id(6, 1), &[1, 2]);
        let proposal = Proposal {
            ballot: Ballot::default(),
            next,
            cut: Vec::new(),
            gives_up: false,
        };
        let mut handover = Handover::new(proposal, 0);
        let heartbeat = Duration::from_millis(40);
        let mut told = |millis, who| {
            handover
                .answer(at(millis), MemberId(who), heartbeat)
                .is_some()
        };
        assert!(told(0, 2) && !told(9, 2) && told(10, 2));
        assert!(!told(30, 3), "who is not in the view is told otherwise");
        assert!(!handover.is_over());
        handover.heard(1);
        assert!(handover.is_over());
    }
}
