//! Who has to go, who wants to come, and what the change to the next view asks of this member.

use super::context::Context;
use super::session::{Session, Turn};
use crate::broken::Rule;
use crate::frame::{Body, Change, Holding, data_of};
use crate::membership::ChangeAction;
use crate::orders::PacketId;
use crate::reliable::Streams;
use crate::{Notice, Reliability, Slow};

impl Session {
    /// Looks who has to go and who wants to come, and begins what follows from it.
    pub fn look(&mut self, cx: &mut Context<'_>) {
        let to_go = self.detector.to_go(cx.now);
        for &rank in &to_go {
            self.tell_suspicion(cx, rank);
        }
        let to_come = self.newcomers.wanted(cx.now);
        self.change.want(cx.now, &to_go, &to_come);
        if self.change.wake_at() <= cx.now {
            self.on_change_time(cx);
        }
        if self.turn.is_none() && self.detector.hears(cx.now) != self.told_hears {
            self.tell_status(cx);
        }
    }

    fn tell_suspicion(&mut self, cx: &mut Context<'_>, rank: usize) {
        let bit = 1_u64 << rank;
        if (self.suspected | self.leavers) & bit == 0 {
            self.suspected |= bit;
            cx.out.notice(Notice::Suspected {
                member: self.view.seats[rank].member,
                silent: self.detector.silent(cx.now, rank),
            });
        }
    }

    /// A member wants to leave.
    pub fn on_leave(&mut self, cx: &mut Context<'_>, rank: usize) {
        self.leavers |= 1 << rank;
        self.detector.condemn(rank);
        self.change.leaves(rank);
        if self.leavers.count_ones() as usize == self.view.size() {
            // Nobody is left to agree with.
            self.turn = Some(Turn::Gone { is_clean: true });
            return;
        }
        self.look(cx);
    }

    /// Where slow members are expelled: whether one has held others up for too long.
    pub fn check_slow(&mut self, cx: &mut Context<'_>) {
        if cx.rest.settings.slow != Slow::Expel || !self.is_open() {
            return;
        }
        let Some((rank, since)) = self.streams.holds_up() else {
            return;
        };
        if rank != self.own && cx.now.since(since) > cx.rest.settings.suspect_after {
            self.detector.condemn(rank);
            self.look(cx);
        }
    }

    /// Something was said of the change by that rank.
    pub fn on_change(&mut self, cx: &mut Context<'_>, rank: usize, change: &Change) {
        let mut actions = std::mem::take(&mut self.change_actions);
        let streams = &self.streams;
        let mut holdings = || held(streams);
        self.change
            .on_change(cx.now, rank, change, &mut holdings, &mut actions);
        self.act(cx, actions);
    }

    /// What is due of the change.
    pub fn on_change_time(&mut self, cx: &mut Context<'_>) {
        let mut actions = std::mem::take(&mut self.change_actions);
        let streams = &self.streams;
        self.change
            .on_time(cx.now, &mut || held(streams), &mut actions);
        self.act(cx, actions);
    }

    /// What is missing of the cut may be here now.
    pub fn check_goal(&mut self, cx: &mut Context<'_>) {
        let Some(goal) = &self.goal else {
            return;
        };
        let is_full = self.streams.has_all_of(&goal.cut) || cx.rest.settings.breaks(Rule::NoCut);
        if !is_full || self.taking.is_some() || self.turn.is_some() {
            return;
        }
        if self.is_decided {
            self.end(cx);
        } else if !self.is_full_told {
            self.is_full_told = true;
            let mut actions = std::mem::take(&mut self.change_actions);
            self.change.on_full(cx.now, &mut actions);
            self.act(cx, actions);
        }
    }

    fn act(&mut self, cx: &mut Context<'_>, mut actions: Vec<ChangeAction>) {
        for action in actions.drain(..) {
            match action {
                ChangeAction::Send(to, change) => {
                    cx.say(to, &self.header, &Body::Change(change));
                }
                ChangeAction::Stop => self.freeze(),
                ChangeAction::Aim(proposal) => {
                    self.streams.aim_at(cx.now, &proposal.cut);
                    self.goal = Some(proposal);
                    self.is_full_told = false;
                }
                ChangeAction::Install(proposal) => {
                    self.freeze();
                    self.streams.aim_at(cx.now, &proposal.cut);
                    if proposal.next.rank(cx.rest.me).is_none() {
                        self.go_without(cx, &proposal.cut);
                    } else {
                        self.goal = Some(proposal);
                        self.is_decided = true;
                    }
                }
                ChangeAction::Blocked => {
                    self.is_blocked = true;
                    if cx.rest.leaving.is_none() {
                        cx.out.notice(Notice::Blocked);
                    }
                }
            }
        }
        // What was just told may lead to more, which needs the same memory.
        self.change_actions = actions;
        self.check_goal(cx);
    }

    /// The others go on without this member. If it wants to leave, and the cut has all that it may have delivered, it delivers the
    /// rest, if it has that.
    fn go_without(&mut self, cx: &mut Context<'_>, cut: &[Holding]) {
        if cx.rest.leaving.is_none() {
            self.turn = Some(Turn::Expelled);
            return;
        }
        let is_repaired = cx.rest.settings.reliability == Reliability::Nak;
        let mut had = self.frozen.iter().flatten().zip(cut);
        let is_clean = !is_repaired || had.all(|(had, cut)| *had <= cut.through);
        if is_clean && self.taking.is_none() && self.streams.has_all_of(cut) {
            self.hand_over(cx);
            self.give_rest(cx);
        }
        self.turn = Some(Turn::Gone { is_clean });
    }

    /// From now on nothing is sent, handed over or delivered in this view, and no more is said to be here.
    pub fn freeze(&mut self) {
        if self.frozen.is_none() {
            self.frozen = Some(self.streams.received());
        }
    }

    /// All of the cut is here, and it is decided: the rest is delivered, and the view ends.
    fn end(&mut self, cx: &mut Context<'_>) {
        let Some(goal) = self.goal.take() else {
            return;
        };
        self.hand_over(cx);
        self.give_rest(cx);
        self.tell_discarded(cx, &goal.cut);
        self.turn = Some(Turn::Next(goal));
    }

    /// Says which messages of the cut are never delivered: they depended on what nobody has.
    fn tell_discarded(&mut self, cx: &mut Context<'_>, cut: &[Holding]) {
        if !cx.rest.settings.order.is_fifo {
            return;
        }
        let received = self.streams.received();
        for (rank, (holding, received)) in cut.iter().zip(received).enumerate() {
            let (mut first, mut last) = (u64::MAX, 0);
            for sequence in self.given[rank] + 1..=holding.through.min(received) {
                let packet = PacketId {
                    from: rank,
                    sequence,
                };
                if let Some(datagram) = self.streams.datagram(packet) {
                    let data = data_of(datagram);
                    first = first.min(data.first);
                    last = last.max(data.first + data.messages.iter().count() as u64 - 1);
                    cx.rest.tally.discarded += 1;
                }
            }
            if first <= last {
                cx.out.notice(Notice::Discarded {
                    member: self.view.seats[rank].member,
                    messages: first..=last,
                });
            }
        }
    }
}

/// What is here, as much of it as a frame can tell.
fn held(streams: &Streams) -> Vec<Holding> {
    let mut holdings = streams.holdings();
    Holding::fit(&mut holdings);
    holdings
}
