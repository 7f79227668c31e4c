//! What led to this view, for those who are not in it yet: they are told of it, and given what they miss of the last.

use std::sync::Arc;

use timing::Tick;

use super::context::Context;
use super::merge::Handover;
use super::session::Session;
use crate::frame::{Body, Change, Header, Proposal};
use crate::reliable::{Action, Streams};
use crate::{MemberId, To, View, ViewId};

/// The last view, from the install of the next until all of that have been heard in it, or the one after it begins.
#[derive(Debug)]
pub(super) struct LastView {
    header: Header,
    handover: Handover,
    /// Its packets; a founded view has nothing before it.
    old: Option<(Arc<View>, Streams)>,
    actions: Vec<Action>,
}

impl LastView {
    /// What that place leaves behind.
    pub fn of(mut old: Session, proposal: Proposal, own: usize) -> Self {
        for (rank, seat) in old.view.seats.iter().enumerate() {
            if proposal.next.rank(seat.member).is_none() {
                old.streams.forget(rank);
            }
        }
        Self {
            header: old.header,
            handover: Handover::new(proposal, own),
            old: Some((old.view, old.streams)),
            actions: old.actions,
        }
    }

    /// What led to a view that several members found together.
    pub fn of_nothing(header: Header, proposal: Proposal, own: usize) -> Self {
        Self {
            header,
            handover: Handover::new(proposal, own),
            old: None,
            actions: Vec::new(),
        }
    }

    /// Which it was.
    pub fn view(&self) -> ViewId {
        self.header.view
    }

    /// A member was heard in the next view.
    pub fn heard(&mut self, rank: usize) {
        self.handover.heard(rank);
    }

    /// Whether nobody needs it any more.
    pub fn is_over(&self) -> bool {
        self.handover.is_over()
    }

    /// Tells a member of the next view how it came about; not too often.
    pub fn tell(&mut self, cx: &mut Context<'_>, to: MemberId) {
        let heartbeat = cx.rest.settings.heartbeat;
        if let Some(proposal) = self.handover.answer(cx.now, to, heartbeat) {
            let commit = Body::Change(Change::Commit(proposal.clone()));
            cx.say(To::One(to), &self.header, &commit);
        }
    }

    /// A frame of the last view came. `is_seat`: its sender is in the next.
    pub fn on_frame(&mut self, cx: &mut Context<'_>, from: MemberId, body: &Body<'_>, now: &View) {
        let is_seat = now.rank(from).is_some();
        match body {
            Body::Nak(nak) => {
                if let Some((view, streams)) = &mut self.old
                    && let Some(rank) = view.rank(from)
                    && usize::from(nak.of) < view.size()
                {
                    streams.on_nak(cx.now, rank, nak);
                    self.on_time(cx);
                }
            }
            Body::Ask(nonce) if !is_seat => cx.say_out(from, *nonce, now),
            Body::Change(Change::Commit(_)) | Body::Again(_) => {}
            _ if is_seat => self.tell(cx, from),
            _ => {}
        }
    }

    /// Sends again what is due.
    pub fn on_time(&mut self, cx: &mut Context<'_>) {
        let Some((_, streams)) = &mut self.old else {
            return;
        };
        if streams.wake_at() > cx.now {
            return;
        }
        streams.on_time(cx.now, &mut self.actions);
        for action in self.actions.drain(..) {
            if let Action::Again(packet) = action
                && let Some(datagram) = streams.datagram(packet)
            {
                cx.say_again(datagram);
            }
        }
    }

    /// When [`LastView::on_time`] has something to do.
    pub fn wake_at(&self) -> Tick {
        self.old
            .as_ref()
            .map_or(Tick::MAX, |(_, streams)| streams.wake_at())
    }
}
