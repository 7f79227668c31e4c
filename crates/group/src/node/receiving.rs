//! Datagrams: whose they are, of which view, and who of this member takes them.

use timing::Tick;

use super::context::Context;
use super::delivering::BUDGET;
use super::join::Heard;
use super::merge::is_out;
use super::place::Place;
use super::session::{Session, Turn};
use crate::broken::Rule;
use crate::frame::{Body, Change, Data, Frame, Here, Join, Out, Probe, Status};
use crate::orders::PacketId;
use crate::reliable::{Action, Arrival, Coming};
use crate::{MemberId, Notice, Reason, To, ViewId};

impl Place {
    /// A datagram came.
    pub fn on_datagram(&mut self, cx: &mut Context<'_>, datagram: &[u8]) {
        let frame = match Frame::decode(datagram) {
            Ok(frame) => frame,
            Err(reason) => return cx.refuse(reason),
        };
        if frame.header.group != cx.rest.group {
            return cx.refuse(Reason::Group);
        }
        if frame.header.promises != cx.rest.promises {
            return cx.refuse(Reason::Settings);
        }
        // What is sent to all may come back.
        if frame.header.sender == cx.rest.me {
            return;
        }
        match self {
            Self::Nowhere | Self::Gone => {}
            Self::Looking(_) => self.on_frame_away(cx, &frame),
            Self::In(session) => {
                session.on_frame(cx, &frame, datagram);
                self.turn(cx);
            }
        }
    }

    fn on_frame_away(&mut self, cx: &mut Context<'_>, frame: &Frame<'_>) {
        let (from, view) = (frame.header.sender, frame.header.view);
        if let Body::Change(Change::Commit(proposal)) = &frame.body {
            return self.on_commit(cx, from, view, proposal);
        }
        let Self::Looking(looking) = self else {
            return;
        };
        match &frame.body {
            Body::Status(_) => looking.on_status(cx.now, from, view),
            Body::Join(join) => looking.on_join(cx.now, from, join),
            Body::Here(here) => looking.on_here(cx.now, from, view, *here),
            Body::Probe(probe) if view == ViewId::NONE => {
                cx.answer(from, view, *probe, 0, false);
            }
            _ => {}
        }
        self.look_around(cx);
    }
}

impl Session {
    /// A frame came.
    fn on_frame(&mut self, cx: &mut Context<'_>, frame: &Frame<'_>, datagram: &[u8]) {
        let (from, view) = (frame.header.sender, frame.header.view);
        match &frame.body {
            Body::Join(join) => return self.on_join(cx, from, join),
            Body::WantState(offset) => self.give_state(cx, from, view, *offset),
            Body::State(_) | Body::Welcome(_) => self.on_state(cx, from, &frame.body),
            Body::Probe(probe) => return self.on_probe(cx, from, view, *probe),
            Body::Here(here) => return self.on_here(cx, from, view, *here),
            _ => {}
        }
        if !self.is_behind {
            self.budget = BUDGET;
        }
        let rank = self.view.rank(from);
        let is_stale = || {
            let is_packet = matches!(frame.body, Body::Data(_) | Body::Again(_));
            is_packet && cx.rest.settings.breaks(Rule::StaleIncarnation)
        };
        match rank {
            Some(rank) if view == self.view.id || is_stale() => {
                self.on_own_frame(cx, rank, &frame.body, datagram);
            }
            None if view == self.view.id => self.on_newcomer(cx, from, &frame.body),
            _ if cx
                .rest
                .last
                .as_ref()
                .is_some_and(|last| last.view() == view) =>
            {
                if let Some(mut last) = cx.rest.last.take() {
                    last.on_frame(cx, from, &frame.body, &self.view);
                    cx.rest.last = Some(last);
                }
            }
            _ => self.on_stranger(cx, frame),
        }
    }

    /// A frame of this view, of somebody who is not in it: who came with the next view may be the only one left that tells of
    /// it.
    fn on_newcomer(&mut self, cx: &mut Context<'_>, from: MemberId, body: &Body<'_>) {
        if let Body::Change(change) = body
            && let Change::Commit(proposal) = change
            && proposal.next.rank(from).is_some()
            // Who decided it; the view may be named after another, this member too, whose proposal it was at first.
            && let Some(leader) = self.view.rank(proposal.ballot.by)
        {
            return self.on_change(cx, leader, change);
        }
        cx.refuse(Reason::View);
    }

