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
//! - It is decided when those who may decide ([`View::may_decide`]) have accepted; all others who go on are waited for, too, until they
//!   have to go or take too long. In a partitionable group all of the old view who are in the next one must accept.
//! - Where a quorum of a number is configured, a next view that gives somebody up also needs more than half of that number to go on.
//!   Whoever leaves in order is not given up.
//! - A member that has promised sends and delivers nothing more in the old view, and never again does: what was begun ends with a next
//!   view, whatever became of the reason. A member that waits in vain leads itself, when it is its turn.
//! - Where every part may go on, a proposal that was accepted binds nobody: only its leader can decide it, and two parts may go
//!   on from the same view with different ones. A member still goes on with one of them only.

mod leading;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use super::lead::{Lead, Told, mask, ranks};
use crate::broken::Rule;
use crate::frame::{Ballot, Change, Holding, Proposal};
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Partitions, Seat, Settings, To, View};

/// The change from one view to the next, as one member sees it.
#[derive(Debug)]
pub(crate) struct ViewChange {
    view: Arc<View>,
    own: usize,
    settings: Settings,
    random: Pcg64Mcg,
    to_go: u64,
    /// Who said that it leaves: bit r. Nobody gives these up.
    leavers: u64,
    to_come: Vec<Seat>,
    is_stopped: bool,
    /// Nothing of a smaller ballot is accepted.
    promised: Ballot,
    /// What was accepted last.
    pub(super) accepted: Option<Proposal>,
    /// What will be accepted when all of its cut is here.
    aimed_at: Option<Proposal>,
    lead: Option<Lead>,
    decided: Option<Proposal>,
    /// The greatest ballot of another that is known.
    rival: Ballot,
    /// Own ballots that came to nothing.
    failures: u32,
    /// Not before then a ballot is begun, while the rival is there, and while it has to go.
    begin_at: [Tick; 2],
    /// The last time that something went on.
    progress: Tick,
    /// Since when too few are left.
    too_few_since: Option<Tick>,
    is_blocked_said: bool,
    /// Something has changed that [`ViewChange::on_time`] has to look at.
    is_due: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeAction {
    /// Send this, in a frame of the old view.
    Send(To, Change),
    /// From now on no packet leaves in the old view, and nothing is delivered in it but its cut.
    Stop,
    /// Get what is missing of the proposal's cut, then call [`ViewChange::on_full`].
    Aim(Proposal),
    /// It is decided: deliver the cut (when it is here), then install. Not given to newcomers, who hear of it by the commit. This member
    /// may not be in the next view.
    Install(Proposal),
    /// It stays undecided for too few are left who hear each other, or decided without what nobody of them has; said once.
    Blocked,
}

impl ViewChange {
    /// Nothing is wanted yet.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, seed: u64) -> Self {
        Self {
            view,
            own,
            settings: settings.clone(),
            random: Pcg64Mcg::seed_from_u64(seed),
            to_go: 0,
            leavers: 0,
            to_come: Vec::new(),
            is_stopped: false,
            promised: Ballot::default(),
            accepted: None,
            aimed_at: None,
            lead: None,
            decided: None,
            rival: Ballot::default(),
            failures: 0,
            begin_at: [Tick::ZERO; 2],
            progress: Tick::ZERO,
            too_few_since: None,
            is_blocked_said: false,
            is_due: false,
        }
    }

    /// What this member wants of the next view, as far as it knows: who has to go (ranks), who wants to come in. It replaces what
    /// was wanted before. A change is begun, at [`ViewChange::on_time`], when this member is the leader and anything is
    /// wanted; while one runs, what is wanted may change.
    pub fn want(&mut self, now: Tick, to_go: &[usize], to_come: &[Seat]) {
        let to_go = mask(
            to_go
                .iter()
                .copied()
                .filter(|rank| *rank < self.view.size()),
        );
        if to_go != self.to_go || to_come != self.to_come {
            (self.to_go, self.to_come) = (to_go, to_come.to_vec());
            self.is_due = true;
        }
        self.count_who_is_left(now);
    }

