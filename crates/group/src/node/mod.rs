//! A member of a group, as a machine.
//!
//! ```text
//!   Node ── Rest: who it is, what waits to be sent, what it counted, what it remembers of the last view
//!     └──── Place: nowhere, looking for a group, in a view (Session), gone
//!             Session: streams ─▶ order ─▶ level ─▶ delivered;  detector ─▶ change ─▶ Turn: the next view, or out
//! ```
//!
//! - A call goes to the place with a [`Context`](context::Context): the time, the effects, the rest of the node. What ends a place is left in
//!   it as a turn, which is taken when the call comes back: nothing is replaced under the hands of whoever works on it.
//! - From its promise in a change to the end of the view a member hands over nothing and says that it has no more than it
//!   promised: what others count on is what the cut counts on.

mod arriving;
mod changing;
mod context;
mod delivering;
mod farewell;
mod join;
mod last_view;
mod looking;
mod merge;
mod place;
mod probe;
mod promises;
mod queue;
mod receiving;
mod sending;
mod session;
mod state;
mod status;
mod tally;
#[cfg(test)]
mod tests;

pub use tally::Tally;

use timing::Tick;

use crate::{Effects, GroupId, MemberId, Name, SendError, Settings, SettingsError, Slow, View};
use context::{Context, Rest};
use farewell::Farewell;
use place::Place;
use state::Giving;

/// A member of a group, from its beginning to its leaving; it may have several incarnations.
///
/// Whoever drives it hands it what comes, with the time, which never goes back; calls [`Node::drained`] whenever nothing more is
/// there at the moment, and [`Node::on_time`] when [`Node::wake_at`] has come. It is deterministic: all that it draws, it
/// draws from its seed.
#[derive(Debug)]
pub struct Node {
    rest: Rest,
    place: Place,
}