    /// A frame of this view, of a member of it.
    fn on_own_frame(
        &mut self,
        cx: &mut Context<'_>,
        rank: usize,
        body: &Body<'_>,
        datagram: &[u8],
    ) {
        if !matches!(body, Body::Again(_)) {
            self.detector.on_sign(cx.now, rank);
            if let Some(last) = &mut cx.rest.last {
                last.heard(rank);
                cx.rest.last = cx.rest.last.take().filter(|last| !last.is_over());
            }
        }
        match body {
            Body::Data(data) => self.on_packet(cx, rank, data, (datagram, Coming::FirstHand)),
            Body::Again(data) => self.on_packet(cx, rank, data, (datagram, Coming::Again)),
            Body::Nak(nak) if usize::from(nak.of) < self.view.size() => {
                self.streams.on_nak(cx.now, rank, nak);
                self.repair(cx);
            }
            Body::Nak(_) => cx.refuse(Reason::Malformed),
            Body::Status(status) => self.on_status(cx, rank, status),
            Body::Leave => self.on_leave(cx, rank),
            Body::Change(change) => self.on_change(cx, rank, change),
            // An asker is answered by those who went on, and so is this member.
            Body::Ask(_) | Body::Out(_) | Body::Probe(_) | Body::Here(_) => {}
            Body::Join(_) | Body::WantState(_) | Body::State(_) | Body::Welcome(_) => {}
        }
    }

    fn on_packet(
        &mut self,
        cx: &mut Context<'_>,
        rank: usize,
        data: &Data<'_>,
        (datagram, coming): (&[u8], Coming),
    ) {
        let packet = PacketId {
            from: rank,
            sequence: data.sequence,
        };
        match self.streams.on_packet(cx.now, packet, datagram, coming) {
            Arrival::New => {
                cx.rest.tally.packets_received += 1;
                self.pump(cx);
                self.check_goal(cx);
            }
            Arrival::Duplicate => cx.rest.tally.duplicates += 1,
            // Packets beyond a cut are those of members that had not heard of the change.
            Arrival::Beyond if self.frozen.is_some() => {}
            Arrival::Beyond => cx.refuse(Reason::Sequence),
        }
        self.repair(cx);
    }

    fn on_status(&mut self, cx: &mut Context<'_>, rank: usize, status: &Status) {
        let size = self.view.size();
        if status.received.len() != size {
            return cx.refuse(Reason::Malformed);
        }
        self.streams.on_status(cx.now, rank, status);
        self.promises.on_promise(rank, status.sent, status.promise);
        if self.frozen.is_none() {
            self.keep_promise(rank);
        }
        self.detector.on_hears(cx.now, rank, status.hears);
        self.pump(cx);
        if status.hears.count_ones() as usize != size || self.suspected != 0 {
            self.look(cx);
        }
        self.repair(cx);
    }

    /// Asks for what is missing, sends again what others miss.
    pub fn repair(&mut self, cx: &mut Context<'_>) {
        if self.streams.wake_at() > cx.now {
            return;
        }
        match cx.rest.is_reading {
            true => self.streams.answer(cx.now, &mut self.actions),
            false => self.streams.on_time(cx.now, &mut self.actions),
        }
        for action in self.actions.drain(..) {
            match action {
                Action::Nak(nak) => {
                    cx.say(To::All, &self.header, &Body::Nak(nak));
                    cx.rest.tally.naks_sent += 1;
                }
                Action::Again(packet) => {
                    if let Some(datagram) = self.streams.datagram(packet) {
                        cx.say_again(datagram);
                    }
                }
                Action::Lost(rank, packets) => {
                    cx.rest.tally.lost += packets.end() - packets.start() + 1;
                    let member = self.view.seats[rank].member;
                    cx.out.notice(Notice::Lost { member, packets });
                }
            }
        }
    }

