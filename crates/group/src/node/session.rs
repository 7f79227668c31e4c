//! A member's place in one view: everything that begins anew with each view.

use std::collections::VecDeque;
use std::sync::Arc;

use timing::Tick;

use super::context::{Context, Rest};
use super::delivering::BUDGET;
use super::farewell::Farewell;
use super::join::Newcomers;
use super::promises::Promises;
use super::state::Taking;
use super::status::Beat;
use crate::broken::Rule;
use crate::frame::{Header, Proposal};
use crate::membership::{ChangeAction, Detector, ViewChange};
use crate::orders::{Next, Ordering};
use crate::reliable::{Action, Streams};
use crate::{Level, View, ViewId};

/// A member's place in one view.
#[derive(Debug)]
pub(super) struct Session {
    pub view: Arc<View>,
    pub own: usize,
    /// The view before.
    pub after: ViewId,
    pub header: Header,
    pub streams: Streams,
    pub ordering: Box<dyn Ordering>,
    pub detector: Detector,
    pub change: ViewChange,
    pub promises: Promises,
    /// Packets whose turn it is, and that not enough members have yet.
    pub level: VecDeque<Next>,
    /// How many members must have a packet before it is delivered.
    pub wanted: usize,
    /// Of each rank the last message that was delivered, in all views.
    pub numbers: Vec<u64>,
    /// Of each rank the last packet that was delivered.
    pub given: Vec<u64>,
    /// Since this member's promise: what it then had of each rank, and what it says that it has until the view ends. Nothing is handed
    /// over or delivered until then: the cut may lack it.
    pub frozen: Option<Vec<u64>>,
    /// The cut that is to be filled, of a proposal.
    pub goal: Option<Proposal>,
    /// Whether the change knows that all of the cut is here.
    pub is_full_told: bool,
    pub is_decided: bool,
    pub is_blocked: bool,
    /// Ranks whose suspicion was told: bit r.
    pub suspected: u64,
    /// Ranks that want to leave.
    pub leavers: u64,
    pub newcomers: Newcomers,
    /// What this member, a newcomer, still has to learn before anything is delivered.
    pub taking: Option<Taking>,
    pub beat: Beat,
    /// Whom this member heard when it last said so.
    pub told_hears: u64,
    /// When others may be asked again how the group went on.
    pub ask_at: Tick,
    /// The number that the answer has to have.
    pub ask_nonce: u64,
    /// How many messages may still be delivered before the driver is asked to come again, and whether it is.
    pub budget: usize,
    pub is_behind: bool,
    /// What becomes of this place.
    pub turn: Option<Turn>,
    pub actions: Vec<Action>,
    pub change_actions: Vec<ChangeAction>,
}

/// What becomes of a place in a view.
#[derive(Debug)]
pub(super) enum Turn {
    /// The next view begins: all of this one's cut is delivered.
    Next(Proposal),
    /// Others went on without this member.
    Expelled,
    /// It has left. Not cleanly when the others may have gone on without what it delivered.
    Gone { is_clean: bool },
}

impl Session {
    /// The beginning of a view. `numbers` are those of its ranks.
    pub fn new(rest: &mut Rest, now: Tick, view: View, numbers: Vec<u64>) -> Self {
        let view = Arc::new(view);
        let own = view.rank(rest.me).expect("the view names this member");
        let settings = Arc::clone(&rest.settings);
        let size = view.size();
        let wanted = match settings.level {
            Level::Agreed => 0,
            Level::Safe if settings.breaks(Rule::SafeEarly) => 1,
            Level::Safe => view.safe_count(&settings),
        };
        Self {
            own,
            after: rest.last.as_ref().map_or(ViewId::NONE, |last| last.view()),
            header: rest.header(view.id),
            streams: Streams::new(Arc::clone(&view), own, &settings, rest.draw()),
            ordering: (settings.order.begin)(size, own, &settings),
            detector: Detector::new(Arc::clone(&view), own, &settings, now),
            change: ViewChange::new(Arc::clone(&view), own, &settings, rest.draw()),
            promises: Promises::new(size),
            level: VecDeque::new(),
            wanted,
            numbers,
            given: vec![0; size],
            frozen: None,
            goal: None,
            is_full_told: false,
            is_decided: false,
            is_blocked: false,
            suspected: 0,
            leavers: 0,
            newcomers: Newcomers::new(&settings),
            taking: None,
            beat: Beat::new(now, &settings),
            told_hears: 0,
            ask_at: Tick::ZERO,
            ask_nonce: rest.draw(),
            budget: BUDGET,
            is_behind: false,
            turn: None,
            actions: Vec::new(),
            change_actions: Vec::new(),
            view,
        }
    }

    /// The driver has nothing more at the moment.
    pub fn drained(&mut self, cx: &mut Context<'_>) {
        self.catch_up(cx);
        let sent = self.streams.sent();
        self.fill(cx);
        self.flush(cx);
        let is_quiet = sent == self.streams.sent();
        self.tell_if_awaited(cx, is_quiet);
    }

    /// What is due by the time.
    pub fn on_time(&mut self, cx: &mut Context<'_>) {
        if self.beat.wake_at() <= cx.now {
            self.tell_status(cx);
            self.look(cx);
        } else if self.detector.wake_at() <= cx.now {
            self.look(cx);
        }
        self.catch_up(cx);
        self.check_slow(cx);
        self.repair(cx);
        self.check_goal(cx);
        if self.change.wake_at() <= cx.now {
            self.on_change_time(cx);
        }
        self.take_state(cx);
        self.see_off(cx);
    }

    /// When [`Session::on_time`] has something to do.
    pub fn wake_at(&self, rest: &Rest) -> Tick {
        if self.is_behind {
            return Tick::ZERO;
        }
        let taking = self.taking.as_ref().map_or(Tick::MAX, Taking::wake_at);
        let leaving = rest.leaving.as_ref().map_or(Tick::MAX, Farewell::wake_at);
        [
            self.beat.wake_at(),
            self.detector.wake_at(),
            self.streams.wake_at(),
            self.change.wake_at(),
            taking,
            leaving,
        ]
        .into_iter()
        .fold(Tick::MAX, Tick::min)
    }

    /// Whether packets may leave.
    pub fn is_open(&self) -> bool {
        self.frozen.is_none() && self.turn.is_none()
    }
}