    /// That rank said that it leaves. It has to go, too.
    pub fn leaves(&mut self, rank: usize) {
        self.leavers |= mask([rank]);
        self.is_due = true;
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
        let Some(seat) = self.view.seats.get(from).filter(|_| from != self.own) else {
            return;
        };
        let to = To::One(seat.member);
        if let Some(decided) = &self.decided {
            if !matches!(change, Change::Commit(_)) {
                actions.push(ChangeAction::Send(to, Change::Commit(decided.clone())));
            }
            return;
        }
        match change {
            Change::Prepare(ballot) if self.is_of(*ballot, from) => {
                self.on_prepare(now, *ballot, to, holdings, actions);
            }
            Change::Propose(proposal)
                if self.is_of(proposal.ballot, from) && self.is_possible(proposal) =>
            {
                self.on_propose(now, proposal, to, actions);
            }
            Change::Promise {
                ballot,
                holdings,
                accepted,
            } => self.on_promise(now, from, *ballot, holdings, accepted.as_ref(), actions),
            Change::Accept(ballot) => self.on_accept(now, from, *ballot, actions),
            Change::Commit(proposal) if self.is_possible(proposal) => {
                self.on_commit(now, proposal, actions);
            }
            Change::Prepare(_) | Change::Propose(_) | Change::Commit(_) => {}
        }
    }

    /// All of the cut of the last [`ChangeAction::Aim`] is here.
    pub fn on_full(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        if self.decided.is_some() {
            return;
        }
        let Some(proposal) = self.aimed_at.take() else {
            return;
        };
        let ballot = proposal.ballot;
        self.accepted = Some(proposal);
        self.progress = now;
        if ballot.by == self.view.seats[self.own].member {
            return self.on_accept(now, self.own, ballot, actions);
        }
        actions.push(ChangeAction::Send(
            To::One(ballot.by),
            Change::Accept(ballot),
        ));
    }

    /// Begins what is wanted, says again what was not answered, gives up on those who are gone.
    pub fn on_time(
        &mut self,
        now: Tick,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        self.is_due = false;
        if self.decided.is_none() {
            self.lead_on(now, holdings, actions);
        }
        self.count_who_is_left(now);
        let is_blocked = self
            .too_few_since
            .is_some_and(|since| now >= since + self.patience());
        if is_blocked && !self.is_blocked_said {
            self.is_blocked_said = true;
            actions.push(ChangeAction::Blocked);
        }
    }

    fn lead_on(
        &mut self,
        now: Tick,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        if self
            .lead
            .as_ref()
            .is_some_and(|lead| self.is_in_vain(now, lead))
        {
            self.begin(now, holdings, actions);
        } else if self.lead.is_some() {
            self.propose(now, actions);
            self.commit(now, actions);
            self.say_again(now, actions);
        } else if self.begins_at().is_some_and(|at| now >= at) {
            self.begin(now, holdings, actions);
        }
    }

