//! Where a node is: in no view, in one, or gone; and how it goes from one to the other.

use super::context::Context;
use super::last_view::LastView;
use super::looking::{Looking, Step};
use super::session::{Session, Turn};
use super::state::{Fates, Giving, Taking};
use crate::frame::{Ballot, Body, Change, Join, Proposal};
use crate::{MemberId, Notice, To, View, ViewId};

/// Where a node is.
#[derive(Debug)]
pub(super) enum Place {
    /// It has not begun.
    Nowhere,
    /// It looks for a group.
    Looking(Box<Looking>),
    /// It is in a view.
    In(Box<Session>),
    /// It has left.
    Gone,
}

impl Place {
    /// What follows for this place from what the session was just handed.
    pub fn turn(&mut self, cx: &mut Context<'_>) {
        while let Self::In(session) = self {
            match session.turn.take() {
                None => return,
                Some(Turn::Gone { is_clean: true }) => *self = Self::Gone,
                Some(Turn::Gone { is_clean: false }) => self.be_gone(cx),
                Some(Turn::Expelled) if cx.rest.leaving.is_some() => self.be_gone(cx),
                Some(Turn::Expelled) => self.come_back(cx),
                Some(Turn::Next(proposal)) => self.go_on(cx, proposal),
            }
        }
    }

    /// Looks for a group.
    pub fn look(&mut self, cx: &mut Context<'_>) {
        let seed = cx.rest.draw();
        let looking = Looking::new(cx.rest.seat(), &cx.rest.settings, seed, cx.now);
        *self = Self::Looking(Box::new(looking));
    }

    /// It wanted to leave, and the others went on without it before they had agreed to that.
    fn be_gone(&mut self, cx: &mut Context<'_>) {
        let (was, now) = (cx.rest.me, cx.rest.me);
        cx.out.notice(Notice::Expelled { was, now });
        *self = Self::Gone;
    }

    /// Under a new incarnation.
    fn come_back(&mut self, cx: &mut Context<'_>) {
        let was = cx.rest.me;
        cx.rest.me = cx.rest.draw_member();
        if cx.rest.was.len() == WAS_MAX {
            let was = cx.rest.was.remove(0);
            cx.out.notice(Notice::FateUnknown { was });
        }
        cx.rest.was.push(was);
        cx.rest.outgoing.restart();
        cx.rest.tally.expulsions += 1;
        cx.rest.last = None;
        cx.rest.giving.clear();
        // What the others know of those who are gone comes with their welcome.
        cx.rest.fates = Fates::new();
        let now = cx.rest.me;
        cx.out.notice(Notice::Expelled { was, now });
        self.look(cx);
    }

    /// What is due while it looks around.
    pub fn look_around(&mut self, cx: &mut Context<'_>) {
        while let Self::Looking(looking) = self {
            match looking.on_time(cx.now) {
                None => return,
                Some(Step::Say(into)) => {
                    let join = Body::Join(Join {
                        name: cx.rest.name.clone(),
                        into,
                        was: cx.rest.was.last().copied().unwrap_or_default(),
                    });
                    cx.say(To::All, &cx.rest.header(ViewId::NONE), &join);
                }
                Some(Step::Probe { whom, view, nonce }) => cx.probe(whom, view, nonce),
                Some(Step::Waits(size)) => cx.out.notice(Notice::GroupBlocked { size }),
                Some(Step::Found(view)) => self.found(cx, view),
            }
        }
    }

    /// Begins a group, perhaps with others that looked around.
    fn found(&mut self, cx: &mut Context<'_>, view: View) {
        if view.size() > 1 {
            let header = cx.rest.header(ViewId::NONE);
            let by = cx.rest.me;
            let proposal = Proposal {
                ballot: Ballot { round: 1, by },
                next: view.clone(),
                cut: Vec::new(),
                gives_up: false,
            };
            let own = view.rank(by).expect("who founds a view is in it");
            let commit = Body::Change(Change::Commit(proposal.clone()));
            cx.say(To::All, &header, &commit);
            let last = LastView::of_nothing(header, proposal, own);
            cx.rest.last = Some(Box::new(last));
        }
        self.enter_first(cx, view);
    }