impl Node {
    /// A member that is not there yet.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn new(
        group: GroupId,
        name: Name,
        settings: Settings,
        seed: u64,
    ) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(Self {
            rest: Rest::new(group, name, settings, seed),
            place: Place::Nowhere,
        })
    }

    /// Begins: looks for a group, and founds one if there is none. Nothing happens when it has begun.
    pub fn start(&mut self, now: Tick, out: &mut dyn Effects) {
        let (place, mut cx) = self.at(now, out);
        if matches!(place, Place::Nowhere) {
            place.look(&mut cx);
            place.look_around(&mut cx);
        }
    }

    /// Begins as a member of a first view that all its members are given: they know each other from elsewhere.
    /// The view must name this member's [`Node::member`].
    ///
    /// # Panics
    /// When it does not.
    pub fn start_in(&mut self, now: Tick, view: View, out: &mut dyn Effects) {
        let (place, mut cx) = self.at(now, out);
        if matches!(place, Place::Nowhere) {
            place.enter_first(&mut cx, view);
        }
    }

    /// Takes a message, and gives its number: this incarnation's messages are numbered from 1. It leaves when its packet is full,
    /// or at [`Node::drained`].
    ///
    /// # Errors
    /// When it is not taken.
    pub fn send(
        &mut self,
        now: Tick,
        message: &[u8],
        out: &mut dyn Effects,
    ) -> Result<u64, SendError> {
        let (bytes, most) = (message.len(), self.rest.settings.message_bytes_max());
        if bytes > most {
            return Err(SendError::TooLong { bytes, most });
        }
        if !self.is_here() {
            return Err(SendError::NotThere);
        }
        if !self.has_room() {
            if self.rest.settings.slow != Slow::Shed {
                return Err(SendError::Busy);
            }
            self.rest.tally.shed += 1;
            return Err(SendError::Shed);
        }
        self.rest.tally.sent += 1;
        let number = self.rest.outgoing.number();
        let (place, mut cx) = self.at(now, out);
        match place {
            Place::In(session) => session.put(&mut cx, message),
            _ => cx.rest.outgoing.queue(message),
        }
        Ok(number)
    }

    /// A datagram came. What is wrong with it is counted.
    pub fn on_datagram(&mut self, now: Tick, datagram: &[u8], out: &mut dyn Effects) {
        let (place, mut cx) = self.at(now, out);
        place.on_datagram(&mut cx, datagram);
    }

    /// Whether datagrams wait to be read. While they do, nothing is asked for again: what seems to be missing may be among them. A
    /// driver that does not say so has members that ask for more than was lost, and one that says so for long has losses that
    /// last as long.
    pub fn reading(&mut self, is_so: bool) {
        self.rest.is_reading = is_so;
    }

    /// Nothing more is there at the moment: what was packed leaves, what others wait for is said.
    pub fn drained(&mut self, now: Tick, out: &mut dyn Effects) {
        let (place, mut cx) = self.at(now, out);
        if let Place::In(session) = place {
            session.drained(&mut cx);
        }
        place.turn(&mut cx);
    }

    /// [`Node::wake_at`] has come (or not: then nothing happens).
    pub fn on_time(&mut self, now: Tick, out: &mut dyn Effects) {
        let (place, mut cx) = self.at(now, out);
        match place {
            Place::Nowhere | Place::Gone => {}
            Place::Looking(_) => place.look_around(&mut cx),
            Place::In(session) => {
                cx.rest.forget_given(now);
                session.on_time(&mut cx);
                if let Some(mut last) = cx.rest.last.take() {
                    last.on_time(&mut cx);
                    cx.rest.last = Some(last);
                }
                place.turn(&mut cx);
            }
        }
    }

    /// When [`Node::on_time`] is to be called next.
    pub fn wake_at(&self) -> Tick {
        let here = match &self.place {
            Place::Nowhere | Place::Gone => return Tick::MAX,
            Place::Looking(looking) => looking.wake_at(),
            Place::In(session) => session.wake_at(&self.rest),
        };
        let last = &self.rest.last;
        let last = last.as_ref().map_or(Tick::MAX, |last| last.wake_at());
        let given = self.rest.giving.iter().map(Giving::until);
        given.fold(here.min(last), Tick::min)
    }

    /// Wants to leave. It is [gone](Node::is_gone) when the others have agreed, or have not for as long as a member may be silent. What it
    /// has sent reaches the others first, if they are there.
    pub fn leave(&mut self, now: Tick, out: &mut dyn Effects) {
        if self.rest.leaving.is_some() {
            return;
        }
        self.rest.leaving = Some(Farewell::new(now, &self.rest.settings));
        let (place, mut cx) = self.at(now, out);
        match place {
            Place::Gone => {}
            Place::Nowhere | Place::Looking(_) => *place = Place::Gone,
            Place::In(session) => {
                session.drained(&mut cx);
                session.see_off(&mut cx);
                place.turn(&mut cx);
            }
        }
    }

    /// Whether it has left.
    pub fn is_gone(&self) -> bool {
        matches!(self.place, Place::Gone)
    }

    /// Its incarnation.
    pub fn member(&self) -> MemberId {
        self.rest.me
    }

    /// The view that it is in.
    pub fn view(&self) -> Option<&View> {
        match &self.place {
            Place::In(session) => Some(&session.view),
            _ => None,
        }
    }

    /// Whether its view cannot go on, as far as it knows.
    pub fn is_blocked(&self) -> bool {
        matches!(&self.place, Place::In(session) if session.is_blocked)
    }

    /// Whether a message would be taken now.
    pub fn has_room(&self) -> bool {
        self.is_here() && self.rest.outgoing.queued_bytes() < self.rest.settings.queue_bytes
    }

    /// What it counted.
    pub fn tally(&self) -> &Tally {
        &self.rest.tally
    }

    fn is_here(&self) -> bool {
        self.rest.leaving.is_none() && matches!(self.place, Place::Looking(_) | Place::In(_))
    }

    fn at<'a>(&'a mut self, now: Tick, out: &'a mut dyn Effects) -> (&'a mut Place, Context<'a>) {
        let rest = &mut self.rest;
        (&mut self.place, Context { rest, now, out })
    }
}
