//! A log: hosts, events, messages.

use std::collections::HashMap;

use crate::{Event, FLAWS_MAX, Flaw, FlawKind, HostId, MessageId, Place, Promised, Tear};

/// An event: its place in [`Log::events`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// What a log says of an event beside the things that every log does: `priority` is `WARN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Whose.
    pub event: EventId,
    /// The field's name: its place in [`Log::field_names`].
    pub name: u32,
    /// Its value.
    pub value: String,
}

/// A view of a group, as a host installed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name: of all who install the same view the same, of two views never.
    pub name: String,
    /// Who is in it, the host itself among them.
    pub members: Vec<HostId>,
}

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
    /// How many flaws there are beside those [`FLAWS_MAX`](crate::FLAWS_MAX).
    pub flaws_left_out: u64,
    /// The names of the fields.
    pub field_names: Vec<String>,
    /// The fields, in the order of the events that they belong to.
    pub fields: Vec<Field>,
    /// What the texts say that was promised, in the order of the texts.
    pub promises: Vec<Promised>,
    /// The hosts whose log ends in the middle of a line.
    pub torn: Vec<Tear>,
    /// Whom an event names as the other end of its message, in the order of the events.
    peers: Vec<(EventId, HostId)>,
    /// The views that hosts installed, in the order of the events.
    views: Vec<(EventId, View)>,
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
        entered(name, &mut self.hosts, &mut self.host_ids, HostId)
    }

    /// The message of that name, which is entered when it is new.
    pub fn message(&mut self, name: &str) -> MessageId {
        entered(name, &mut self.messages, &mut self.message_ids, MessageId)
    }

    /// The host of that name, if it is there.
    pub fn host_named(&self, name: &str) -> Option<HostId> {
        self.host_ids.get(name).copied()
    }

    /// Leaves out what stands behind a host's last `~` where no other host has what stands before it.
    pub(crate) fn call_by_short_names(&mut self) {
        let short = |name: &str| match name.rsplit_once('~') {
            Some((before, _)) if !before.is_empty() => before.to_owned(),
            _ => name.to_owned(),
        };
        let mut owners: HashMap<String, u32> = HashMap::new();
        for name in &self.hosts {
            *owners.entry(short(name)).or_default() += 1;
        }
        for (at, name) in self.hosts.iter_mut().enumerate() {
            let shortened = short(name);
            if owners[&shortened] == 1 && shortened != *name {
                self.host_ids.remove(name);
                let id = HostId(u32::try_from(at).expect("fewer than 2^32 hosts"));
                self.host_ids.insert(shortened.clone(), id);
                *name = shortened;
            }
        }
    }

    /// Takes down a flaw, or only counts it where there are many already.
    pub fn blame(&mut self, kind: FlawKind, place: Place, text: String) {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push(Flaw { kind, place, text });
        } else {
            self.flaws_left_out += 1;
        }
    }

    /// An event's fields: name and value.
    pub fn fields_of(&self, event: EventId) -> impl Iterator<Item = (&str, &str)> {
        let first = self.fields.partition_point(|field| field.event < event);
        let own = self.fields[first..].iter();
        own.take_while(move |field| field.event == event)
            .map(|field| {
                let name = &self.field_names[field.name as usize];
                (name.as_str(), field.value.as_str())
            })
    }

    /// A host's name.
    pub fn host_name(&self, host: HostId) -> &str {
        &self.hosts[host.0 as usize]
    }

    /// An event.
    pub fn event(&self, event: EventId) -> &Event {
        &self.events[event.0 as usize]
    }

    /// The other end of an event's message, where its line names it: whom it was sent to, or whom it came from.
    pub fn peer(&self, event: EventId) -> Option<HostId> {
        let at = self.peers.binary_search_by_key(&event, |(event, _)| *event);
        at.ok().map(|at| self.peers[at].1)
    }

    /// The view that an event installed.
    pub fn view(&self, event: EventId) -> Option<&View> {
        let at = self.views.binary_search_by_key(&event, |(event, _)| *event);
        at.ok().map(|at| &self.views[at].1)
    }

    /// Takes down the view that an event installed; the last one counts.
    pub fn set_view(&mut self, event: EventId, view: View) {
        let at = self.views.binary_search_by_key(&event, |(event, _)| *event);
        match at {
            Ok(at) => self.views[at].1 = view,
            Err(at) => self.views.insert(at, (event, view)),
        }
    }

    /// Takes down the other end of an event's message; the last one counts.
    pub fn set_peer(&mut self, event: EventId, peer: HostId) {
        let at = self.peers.binary_search_by_key(&event, |(event, _)| *event);
        match at {
            Ok(at) => self.peers[at].1 = peer,
            Err(at) => self.peers.insert(at, (event, peer)),
        }
    }

    /// All events' ids.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = EventId> + use<> {
        (0..u32::try_from(self.events.len()).expect("fewer than 2^32 events")).map(EventId)
    }
}

/// The id of a name, which is entered when it is new.
fn entered<I: Copy>(
    name: &str,
    names: &mut Vec<String>,
    ids: &mut HashMap<String, I>,
    id_of: fn(u32) -> I,
) -> I {
    if let Some(id) = ids.get(name) {
        return *id;
    }
    let id = id_of(u32::try_from(names.len()).expect("fewer than 2^32 names"));
    names.push(name.to_owned());
    ids.insert(name.to_owned(), id);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_called_by_its_short_name_where_it_is_the_only_one() {
        let mut log = Log::new();
        let ids = ["a~1", "b~1", "b~2", "c", "c~1", "~1"].map(|name| log.host(name));
        log.call_by_short_names();
        assert_eq!(log.hosts, ["a", "b~1", "b~2", "c", "c~1", "~1"]);
        assert_eq!(log.host_named("a"), Some(ids[0]));
        assert_eq!(log.host_named("a~1"), None);
    }

    #[test]
    fn a_name_has_one_id() {
        let mut log = Log::new();
        let (a, b) = (log.host("a"), log.host("b"));
        assert_eq!(log.host("a"), a);
        assert_ne!(a, b);
        assert_eq!(log.host_name(b), "b");
        assert_eq!(log.host_named("c"), None);
    }

    #[test]
    fn flaws_are_kept_up_to_a_number_and_counted_beyond_it() {
        let mut log = Log::new();
        for _ in 0..FLAWS_MAX + 3 {
            log.blame(FlawKind::Torn, Place::default(), String::new());
        }
        assert_eq!((log.flaws.len(), log.flaws_left_out), (FLAWS_MAX, 3));
    }

    #[test]
    fn an_event_has_the_other_end_that_it_names() {
        let mut log = Log::new();
        let (a, b) = (log.host("a"), log.host("b"));
        for (event, peer) in [(3, a), (1, b), (3, b)] {
            log.set_peer(EventId(event), peer);
        }
        let peers = [0, 1, 2, 3].map(|event| log.peer(EventId(event)));
        assert_eq!(peers, [None, Some(b), None, Some(b)]);
    }

    #[test]
    fn an_event_has_its_own_fields() {
        let mut log = Log::new();
        log.field_names.push("priority".to_owned());
        for event in [1, 3] {
            log.fields.push(Field {
                event: EventId(event),
                name: 0,
                value: event.to_string(),
            });
        }
        assert_eq!(log.fields_of(EventId(2)).count(), 0);
        let third: Vec<_> = log.fields_of(EventId(3)).collect();
        assert_eq!(third, [("priority", "3")]);
    }
}
