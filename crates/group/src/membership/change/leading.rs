//! What the leader of a change does: from the ballot's beginning to its decision.

use timing::Tick;

use super::{ChangeAction, ViewChange};
use crate::frame::{Ballot, Change, Holding, Proposal};
use crate::membership::cut::cut_of;
use crate::membership::lead::{Lead, Proposed, Told, mask, ranks};
use crate::view::MEMBERS_MAX;
use crate::{Reliability, Seat, To, View, ViewId};

impl ViewChange {
    /// Begins a ballot greater than all that are known.
    pub(super) fn begin(
        &mut self,
        now: Tick,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        let known = self.promised.max(self.rival).round;
        let ballot = Ballot {
            round: known.saturating_add(1),
            by: self.view.seats[self.own].member,
        };
        self.promised = ballot;
        self.aimed_at = None;
        self.progress = now;
        let mut lead = Lead::new(ballot, self.view.size(), now + self.settings.heartbeat / 2);
        actions.push(ChangeAction::Send(To::All, Change::Prepare(ballot)));
        self.stop(now, actions);
        lead.promises[self.own] = Some(Told {
            holdings: holdings(),
            accepted: self.accepted.clone(),
        });
        self.lead = Some(lead);
        self.propose(now, actions);
    }

    /// Proposes, once all have promised who do not have to go, and they may decide.
    pub(super) fn propose(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        let Some(lead) = self.lead.as_ref().filter(|lead| lead.proposed.is_none()) else {
            return;
        };
        let promisers = lead.promisers();
        if self.staying() & !promisers != 0 || !self.may_decide(promisers) {
            return;
        }
        let bound = lead
            .bound()
            .filter(|bound| self.is_primary() && self.may_be_decided(lead, bound));
        let is_bound = bound.is_some();
        let proposal = match bound {
            Some(bound) => Some(Proposal {
                ballot: lead.ballot,
                ..bound.clone()
            }),
            None => self.fresh(lead),
        };
        let Some(proposal) = proposal else { return };
        let stays = |rank: &usize| proposal.next.rank(self.view.seats[*rank].member).is_some();
        let staying = mask((0..self.view.size()).filter(stays));
        let say_at = now + self.settings.heartbeat / 2;
        self.aimed_at = Some(proposal.clone());
        actions.push(ChangeAction::Send(
            To::All,
            Change::Propose(proposal.clone()),
        ));
        actions.push(ChangeAction::Aim(proposal.clone()));
        if let Some(lead) = &mut self.lead {
            lead.say_at = say_at;
            lead.proposed = Some(Proposed {
                proposal,
                staying,
                is_bound,
                accepted: 0,
                since: now,
            });
        }
    }

    /// Whether a proposal that somebody had accepted may have been decided, for all that those know who promised now: by those of them who
    /// accepted it, and all others. If not, nobody is bound to what cannot be decided any more.
    fn may_be_decided(&self, lead: &Lead, proposal: &Proposal) -> bool {
        let is_it = |told: &Told| {
            let accepted = told.accepted.as_ref();
            accepted.is_some_and(|one| one.next == proposal.next && one.cut == proposal.cut)
        };
        let is_possible = |rank: &usize| {
            let goes_on = proposal.next.rank(self.view.seats[*rank].member).is_some();
            goes_on && lead.promises[*rank].as_ref().is_none_or(is_it)
        };
        let possible = mask((0..self.view.size()).filter(is_possible));
        !proposal.gives_up || self.may_give_up(possible)
    }

