//! The change from one view to the next, as a ballot among the members of the old one.
//!
//! ```text
//!   leader: Prepare ──▶ all: stop sending; Promise(what I have, what I accepted) ──▶ leader: the cut, the next view
//!           Propose ──▶ all: get what is missing of the cut; Accept ──▶ leader: Commit ──▶ all: install
//! ```
//!
//! - The leader is whoever has the lowest rank of those that do not have to go, as each sees it. Two may lead at once; ballots
//!   decide.
//! - If a promise brings a proposal that was accepted, the leader proposes that one again (of the greatest ballot): so at most one next
//!   view is decided, however many leaders crash.
//! - The next view has only members whose promises the leader has, and newcomers.
//! - It is decided when those who may decide ([`View::may_decide`]) have accepted, in a partitionable group all of the old view who
//!   are in the next one.

use std::collections::BTreeSet;
use std::sync::Arc;

use timing::Tick;

use crate::frame::{Change, Holding, Proposal};
use crate::{MemberId, Seat, Settings, To, View};

/// The change from one view to the next, as one member sees it.
#[derive(Debug)]
pub(crate) struct ViewChange {}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeAction {
    /// Send this, in a frame of the old view.
    Send(To, Change),
    /// From now on no packet leaves in the old view.
    Stop,
    /// Get what is missing of the proposal's cut, then call [`ViewChange::on_full`].
    Aim(Proposal),
    /// It is decided: deliver the cut (when it is here), then install. Not given to newcomers, who hear of it by the commit.
    Install(Proposal),
    /// It stays undecided for too few are left who hear each other; said once.
    Blocked,
}

impl ViewChange {
    /// Nothing is wanted yet.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, seed: u64) -> Self {
        let _ = (view, own, settings, seed);
        unimplemented!()
    }

    /// What this member wants of the next view, as far as it knows: who has to go (ranks), who wants to come in. A change is begun when
    /// this member is the leader and anything is wanted; while one runs, what is wanted may grow.
    pub fn want(&mut self, now: Tick, to_go: &[usize], to_come: &[Seat]) {
        let _ = (now, to_go, to_come);
        unimplemented!()
    }

    /// Something was said by that rank (of the old view). `holdings` is what this member has, for a promise.
    pub fn on_change(
        &mut self,
        now: Tick,
        from: usize,
        change: &Change,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        let _ = (now, from, change, holdings, actions);
        unimplemented!()
    }

    /// All of the cut of the last [`ChangeAction::Aim`] is here.
    pub fn on_full(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        let _ = (now, actions);
        unimplemented!()
    }

    /// Begins what is wanted, says again what was not answered, gives up on those who are gone.
    pub fn on_time(
        &mut self,
        now: Tick,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        let _ = (now, holdings, actions);
        unimplemented!()
    }

    /// When [`ViewChange::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        unimplemented!()
    }

    /// Whether packets may leave in this view.
    pub fn is_stopped(&self) -> bool {
        unimplemented!()
    }

    /// Whether a ballot of this member runs for nothing: nobody has accepted, and nothing is wanted any more. (A change that was
    /// begun is brought to an end also where what was wanted is gone: the next view is then like this one.)
    pub fn newcomers(&self) -> BTreeSet<MemberId> {
        unimplemented!()
    }
}
