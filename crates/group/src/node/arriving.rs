//! What newcomers are given and take: the state, and what is known of those who are gone.

use super::context::Context;
use super::farewell::Farewell;
use super::session::{Session, Turn};
use crate::frame::{Body, Welcome};
use crate::{MemberId, Notice, To, ViewId};

impl Session {
    /// A newcomer wants the state of the view it came with.
    pub fn give_state(&mut self, cx: &mut Context<'_>, to: MemberId, view: ViewId, offset: u64) {
        // It may still be in that view while this member is in the next: a sign of life all the same.
        if let Some(rank) = self.view.rank(to) {
            self.detector.on_sign(cx.now, rank);
        }
        let mut bodies = Vec::new();
        for giving in &mut cx.rest.giving {
            if giving.view() == view {
                giving.answer(to, offset, &mut bodies);
            }
        }
        let header = cx.rest.header(view);
        for body in bodies {
            cx.say(To::One(to), &header, &body);
        }
        cx.rest.forget_given(cx.now);
    }

    /// A piece of state, or what belongs to it.
    pub fn on_state(&mut self, cx: &mut Context<'_>, from: MemberId, body: &Body<'_>) {
        let Some(taking) = &mut self.taking else {
            return;
        };
        match body {
            Body::State(piece) => taking.on_state(cx.now, from, piece),
            Body::Welcome(welcome) => taking.on_welcome(from, welcome),
            _ => return,
        }
        self.take_state(cx);
    }

    /// Asks for what is missing of the state, and goes on when it is whole.
    pub fn take_state(&mut self, cx: &mut Context<'_>) {
        let Some(taking) = &mut self.taking else {
            return;
        };
        let header = cx.rest.header(taking.view());
        while let Some((whom, offset)) = taking.on_time(cx.now) {
            cx.say(To::One(whom), &header, &Body::WantState(offset));
        }
        if let Some(bytes) = taking.refused() {
            if cx.rest.leaving.is_none() {
                cx.out.notice(Notice::NotLetIn { bytes });
                cx.rest.leaving = Some(Farewell::new(cx.now, &cx.rest.settings));
            }
            return;
        }
        if taking.is_hopeless(cx.now) {
            self.turn = Some(Turn::Expelled);
            return;
        }
        if let Some((state, welcome)) = taking.whole() {
            let all = Body::WantState(state.len() as u64);
            cx.say(To::One(taking.giver()), &header, &all);
            self.taking = None;
            self.restore(cx, &state, &welcome);
        }
    }

    fn restore(&mut self, cx: &mut Context<'_>, state: &[u8], welcome: &Welcome) {
        if welcome.delivered.len() == self.numbers.len() {
            self.numbers.clone_from(&welcome.delivered);
        }
        cx.rest.fates.take_over(&welcome.fates);
        cx.out.restore(state);
        cx.tell_fates();
        self.pump(cx);
        self.check_goal(cx);
    }
}