    /// Enters a view before which there is nothing to know.
    pub fn enter_first(&mut self, cx: &mut Context<'_>, view: View) {
        let numbers = vec![0; view.size()];
        self.enter(cx, view, numbers, None);
        cx.tell_fates();
    }

    /// A view that this member came into was agreed on. `from` is who says so, `after` which view was before.
    pub fn on_commit(
        &mut self,
        cx: &mut Context<'_>,
        from: MemberId,
        after: ViewId,
        proposal: &Proposal,
    ) {
        let next = &proposal.next;
        let Self::Looking(looking) = self else {
            return;
        };
        if !looking.takes(next) {
            return;
        }
        if after == ViewId::NONE {
            return self.enter_first(cx, next.clone());
        }
        let others = next.seats.iter().map(|seat| seat.member);
        let mut candidates: Vec<_> = others.filter(|other| *other != cx.rest.me).collect();
        // Whoever told of the view is no newcomer, so it has the state.
        candidates.sort_by_key(|candidate| *candidate != from);
        let taking = Taking::new(next.id, candidates, cx.rest.me, &cx.rest.settings, cx.now);
        let own = next.rank(cx.rest.me).expect("it takes what it is in");
        // Whoever led here may be gone before the others have heard.
        let last = LastView::of_nothing(cx.rest.header(after), proposal.clone(), own);
        cx.rest.last = Some(Box::new(last));
        let numbers = vec![0; next.size()];
        self.enter(cx, next.clone(), numbers, Some(taking));
    }

    /// From one view to the next.
    fn go_on(&mut self, cx: &mut Context<'_>, proposal: Proposal) {
        let Self::In(old) = std::mem::replace(self, Self::Nowhere) else {
            return;
        };
        let next = proposal.next.clone();
        for (seat, delivered) in old.view.seats.iter().zip(&old.numbers) {
            if next.rank(seat.member).is_none() && cx.rest.settings.tells_fates() {
                cx.rest.fates.record(seat.member, *delivered);
            }
        }
        let before = |member| old.view.rank(member).map(|rank| old.numbers[rank]);
        let members = next.seats.iter().map(|seat| seat.member);
        let newcomers: Vec<_> = members
            .clone()
            .filter(|member| before(*member).is_none())
            .collect();
        let numbers: Vec<_> = members.map(|member| before(member).unwrap_or(0)).collect();
        if !newcomers.is_empty() {
            cx.prepare_to_give(next.id, &numbers, newcomers);
        }
        let own = next.rank(cx.rest.me).expect("it goes on");
        let last = LastView::of(*old, proposal, own);
        cx.rest.last = Some(Box::new(last)).filter(|last| !last.is_over());
        self.enter(cx, next, numbers, None);
    }

    fn enter(
        &mut self,
        cx: &mut Context<'_>,
        view: View,
        numbers: Vec<u64>,
        taking: Option<Taking>,
    ) {
        let mut session = Box::new(Session::new(cx.rest, cx.now, view, numbers));
        session.taking = taking;
        cx.rest.merge.installed(&session.view);
        cx.rest.tally.views += 1;
        cx.out.installed(&session.view, session.own);
        session.take_state(cx);
        *self = Self::In(session);
    }
}

impl Context<'_> {
    /// Keeps the state as it is now for those who come with that view. `numbers` are those of its ranks.
    fn prepare_to_give(&mut self, view: ViewId, numbers: &[u64], newcomers: Vec<MemberId>) {
        let (state, fates) = (self.out.snapshot(), self.rest.fates.list());
        let most = self.rest.settings.state_bytes;
        if state.len() > most {
            let bytes = state.len() as u64;
            self.out.notice(Notice::StateTooLong { bytes, most });
        }
        let (settings, now) = (&self.rest.settings, self.now);
        let numbers = numbers.to_vec();
        let giving = Giving::new(view, state, numbers, fates, newcomers, settings, now);
        self.rest.forget_given(now);
        if self.rest.giving.len() == GIVEN_MAX {
            self.rest.giving.remove(0);
        }
        self.rest.giving.push(giving);
    }
}

/// Of how many earlier incarnations a member still asks what became of their messages.
const WAS_MAX: usize = 64;
/// For how many views back the state is kept for those who came with them and still take it.
const GIVEN_MAX: usize = 4;
