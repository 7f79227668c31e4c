//! What two views mean for each other that do not know of each other, and what becomes of those who missed a change.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use timing::Tick;

use super::state::REMEMBERED;
use crate::frame::{Proposal, Status};
use crate::{MemberId, Settings, View, ViewId};

pub(super) use crate::membership::is_out;

/// Other views of the group, as they are heard of.
///
/// Of two views that meet, the members of the worse one come back as newcomers of the better one: better is one that can go
/// on, then the larger one, then the one with the lower number. All members of both see the same.
#[derive(Debug)]
pub(super) struct Merge {
    /// For how long a sign of life counts.
    fresh: Duration,
    /// For how long another view must be the better one.
    stable: Duration,
    /// The views that this member was in, the last ones.
    ours: VecDeque<ViewId>,
    rivals: BTreeMap<ViewId, Rival>,
}

/// A view that this member does not know.
#[derive(Debug, Default)]
struct Rival {
    /// Who was heard of it, and when.
    heard: BTreeMap<MemberId, Tick>,
    /// Since when it is better.
    better_since: Option<Tick>,
}

impl Merge {
    /// Nothing is heard of others.
    pub fn new(settings: &Settings) -> Self {
        Self {
            fresh: settings.suspect_after,
            stable: 2 * settings.heartbeat,
            ours: VecDeque::new(),
            rivals: BTreeMap::new(),
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

    /// A sign of life in another view, of somebody who is not in this one. Whether this member's view loses: the other was better
    /// for two heartbeats, and more than half of it was heard.
    pub fn on_status(
        &mut self,
        now: Tick,
        from: MemberId,
        own: &View,
        own_is_blocked: bool,
        theirs: ViewId,
        status: &Status,
    ) -> bool {
        let fresh = self.fresh;
        self.rivals
            .retain(|_, rival| rival.heard.values().any(|at| now < *at + fresh));
        let is_new = !self.rivals.contains_key(&theirs);
        if self.is_ours(theirs) || own.id == theirs || (is_new && self.rivals.len() >= RIVALS_MAX) {
            return false;
        }
        let rival = self.rivals.entry(theirs).or_default();
        rival.heard.retain(|_, at| now < *at + fresh);
        if rival.heard.len() < status.received.len() || rival.heard.contains_key(&from) {
            rival.heard.insert(from, now);
        }
        let size = status.received.len();
        let ours = (!own_is_blocked, own.size(), Reverse(own.id));
        if (!status.is_blocked, size, Reverse(theirs)) <= ours {
            rival.better_since = None;
            return false;
        }
        let since = *rival.better_since.get_or_insert(now);
        now >= since + self.stable && 2 * rival.heard.len() > size
    }
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

    /// Whether a view of that size, of which so many are heard, wins over ours of two within half a second.
    fn loses(
        own_is_blocked: bool,
        theirs: ViewId,
        size: usize,
        heard: u64,
        is_blocked: bool,
    ) -> bool {
        let mut merge = Merge::new(&Settings::new(&ORDERS[0]));
        let own = view(id(5, 50), &[50, 51]);
        merge.installed(&view(id(4, 50), &[50, 51, 100, 101, 102]));
        merge.installed(&own);
        (0..100).any(|step| {
            let from = MemberId(100 + step % heard);
            let status = status(size, is_blocked);
            merge.on_status(at(5 * step), from, &own, own_is_blocked, theirs, &status)
        })
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