    /// When [`ViewChange::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        if self.is_due {
            return Tick::ZERO;
        }
        let step = match &self.lead {
            _ if self.decided.is_some() => Tick::MAX,
            Some(lead) => lead.say_at,
            None => self.begins_at().unwrap_or(Tick::MAX),
        };
        let blocked = self.too_few_since.filter(|_| !self.is_blocked_said);
        step.min(blocked.map_or(Tick::MAX, |since| since + self.patience()))
    }

    fn on_prepare(
        &mut self,
        now: Tick,
        ballot: Ballot,
        to: To,
        holdings: &mut dyn FnMut() -> Vec<Holding>,
        actions: &mut Vec<ChangeAction>,
    ) {
        if ballot < self.promised {
            return self.refuse(to, actions);
        }
        self.follow(now, ballot, actions);
        actions.push(ChangeAction::Send(
            to,
            Change::Promise {
                ballot,
                holdings: holdings(),
                accepted: self.accepted.clone(),
            },
        ));
    }

    fn on_propose(
        &mut self,
        now: Tick,
        proposal: &Proposal,
        to: To,
        actions: &mut Vec<ChangeAction>,
    ) {
        let ballot = proposal.ballot;
        if ballot < self.promised {
            return self.refuse(to, actions);
        }
        self.follow(now, ballot, actions);
        let is_same = |one: &Option<Proposal>| one.as_ref().is_some_and(|one| one.ballot == ballot);
        if is_same(&self.accepted) {
            actions.push(ChangeAction::Send(to, Change::Accept(ballot)));
        } else if !is_same(&self.aimed_at) {
            self.aimed_at = Some(proposal.clone());
            actions.push(ChangeAction::Aim(proposal.clone()));
        }
    }

    /// To whoever asks with too small a ballot: which it has to exceed.
    fn refuse(&self, to: To, actions: &mut Vec<ChangeAction>) {
        let refusal = Change::Promise {
            ballot: self.promised,
            holdings: Vec::new(),
            accepted: None,
        };
        actions.push(ChangeAction::Send(to, refusal));
    }

    /// Nothing of a smaller ballot counts any more, this member's own among them.
    fn follow(&mut self, now: Tick, ballot: Ballot, actions: &mut Vec<ChangeAction>) {
        if ballot > self.promised {
            self.promised = ballot;
            self.aimed_at = None;
            self.progress = now;
            self.yield_to(now, ballot);
        }
        self.stop(now, actions);
    }

    /// Another has a greater ballot: it gets the time to bring it to its end, a short one if it has to go.
    fn yield_to(&mut self, now: Tick, rival: Ballot) {
        if rival <= self.rival {
            return;
        }
        self.rival = rival;
        self.failures += u32::from(self.lead.take().is_some());
        let random = self.random.next_u32() % 1000;
        let steps = self.failures.min(8);
        let patience = self.settings.suspect_after / 2;
        self.begin_at = [
            now + patience + patience * random / 1000,
            now + self.settings.heartbeat * steps * random / 2000,
        ];
        self.is_due = true;
    }

    fn stop(&mut self, now: Tick, actions: &mut Vec<ChangeAction>) {
        if !self.is_stopped {
            self.is_stopped = true;
            self.count_who_is_left(now);
            actions.push(ChangeAction::Stop);
        }
    }

    fn on_promise(
        &mut self,
        now: Tick,
        from: usize,
        ballot: Ballot,
        holdings: &[Holding],
        accepted: Option<&Proposal>,
        actions: &mut Vec<ChangeAction>,
    ) {
        let Some(lead) = &mut self.lead else { return };
        if ballot > lead.ballot && self.is_known_round(ballot) {
            return self.yield_to(now, ballot);
        }
        let is_whole = holdings.len() == self.view.size()
            && accepted.is_none_or(|accepted| self.is_possible(accepted));
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.ballot == ballot) else {
            return;
        };
        if is_whole && lead.proposed.is_none() {
            lead.promises[from] = Some(Told {
                holdings: holdings.to_vec(),
                accepted: accepted.cloned(),
            });
            self.progress = now;
            self.propose(now, actions);
        }
    }

    fn on_accept(
        &mut self,
        now: Tick,
        from: usize,
        ballot: Ballot,
        actions: &mut Vec<ChangeAction>,
    ) {
        let lead = self.lead.as_mut().filter(|lead| lead.ballot == ballot);
        if let Some(proposed) = lead.and_then(|lead| lead.proposed.as_mut()) {
            proposed.accepted |= 1 << from;
            self.progress = now;
            self.commit(now, actions);
        }
    }

    fn on_commit(&mut self, now: Tick, proposal: &Proposal, actions: &mut Vec<ChangeAction>) {
        let own = self.view.seats[self.own].member;
        let has_to_go = self.to_go >> self.own & 1 == 1;
        if proposal.next.rank(own).is_none()
            && !has_to_go
            && !is_out(&self.view, &proposal.next, &self.settings)
        {
            return;
        }
        self.install(now, proposal.clone(), actions);
    }

    fn install(&mut self, now: Tick, proposal: Proposal, actions: &mut Vec<ChangeAction>) {
        self.stop(now, actions);
        self.lead = None;
        self.aimed_at = None;
        self.decided = Some(proposal.clone());
        self.is_due = false;
        actions.push(ChangeAction::Install(proposal));
    }

    /// Whether those who are left can go on. Once it is decided, each quorum has a member that accepted, and so has what others
    /// may still lack of the cut.
    fn count_who_is_left(&mut self, now: Tick) {
        let staying = self.staying();
        let may_go = self.decided.is_some() || !self.gives_up(staying) || self.may_give_up(staying);
        // Bound to a proposal that those who are left are too few for.
        let proposed = self.lead.as_ref().and_then(|lead| lead.proposed.as_ref());
        let is_stuck = proposed.is_some_and(|proposed| {
            proposed.proposal.gives_up && !self.may_give_up(proposed.staying & staying)
        });
        let is_left = !self.is_stopped || (may_go && !is_stuck && self.may_decide(staying));
        self.too_few_since = match is_left {
            true => None,
            false => self.too_few_since.or(Some(now)),
        };
    }

    /// Whether somebody is given up who did not leave in order, when those go on.
    fn gives_up(&self, staying: u64) -> bool {
        mask(0..self.view.size()) & !staying & !self.leavers != 0
    }

    fn may_give_up(&self, staying: u64) -> bool {
        self.settings.may_give_up(staying.count_ones() as usize)
    }

    /// The old members that do not have to go: bit r.
    fn staying(&self) -> u64 {
        mask(0..self.view.size()) & !self.to_go
    }

    fn may_decide(&self, members: u64) -> bool {
        if self.settings.breaks(Rule::TwoPrimaries) {
            return 2 * members.count_ones() as usize >= self.view.size();
        }
        self.view.may_decide(&ranks(members), &self.settings)
    }

    fn is_primary(&self) -> bool {
        self.settings.partitions == Partitions::Primary
    }

    /// How long a step of a change may take.
    fn patience(&self) -> Duration {
        self.settings.suspect_after
    }

    /// Whether a ballot is that member's own, and no number that only a forger writes.
    fn is_of(&self, ballot: Ballot, from: usize) -> bool {
        self.view.seats[from].member == ballot.by && self.is_known_round(ballot)
    }

    fn is_known_round(&self, ballot: Ballot) -> bool {
        let known = self.promised.max(self.rival).round;
        ballot.round <= known.saturating_add(ROUNDS_MAX) && ballot.round <= u32::MAX / 2
    }

    fn is_possible(&self, proposal: &Proposal) -> bool {
        let next = &proposal.next;
        let members: BTreeSet<MemberId> = next.seats.iter().map(|seat| seat.member).collect();
        let is_empty = |cut: &Holding| *cut == Holding::default();
        proposal.cut.len() == self.view.size()
            && (self.settings.reliability == crate::Reliability::Nak
                || proposal.cut.iter().all(is_empty))
            && next.id.epoch > self.view.id.epoch
            && (1..=MEMBERS_MAX).contains(&members.len())
            && members.len() == next.size()
    }
}

