//! Who hears whom, and who has to go for it.
//!
//! A member is heard while datagrams of its own come; how long its silence may last adapts to what it was so far. Everybody says whom
//! it hears, so each can see the links that are broken, also those that are broken in one direction only. Members go until no
//! broken link is left among those who stay: first who has the most of them; of equals the one of the higher rank (the
//! set is small where one member is deaf, dumb or dead, and right where a bridge fell).

use std::sync::Arc;

use timing::Tick;

use crate::{Settings, View};

/// Who hears whom in one view.
#[derive(Debug)]
pub(crate) struct Detector {}

impl Detector {
    /// All have just been heard.
    pub fn new(view: Arc<View>, own: usize, settings: &Settings, now: Tick) -> Self {
        let _ = (view, own, settings, now);
        unimplemented!()
    }

    /// A datagram of that rank's own came. After a pause of this member itself (it was not run for as long as others may be silent)
    /// nobody's silence counts.
    pub fn on_sign(&mut self, now: Tick, from: usize) {
        let _ = (now, from);
        unimplemented!()
    }

    /// Whom that rank hears.
    pub fn on_hears(&mut self, now: Tick, from: usize, hears: u64) {
        let _ = (now, from, hears);
        unimplemented!()
    }

    /// Whom this member hears: bit r. Itself among them.
    pub fn hears(&mut self, now: Tick) -> u64 {
        let _ = now;
        unimplemented!()
    }

    /// The ranks that have to go, in ascending order: for what is known of links, and those given to [`Detector::condemn`].
    pub fn to_go(&mut self, now: Tick) -> Vec<usize> {
        let _ = now;
        unimplemented!()
    }

    /// That rank has to go whatever is heard of it: it wants to leave, or holds others up.
    pub fn condemn(&mut self, rank: usize) {
        let _ = rank;
        unimplemented!()
    }

    /// How long that rank has been silent.
    pub fn silent(&self, now: Tick, rank: usize) -> std::time::Duration {
        let _ = (now, rank);
        unimplemented!()
    }

    /// When the silence of somebody would be too long.
    pub fn wake_at(&self) -> Tick {
        unimplemented!()
    }
}