    fn on_join(&mut self, cx: &mut Context<'_>, from: MemberId, join: &Join) {
        match self
            .newcomers
            .on_join(cx.now, from, join, &self.view, self.after)
        {
            Heard::Nothing => {}
            Heard::Full => cx.refuse(Reason::Members),
            Heard::Newcomer => self.look(cx),
            Heard::Seat => {
                if let Some(mut last) = cx.rest.last.take() {
                    last.tell(cx, from);
                    cx.rest.last = Some(last);
                }
            }
            Heard::Back(rank) => {
                self.detector.condemn(rank);
                self.look(cx);
            }
        }
    }

    /// A frame of a view that is neither this one nor the last.
    fn on_stranger(&mut self, cx: &mut Context<'_>, frame: &Frame<'_>) {
        let (from, theirs) = (frame.header.sender, frame.header.view);
        let rank = self.view.rank(from);
        let is_seat = rank.is_some();
        let is_ahead = is_seat && theirs > self.view.id;
        // Whoever is in the view that this member is on its way to still has what it lacks.
        if let (Some(rank), Some(goal)) = (rank, &self.goal)
            && self.is_decided
            && theirs >= goal.next.id
        {
            self.detector.on_sign(cx.now, rank);
        }
        match &frame.body {
            Body::Status(_) | Body::Data(_) if is_ahead => self.ask(cx, from),
            Body::Status(_) if is_seat || cx.rest.merge.is_ours(theirs) => {}
            Body::Status(status) => self.compare(cx, from, theirs, status),
            Body::Ask(nonce) if !is_seat && theirs < self.view.id => {
                cx.say_out(from, *nonce, &self.view);
            }
            Body::Out(out) => self.on_out(cx, out),
            Body::Change(_) | Body::Again(_) | Body::Nak(_) | Body::Leave => {}
            Body::WantState(_) | Body::State(_) | Body::Welcome(_) => {}
            _ => cx.refuse(Reason::View),
        }
    }

    /// A member of this view is in a later one: how did that come about?
    fn ask(&mut self, cx: &mut Context<'_>, whom: MemberId) {
        if self.ask_at <= cx.now {
            self.ask_at = cx.now + cx.rest.settings.heartbeat / 4;
            cx.say(To::One(whom), &self.header, &Body::Ask(self.ask_nonce));
        }
    }

    /// The answer, if this member asked: the others went on without it.
    fn on_out(&mut self, cx: &mut Context<'_>, out: &Out) {
        let theirs = &out.view;
        let is_answer = out.nonce == self.ask_nonce && self.ask_at > Tick::ZERO;
        let is_new = theirs.id > self.view.id && !cx.rest.merge.is_ours(theirs.id);
        let is_without = theirs.rank(cx.rest.me).is_none();
        if is_answer && is_new && is_without && is_out(&self.view, theirs, &cx.rest.settings) {
            self.turn = Some(Turn::Expelled);
        }
    }

    /// Another group of the same name: one of the two comes back as newcomers, if the other lives.
    fn compare(&mut self, cx: &mut Context<'_>, from: MemberId, theirs: ViewId, status: &Status) {
        // This member is about to be in it.
        let goal = self.goal.as_ref();
        if goal.is_some_and(|goal| goal.next.id == theirs) {
            return;
        }
        let (now, blocked) = (cx.now, self.is_blocked);
        let merge = &mut cx.rest.merge;
        if let Some(nonce) = merge.on_status(now, from, &self.view, blocked, theirs, status) {
            cx.probe(from, theirs, nonce);
        }
    }

    /// A stranger asks whether this member is there.
    fn on_probe(&mut self, cx: &mut Context<'_>, from: MemberId, view: ViewId, probe: Probe) {
        if view == self.view.id {
            cx.answer(from, view, probe, self.view.size(), self.is_blocked);
        }
    }

    /// A member of another view answered.
    fn on_here(&mut self, cx: &mut Context<'_>, from: MemberId, theirs: ViewId, here: Here) {
        let (now, blocked) = (cx.now, self.is_blocked);
        let goal = self.goal.as_ref();
        let is_goal = goal.is_some_and(|goal| goal.next.id == theirs);
        let merge = &mut cx.rest.merge;
        if merge.on_here(now, from, &self.view, blocked, theirs, here) && !is_goal {
            self.turn = Some(Turn::Expelled);
        }
    }
}
