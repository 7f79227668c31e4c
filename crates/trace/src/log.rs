//! A log: hosts, events, messages.

use std::collections::HashMap;

use crate::{Event, Flaw, HostId, MessageId};

/// An event: its place in [`Log::events`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// One execution of a distributed program.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The execution's name, where a text holds several; empty otherwise.
    pub name: String,
    /// The hosts' names, in the order in which they were first met.
    pub hosts: Vec<String>,
    /// The messages' names, in the order in which they were first met.
    pub messages: Vec<String>,
    /// The events. **Those of one host stand in its program order**; nothing is said of the others.
    pub events: Vec<Event>,
    /// What is wrong with it, in the order of the texts.
    pub flaws: Vec<Flaw>,
    host_ids: HashMap<String, HostId>,
    message_ids: HashMap<String, MessageId>,
}

impl Log {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// The host of that name, which is entered when it is new.
    pub fn host(&mut self, name: &str) -> HostId {
        if let Some(id) = self.host_ids.get(name) {
            return *id;
        }
        let id = HostId(u32::try_from(self.hosts.len()).expect("fewer than 2^32 hosts"));
        self.hosts.push(name.to_owned());
        self.host_ids.insert(name.to_owned(), id);
        id
    }

    /// The message of that name, which is entered when it is new.
    pub fn message(&mut self, name: &str) -> MessageId {
        if let Some(id) = self.message_ids.get(name) {
            return *id;
        }
        let id = MessageId(u32::try_from(self.messages.len()).expect("fewer than 2^32 messages"));
        self.messages.push(name.to_owned());
        self.message_ids.insert(name.to_owned(), id);
        id
    }

    /// The host of that name, if it is there.
    pub fn host_named(&self, name: &str) -> Option<HostId> {
        self.host_ids.get(name).copied()
    }

    /// A host's name.
    pub fn host_name(&self, host: HostId) -> &str {
        &self.hosts[host.0 as usize]
    }

    /// An event.
    pub fn event(&self, event: EventId) -> &Event {
        &self.events[event.0 as usize]
    }

    /// All events' ids.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = EventId> + use<> {
        (0..u32::try_from(self.events.len()).expect("fewer than 2^32 events")).map(EventId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_id() {
        let mut log = Log::new();
        let (a, b) = (log.host("a"), log.host("b"));
        assert_eq!(log.host("a"), a);
        assert_ne!(a, b);
        assert_eq!(log.host_name(b), "b");
        assert_eq!(log.host_named("c"), None);
    }
}