    /// What this member would have: those who promised and do not have to go, and the newcomers behind them. None where nobody
    /// of the old view is left to tell the newcomers what was, or too few to give the others up.
    fn fresh(&self, lead: &Lead) -> Option<Proposal> {
        let staying = lead.promisers() & self.staying();
        let gives_up = self.gives_up(staying);
        if gives_up && !self.may_give_up(staying) {
            return None;
        }
        let mut seats: Vec<Seat> = ranks(staying)
            .iter()
            .map(|at| self.view.seats[*at].clone())
            .collect();
        if seats.is_empty() {
            return None;
        }
        let mut newcomers = self.to_come.clone();
        newcomers.retain(|seat| self.view.rank(seat.member).is_none());
        newcomers.sort_by_key(|seat| seat.member);
        newcomers.dedup_by_key(|seat| seat.member);
        seats.extend(newcomers);
        seats.truncate(MEMBERS_MAX);
        let told: Vec<&[Holding]> = lead
            .promises
            .iter()
            .flatten()
            .map(|told| told.holdings.as_slice())
            .collect();
        let cut = match self.settings.reliability {
            Reliability::None => vec![Holding::default(); self.view.size()],
            Reliability::Nak => cut_of(&told, self.view.size(), self.settings.order.is_fifo),
        };
        let id = ViewId {
            epoch: self.view.id.epoch + 1,
            by: self.view.seats[self.own].member,
        };
        Some(Proposal {
            ballot: lead.ballot,
            next: View { id, seats },
            cut,
            gives_up,
        })
    }

    /// Decides, once those have accepted who may, and those who go on are not waited for any more; not before this member has all of the
    /// cut itself, if it goes on: what it has decided it could not take back when those who have the rest are gone.
    pub(super) fn commit(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        let Some(proposed) = self.lead.as_ref().and_then(|lead| lead.proposed.as_ref()) else {
            return;
        };
        let missing = proposed.staying & !proposed.accepted;
        let is_decided = match self.is_primary() {
            false => missing == 0,
            true => {
                let going_on = proposed.accepted & proposed.staying;
                let is_enough = self.may_decide(proposed.accepted)
                    && (!proposed.proposal.gives_up || self.may_give_up(going_on));
                let is_late = now >= proposed.since + self.patience();
                let is_waited_for = missing & !self.to_go != 0 && !is_late;
                is_enough && !is_waited_for && missing >> self.own & 1 == 0
            }
        };
        if is_decided {
            let proposal = proposed.proposal.clone();
            actions.push(ChangeAction::Send(
                To::All,
                Change::Commit(proposal.clone()),
            ));
            self.install(now, proposal, actions);
        }
    }

    pub(super) fn say_again(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        let Some(lead) = self.lead.as_mut().filter(|lead| now >= lead.say_at) else {
            return;
        };
        lead.say_at = now + self.settings.heartbeat / 2;
        let unanswered = ranks(lead.unanswered() & !(1 << self.own));
        let to = match unanswered[..] {
            [] => return,
            [one] => To::One(self.view.seats[one].member),
            _ => To::All,
        };
        let change = match &lead.proposed {
            None => Change::Prepare(lead.ballot),
            Some(proposed) => Change::Propose(proposed.proposal.clone()),
        };
        actions.push(ChangeAction::Send(to, change));
    }

    /// Whether a new ballot is better than this one: its proposal needs somebody, or packets of somebody, who is gone; and it
    /// is not the only one that can be made.
    pub(super) fn is_in_vain(&self, now: Tick, lead: &Lead) -> bool {
        let Some(proposed) = &lead.proposed else {
            return false;
        };
        let is_late = now >= proposed.since + 2 * self.patience();
        let needs_gone = proposed.staying & !proposed.accepted & self.to_go != 0;
        match self.is_primary() {
            true => {
                proposed.accepted >> self.own & 1 == 0
                    && (is_late || needs_gone && !proposed.is_bound)
            }
            false => is_late || needs_gone,
        }
    }

    /// When this member begins a ballot, if nothing else happens.
    pub(super) fn begins_at(&self) -> Option<Tick> {
        if self.to_go == 0 && self.to_come.is_empty() && !self.is_stopped {
            return None;
        }
        let leader = self.staying().trailing_zeros() as usize;
        if leader == self.own {
            let rival_goes = self
                .view
                .rank(self.rival.by)
                .is_none_or(|rank| self.to_go >> rank & 1 == 1);
            return Some(self.begin_at[usize::from(rival_goes)]);
        }
        // Whoever should lead does not know of the change, or does not see that it should: in the end anybody does.
        self.is_stopped
            .then(|| self.progress + self.settings.suspect_after * 8 * (self.own as u32 + 1))
    }
}