/// Whether a member of `own` that is not in `theirs`, which came after it, has to come back as a newcomer: where one part may go on, it
/// is that one; where every part may, only if it is the larger one.
pub(crate) fn is_out(own: &View, theirs: &View, settings: &Settings) -> bool {
    let both = own
        .seats
        .iter()
        .filter(|seat| theirs.rank(seat.member).is_some());
    settings.partitions == Partitions::Primary || 2 * both.count() > own.size()
}

/// How many ballots a member may have missed.
const ROUNDS_MAX: u32 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Name, ORDERS, Quorum, ViewId};

    const HEARTBEAT: Duration = Duration::from_millis(50);
    const OLD: [u64; 5] = [10, 20, 30, 40, 50];

    /// One of the members 10, 20, 30, ..., whom the test answers for the others.
    struct One {
        change: ViewChange,
        now: Tick,
        holdings: Vec<Holding>,
    }

    impl One {
        fn new(size: usize, own: usize, settings: &Settings) -> Self {
            let view = view(7, 10, &OLD[..size]);
            Self {
                change: ViewChange::new(Arc::new(view), own, settings, 1),
                now: Tick::ZERO,
                holdings: vec![Holding::default(); size],
            }
        }

        fn on_time(&mut self, later: Duration) -> Vec<ChangeAction> {
            self.now += later;
            let mut actions = Vec::new();
            self.change
                .on_time(self.now, &mut || self.holdings.clone(), &mut actions);
            assert!(self.change.wake_at() > self.now, "what was due was done");
            actions
        }

        fn hear(&mut self, from: usize, change: Change) -> Vec<ChangeAction> {
            let mut actions = Vec::new();
            let holdings = &mut || self.holdings.clone();
            self.change
                .on_change(self.now, from, &change, holdings, &mut actions);
            actions
        }

        fn full(&mut self) -> Vec<ChangeAction> {
            let mut actions = Vec::new();
            self.change.on_full(self.now, &mut actions);
            actions
        }

        /// Leads a change for those who have to go, and those who come.
        fn begin(&mut self, to_go: &[usize], to_come: &[u64]) {
            let to_come: Vec<Seat> = to_come.iter().map(|member| seat(*member)).collect();
            self.change.want(self.now, to_go, &to_come);
            assert_eq!(self.change.wake_at(), Tick::ZERO);
            let by = self.change.view.seats[self.change.own].member;
            let prepare = Change::Prepare(Ballot { round: 1, by });
            let actions = self.on_time(Duration::ZERO);
            assert_eq!(
                actions[..2],
                [ChangeAction::Send(To::All, prepare), ChangeAction::Stop]
            );
        }

        fn promise(
            &mut self,
            from: usize,
            by: u64,
            accepted: Option<Proposal>,
        ) -> Vec<ChangeAction> {
            let holdings = vec![Holding::default(); self.holdings.len()];
            self.hear(
                from,
                Change::Promise {
                    ballot: ballot(1, by),
                    holdings,
                    accepted,
                },
            )
        }
    }

    fn settings() -> Settings {
        Settings::new(&ORDERS[1])
    }

    fn seat(member: u64) -> Seat {
        Seat {
            member: MemberId(member),
            name: Name::new("m").expect("a name"),
        }
    }

    fn view(epoch: u64, by: u64, members: &[u64]) -> View {
        let by = MemberId(by);
        View {
            id: ViewId { epoch, by },
            seats: members.iter().map(|member| seat(*member)).collect(),
        }
    }

    fn ballot(round: u32, by: u64) -> Ballot {
        let by = MemberId(by);
        Ballot { round, by }
    }

    fn proposal(ballot: Ballot, members: &[u64], through: &[u64]) -> Proposal {
        let cut = |through: &u64| Holding {
            through: *through,
            beyond: Vec::new(),
        };
        Proposal {
            ballot,
            next: view(8, 10, members),
            cut: through.iter().map(cut).collect(),
            gives_up: OLD[..through.len()]
                .iter()
                .any(|old| !members.contains(old)),
        }
    }

    fn proposed(actions: &[ChangeAction]) -> Option<&Proposal> {
        actions.iter().find_map(|action| match action {
            ChangeAction::Send(_, Change::Propose(proposal)) => Some(proposal),
            _ => None,
        })
    }

    fn installed(actions: &[ChangeAction]) -> Option<&Proposal> {
        actions.iter().find_map(|action| match action {
            ChangeAction::Install(proposal) => Some(proposal),
            _ => None,
        })
    }

    #[test]
    fn nothing_is_begun_without_a_reason_nor_by_another_than_the_leader() {
        let mut one = One::new(3, 1, &settings());
        assert_eq!(one.change.wake_at(), Tick::MAX);
        one.change.want(one.now, &[2], &[]);
        assert_eq!(one.on_time(HEARTBEAT), []);
        assert!(!one.change.is_stopped);
        one.change.want(one.now, &[0], &[]);
        assert_ne!(one.on_time(HEARTBEAT), []);
        assert!(one.change.is_stopped);
    }

    #[test]
    fn who_promised_goes_on_and_newcomers_stand_behind() {
        let mut one = One::new(4, 0, &settings());
        one.holdings[0].through = 3;
        one.begin(&[3], &[99, 5]);
        assert_eq!(one.promise(1, 10, None), []);
        let actions = one.promise(2, 10, None);
        let expected = proposal(ballot(1, 10), &[10, 20, 30, 5, 99], &[3, 0, 0, 0]);
        assert_eq!(proposed(&actions), Some(&expected));
        assert_eq!(actions[1], ChangeAction::Aim(expected.clone()));
        assert_eq!(one.full(), []);
        assert_eq!(one.hear(1, Change::Accept(ballot(1, 10))), []);
        let actions = one.hear(2, Change::Accept(ballot(1, 10)));
        assert_eq!(installed(&actions), Some(&expected));
        let again = one.hear(1, Change::Prepare(ballot(2, 20)));
        let commit = ChangeAction::Send(To::One(MemberId(20)), Change::Commit(expected));
        assert_eq!(again, [commit]);
        assert_eq!(one.change.wake_at(), Tick::MAX);
    }

    #[test]
    fn what_somebody_accepted_is_proposed_again_as_it_was() {
        let mut one = One::new(5, 0, &settings());
        one.begin(&[], &[99]);
        let older = proposal(ballot(1, 2), &[10, 40], &[9, 9, 9, 9, 9]);
        let newer = proposal(ballot(1, 4), &[10, 20, 50], &[4, 4, 4, 4, 4]);
        for (from, accepted) in [(1, Some(older)), (2, None), (3, Some(newer.clone()))] {
            assert_eq!(one.promise(from, 10, accepted), []);
        }
        let actions = one.promise(4, 10, None);
        let expected = Proposal {
            ballot: ballot(1, 10),
            ..newer
        };
        assert_eq!(proposed(&actions), Some(&expected));
    }

    #[test]
    fn where_every_part_may_go_on_nobody_is_bound_and_all_who_go_on_must_accept() {
        let settings = Settings {
            partitions: Partitions::Partitionable,
            ..settings()
        };
        let mut one = One::new(3, 0, &settings);
        one.begin(&[2], &[]);
        let actions = one.promise(1, 10, Some(proposal(ballot(1, 5), &[20, 30], &[4, 4, 4])));
        let expected = proposal(ballot(1, 10), &[10, 20], &[0, 0, 0]);
        assert_eq!(proposed(&actions), Some(&expected));
        assert_eq!(one.full(), []);
        one.now += Duration::from_millis(400);
        let actions = one.hear(1, Change::Accept(ballot(1, 10)));
        assert_eq!(installed(&actions), Some(&expected));
    }

    #[test]
    fn a_smaller_ballot_is_refused_with_the_greater_one() {
        let mut one = One::new(3, 2, &settings());
        assert_eq!(one.hear(1, Change::Prepare(ballot(5, 20))).len(), 2);
        let refused = one.hear(0, Change::Prepare(ballot(4, 10)));
        let refusal = Change::Promise {
            ballot: ballot(5, 20),
            holdings: Vec::new(),
            accepted: None,
        };
        let refusal = [ChangeAction::Send(To::One(MemberId(10)), refusal)];
        assert_eq!(refused, refusal);
        let late = proposal(ballot(4, 10), &[10, 20, 30], &[0, 0, 0]);
        assert_eq!(one.hear(0, Change::Propose(late)), refusal);
        assert_eq!(
            one.hear(0, Change::Prepare(ballot(6, 20))),
            [],
            "it is not its ballot"
        );
    }

    #[test]
    fn what_was_to_be_accepted_is_not_after_a_greater_promise() {
        let mut one = One::new(3, 2, &settings());
        one.hear(
            0,
            Change::Propose(proposal(ballot(1, 10), &[10, 20, 30], &[0, 0, 0])),
        );
        one.hear(1, Change::Prepare(ballot(1, 20)));
        assert_eq!(one.full(), []);
        let greater = proposal(ballot(1, 20), &[10, 20, 30], &[0, 0, 0]);
        let aim = ChangeAction::Aim(greater.clone());
        assert_eq!(one.hear(1, Change::Propose(greater.clone())), [aim]);
        assert_eq!(one.hear(1, Change::Propose(greater.clone())), []);
        let accept = ChangeAction::Send(To::One(MemberId(20)), Change::Accept(ballot(1, 20)));
        assert_eq!(one.full(), std::slice::from_ref(&accept));
        assert_eq!(one.full(), []);
        assert_eq!(one.hear(1, Change::Propose(greater.clone())), [accept]);
        let told = one.hear(0, Change::Prepare(ballot(2, 10)));
        let promise = Change::Promise {
            ballot: ballot(2, 10),
            holdings: one.holdings.clone(),
            accepted: Some(greater),
        };
        assert_eq!(told, [ChangeAction::Send(To::One(MemberId(10)), promise)]);
    }

    #[test]
    fn a_leader_that_is_refused_tries_a_greater_ballot_at_once_if_the_other_is_gone() {
        let refusal = |by| Change::Promise {
            ballot: ballot(7, by),
            holdings: Vec::new(),
            accepted: None,
        };
        let mut one = One::new(3, 1, &settings());
        one.begin(&[0], &[]);
        one.hear(2, refusal(10));
        let actions = one.on_time(HEARTBEAT);
        let prepare = ChangeAction::Send(To::All, Change::Prepare(ballot(8, 20)));
        assert_eq!(actions[0], prepare);

        let mut one = One::new(3, 0, &settings());
        one.begin(&[2], &[]);
        one.hear(1, refusal(20));
        assert_eq!(one.on_time(HEARTBEAT), [], "the other gets its time");
        let actions = one.on_time(Duration::from_millis(250));
        let prepare = ChangeAction::Send(To::All, Change::Prepare(ballot(8, 10)));
        assert_eq!(actions[0], prepare);
    }

    #[test]
    fn one_that_was_stopped_and_left_alone_leads_itself() {
        let mut one = One::new(3, 1, &settings());
        one.hear(0, Change::Prepare(ballot(1, 10)));
        assert_eq!(one.on_time(HEARTBEAT), []);
        one.change.want(one.now, &[0], &[]);
        let actions = one.on_time(HEARTBEAT);
        let prepare = ChangeAction::Send(To::All, Change::Prepare(ballot(2, 20)));
        assert_eq!(actions, [prepare]);

        let mut one = One::new(3, 1, &settings());
        one.hear(0, Change::Prepare(ballot(1, 10)));
        one.on_time(HEARTBEAT);
        assert_ne!(
            one.on_time(Duration::from_secs(4)),
            [],
            "though nobody had to go"
        );
    }

    #[test]
    fn too_few_are_blocked_and_say_so_once_and_go_on_when_there_are_more() {
        let mut one = One::new(3, 0, &settings());
        one.begin(&[1, 2], &[]);
        assert!(!one.on_time(HEARTBEAT).contains(&ChangeAction::Blocked));
        assert!(
            one.on_time(Duration::from_millis(250))
                .contains(&ChangeAction::Blocked)
        );
        assert!(
            !one.on_time(Duration::from_millis(250))
                .contains(&ChangeAction::Blocked)
        );
        one.change.want(one.now, &[2], &[]);
        let actions = one.promise(1, 10, None);
        assert_eq!(proposed(&actions).map(|one| one.next.size()), Some(2));
    }

    #[test]
    fn half_of_a_view_decides_only_with_its_first_member() {
        let mut one = One::new(4, 0, &settings());
        one.begin(&[2, 3], &[]);
        assert!(proposed(&one.promise(1, 10, None)).is_some());
        let mut one = One::new(4, 2, &settings());
        one.begin(&[0, 1], &[]);
        assert!(proposed(&one.promise(3, 30, None)).is_none());
    }

    /// Of four members some leave, some are gone; whether a next view without them is proposed, where a number is configured.
    fn goes_on_without(leavers: &[usize], gone: &[usize], number: usize) -> bool {
        let settings = Settings {
            quorum: Quorum::Of(number),
            ..settings()
        };
        let mut one = One::new(4, 0, &settings);
        leavers.iter().for_each(|rank| one.change.leaves(*rank));
        one.begin(&[leavers, gone].concat(), &[]);
        let stays = |rank: &usize| !leavers.contains(rank) && !gone.contains(rank);
        let promises = (1..4).filter(|rank| stays(rank) || leavers.contains(rank));
        let actions: Vec<_> = promises
            .flat_map(|rank| one.promise(rank, 10, None))
            .collect();
        let is_proposed = proposed(&actions).is_some();
        let said = one.on_time(Duration::from_millis(300));
        assert_ne!(said.contains(&ChangeAction::Blocked), is_proposed);
        is_proposed
    }

    #[test]
    fn where_a_number_is_configured_members_are_given_up_only_by_more_than_half_of_it() {
        assert!(goes_on_without(&[], &[3], 5));
        assert!(!goes_on_without(&[], &[2, 3], 5));
        assert!(goes_on_without(&[], &[2, 3], 3));
        assert!(goes_on_without(&[2, 3], &[], 5), "nobody is given up");
        assert!(goes_on_without(&[2, 3], &[], 64));
        assert!(!goes_on_without(&[2], &[3], 5));
    }

    #[test]
    fn what_gives_somebody_up_is_decided_by_those_who_go_on() {
        let settings = Settings {
            quorum: Quorum::Of(5),
            ..settings()
        };
        let mut one = One::new(4, 0, &settings);
        one.begin(&[3], &[]);
        one.promise(1, 10, None);
        assert!(proposed(&one.promise(2, 10, None)).is_some());
        one.full();
        one.hear(3, Change::Accept(ballot(1, 10)));
        one.hear(1, Change::Accept(ballot(1, 10)));
        let late = one.on_time(Duration::from_millis(600));
        assert!(installed(&late).is_none(), "two who go on are too few");
        assert!(installed(&one.hear(2, Change::Accept(ballot(1, 10)))).is_some());
    }

    #[test]
    fn leavers_promise_and_accept_and_are_not_in_the_next_view() {
        let mut one = One::new(2, 1, &settings());
        one.begin(&[0], &[]);
        let actions = one.promise(0, 20, None);
        let next = &proposed(&actions).expect("both have promised").next;
        assert_eq!(next.seats, [seat(20)]);
        one.full();
        assert!(installed(&one.hear(0, Change::Accept(ballot(1, 20)))).is_some());

        let mut one = One::new(2, 0, &settings());
        one.change.want(one.now, &[0], &[]);
        assert_eq!(one.on_time(HEARTBEAT), [], "a leaver does not lead");
        let decided = proposal(ballot(1, 20), &[20], &[0, 0]);
        assert!(installed(&one.hear(1, Change::Commit(decided))).is_some());
    }

    #[test]
    fn whoever_goes_before_it_accepts_is_not_waited_for() {
        let mut one = One::new(3, 0, &settings());
        one.begin(&[], &[99]);
        one.promise(1, 10, None);
        one.promise(2, 10, None);
        one.full();
        assert_eq!(
            one.hear(1, Change::Accept(ballot(1, 10))),
            [],
            "the third may still need packets"
        );
        one.change.want(one.now, &[2], &[]);
        assert!(installed(&one.on_time(Duration::ZERO)).is_some());
    }

    #[test]
    fn a_leader_that_lacks_a_packet_does_not_decide() {
        let mut one = One::new(3, 0, &settings());
        one.begin(&[], &[99]);
        one.promise(1, 10, None);
        one.promise(2, 10, None);
        one.hear(1, Change::Accept(ballot(1, 10)));
        one.hear(2, Change::Accept(ballot(1, 10)));
        assert!(installed(&one.on_time(Duration::from_millis(300))).is_none());
        assert!(installed(&one.full()).is_some());
    }

    #[test]
    fn what_was_decided_and_cannot_be_filled_is_blocked_once() {
        let mut one = One::new(3, 1, &settings());
        let decided = proposal(ballot(1, 10), &[10, 20, 30], &[4, 0, 0]);
        assert!(installed(&one.hear(0, Change::Commit(decided))).is_some());
        assert_eq!(one.on_time(Duration::from_secs(1)), [], "they are there");
        one.change.want(one.now, &[0], &[]);
        assert_eq!(
            one.on_time(Duration::from_secs(1)),
            [],
            "one of them has it"
        );
        one.change.want(one.now, &[0, 2], &[]);
        assert_eq!(one.on_time(Duration::from_millis(249)), []);
        assert_eq!(one.change.wake_at(), one.now + Duration::from_millis(1));
        let blocked = [ChangeAction::Blocked];
        assert_eq!(one.on_time(Duration::from_millis(1)), blocked);
        assert_eq!(one.change.wake_at(), Tick::MAX);
        assert_eq!(one.on_time(Duration::from_secs(1)), []);
    }

    #[test]
    fn a_cut_that_nobody_can_fill_is_given_up() {
        let mut one = One::new(3, 0, &settings());
        one.begin(&[], &[99]);
        one.promise(1, 10, None);
        one.promise(2, 10, None);
        one.change.want(one.now, &[2], &[]);
        let prepare = ChangeAction::Send(To::All, Change::Prepare(ballot(2, 10)));
        assert_eq!(one.on_time(Duration::ZERO), [prepare]);
    }

    #[test]
    fn a_commit_is_heard_once_and_of_ones_own_view_only() {
        let mut one = One::new(3, 1, &settings());
        let decided = proposal(ballot(1, 10), &[10, 20], &[0, 0, 0]);
        let too_short = proposal(ballot(1, 10), &[10, 20], &[0, 0]);
        assert_eq!(one.hear(0, Change::Commit(too_short)), []);
        let mut stale = decided.clone();
        stale.next.id.epoch = 7;
        assert_eq!(one.hear(0, Change::Commit(stale)), []);
        let twice = proposal(ballot(1, 10), &[10, 20, 20], &[0, 0, 0]);
        assert_eq!(one.hear(0, Change::Commit(twice)), []);
        let actions = one.hear(0, Change::Commit(decided.clone()));
        assert_eq!(
            actions,
            [ChangeAction::Stop, ChangeAction::Install(decided.clone())]
        );
        assert_eq!(one.hear(2, Change::Commit(decided)), []);
    }

    #[test]
    fn the_smaller_part_cannot_expel_the_larger() {
        let settings = Settings {
            partitions: Partitions::Partitionable,
            ..settings()
        };
        let mut one = One::new(5, 4, &settings);
        let alone = proposal(ballot(1, 10), &[10], &[0; 5]);
        assert_eq!(one.hear(0, Change::Commit(alone)), []);
        let most = proposal(ballot(1, 10), &[10, 20, 30], &[0; 5]);
        assert!(installed(&one.hear(0, Change::Commit(most))).is_some());
    }

    #[test]
    fn rounds_out_of_all_proportion_are_a_forgers() {
        let mut one = One::new(3, 2, &settings());
        assert_eq!(one.hear(0, Change::Prepare(ballot(u32::MAX, 10))), []);
        assert_eq!(one.hear(0, Change::Prepare(ballot(ROUNDS_MAX + 1, 10))), []);
        assert_ne!(one.hear(0, Change::Prepare(ballot(ROUNDS_MAX, 10))), []);
    }
}
