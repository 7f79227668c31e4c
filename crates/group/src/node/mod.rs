//! A member of a group, as a machine.

mod join;
mod merge;
mod state;
mod tally;

pub use tally::Tally;

use timing::Tick;

use crate::{Effects, GroupId, MemberId, Name, SendError, Settings, SettingsError, View};

/// A member of a group, from its beginning to its leaving; it may have several incarnations.
///
/// Whoever drives it hands it what comes, with the time, which never goes back; calls [`Node::drained`] whenever nothing more is
/// there at the moment, and [`Node::on_time`] when [`Node::wake_at`] has come. It is deterministic: all that it draws, it
/// draws from its seed.
#[derive(Debug)]
pub struct Node {}

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
        let _ = (group, name, settings, seed);
        unimplemented!()
    }

    /// Begins: looks for a group, and founds one if there is none.
    pub fn start(&mut self, now: Tick, out: &mut dyn Effects) {
        let _ = (now, out);
        unimplemented!()
    }

    /// Begins as a member of a first view that all its members are given: they know each other from elsewhere.
    /// The view must name this member's [`Node::member`].
    pub fn start_in(&mut self, now: Tick, view: View, out: &mut dyn Effects) {
        let _ = (now, view, out);
        unimplemented!()
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
        let _ = (now, message, out);
        unimplemented!()
    }

    /// A datagram came. What is wrong with it is counted.
    pub fn on_datagram(&mut self, now: Tick, datagram: &[u8], out: &mut dyn Effects) {
        let _ = (now, datagram, out);
        unimplemented!()
    }

    /// Nothing more is there at the moment: what was packed leaves, what others wait for is said.
    pub fn drained(&mut self, now: Tick, out: &mut dyn Effects) {
        let _ = (now, out);
        unimplemented!()
    }

    /// [`Node::wake_at`] has come (or not: then nothing happens).
    pub fn on_time(&mut self, now: Tick, out: &mut dyn Effects) {
        let _ = (now, out);
        unimplemented!()
    }

    /// When [`Node::on_time`] is to be called next.
    pub fn wake_at(&self) -> Tick {
        unimplemented!()
    }

    /// Wants to leave. It is [gone](Node::is_gone) when the others have agreed, or have not for as long as a member may be silent.
    pub fn leave(&mut self, now: Tick, out: &mut dyn Effects) {
        let _ = (now, out);
        unimplemented!()
    }

    /// Whether it has left.
    pub fn is_gone(&self) -> bool {
        unimplemented!()
    }

    /// Its incarnation.
    pub fn member(&self) -> MemberId {
        unimplemented!()
    }

    /// The view that it is in.
    pub fn view(&self) -> Option<&View> {
        unimplemented!()
    }

    /// Whether a message would be taken now.
    pub fn has_room(&self) -> bool {
        unimplemented!()
    }

    /// What it counted.
    pub fn tally(&self) -> &Tally {
        unimplemented!()
    }
}
