//! Leaving: first everybody gets what was sent, then the others agree on a view without this member.

use timing::Tick;

use super::context::Context;
use super::join::{Leaving, LeavingStep};
use super::session::{Session, Turn};
use crate::frame::Body;
use crate::{Settings, To};

/// A member that wants to leave.
#[derive(Debug)]
pub(super) struct Farewell {
    /// Until when it waits for the others to have all that it sent.
    until: Tick,
    leaving: Option<Leaving>,
}

impl Farewell {
    pub fn new(now: Tick, settings: &Settings) -> Self {
        Self {
            until: now + 2 * settings.suspect_after,
            leaving: None,
        }
    }

    fn on_time(&mut self, now: Tick, is_settled: bool, settings: &Settings) -> Option<LeavingStep> {
        if self.leaving.is_none() && (is_settled || now >= self.until) {
            self.leaving = Some(Leaving::new(now, settings));
        }
        self.leaving.as_mut()?.on_time(now)
    }

    pub fn wake_at(&self) -> Tick {
        self.leaving.as_ref().map_or(self.until, Leaving::wake_at)
    }
}

impl Session {
    /// If this member wants to leave: what is due of that.
    pub fn see_off(&mut self, cx: &mut Context<'_>) {
        let size = self.view.size();
        let has_left = cx.rest.outgoing.is_empty();
        let is_settled = has_left && self.streams.had_by(self.own, size) >= self.streams.sent();
        let Some(farewell) = &mut cx.rest.leaving else {
            return;
        };
        match farewell.on_time(cx.now, is_settled, &cx.rest.settings) {
            _ if size == 1 && is_settled => self.turn = Some(Turn::Gone { is_clean: true }),
            None => {}
            Some(LeavingStep::Gone) => self.turn = Some(Turn::Gone { is_clean: false }),
            Some(LeavingStep::Say) => {
                // What this member delivered until now others have, as far as it depends on this one; later it might not be so.
                self.freeze();
                cx.say(To::All, &self.header, &Body::Leave);
                self.on_leave(cx, self.own);
            }
        }
    }
}
