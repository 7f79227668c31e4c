//! A log that ends in the middle of a line: what a killed process leaves.

use crate::{Event, EventId, EventKind, HostId, Log, Place, Stamps};

/// A host's log ends in the middle of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tear {
    /// Whose log it is.
    pub host: HostId,
    /// Where.
    pub place: Place,
    /// How many bytes of that line there are. They were left out.
    pub bytes: u64,
}

impl Log {
    /// Lets the hosts whose log ends in the middle of a line crash after the last event that is whole, where no end of theirs is
    /// told. Done twice it is done once.
    pub fn end_torn(&mut self) {
        let torn: Vec<Tear> = self.torn.clone();
        for tear in torn {
            self.end(
                tear.host,
                tear.place,
                "its log ends in the middle of a line",
            );
        }
    }

    /// Lets a host crash after its last event, if no end of it is told: whoever judges the log knows what that does not say.
    pub fn end_by_word(&mut self, host: HostId) {
        let mut own = self.events.iter().filter(|event| event.host == host);
        let place = own.next_back().map_or(Place::default(), |last| last.place);
        self.end(host, place, "whoever asked for the verdict says so");
    }

    fn end(&mut self, host: HostId, place: Place, why: &str) {
        if self.end_of(host).is_none() {
            self.events.push(Event {
                host,
                kind: EventKind::Crash,
                message: None,
                text: why.to_owned(),
                stamps: Stamps::default(),
                place,
            });
        }
    }

    /// Whether a place is where a host's log breaks off that has ended: what is missing there is no more than what that host did
    /// last.
    pub fn is_told_end(&self, place: Place) -> bool {
        let mut torn = self.torn.iter();
        torn.any(|tear| tear.place == place && self.end_of(tear.host).is_some())
    }

    /// The tear that an event tells of: the crash that it makes of it.
    pub(crate) fn tear_told_by(&self, event: EventId) -> Option<&Tear> {
        let Event { host, kind, .. } = self.event(event);
        let mut torn = self.torn.iter();
        torn.find(|tear| *kind == EventKind::Crash && tear.host == *host)
    }

    fn end_of(&self, host: HostId) -> Option<&Event> {
        let is_end = |event: &&Event| matches!(event.kind, EventKind::Leave | EventKind::Crash);
        let mut own = self.events.iter().filter(|event| event.host == host);
        own.find(is_end)
    }
}
