//! Happened-before (Lamport 1978), rebuilt from a log.

use causality::Relation;
use trace::{EventId, EventKind, Log, MessageId};

/// What may have caused what in a log.
#[derive(Debug)]
pub struct Order {
    /// Of each event, its place in its host's program order, from 1.
    index: Vec<u32>,
    /// Of each event, the event before it at its host.
    previous: Vec<Option<EventId>>,
    /// Of each event, the sends whose messages it received.
    sources: Vec<Vec<EventId>>,
    /// All events, causes before effects.
    sequence: Vec<EventId>,
    /// Of each event and each host, how many of the host's events are in the event's past, itself included.
    vectors: Vec<u32>,
    hosts: usize,
}

impl Order {
    /// Rebuilds it from program order and matched messages.
    pub fn of(log: &Log) -> Self {
        let hosts = log.hosts.len();
        let (index, previous) = program_order(log);
        let sources = matched(log);
        let sequence = sequence(&previous, &sources);
        let mut vectors = vec![0; log.events.len() * hosts];
        for &event in &sequence {
            let at = event.0 as usize;
            let causes = previous[at].iter().chain(&sources[at]);
            for cause in causes {
                for host in 0..hosts {
                    let known = vectors[cause.0 as usize * hosts + host];
                    let here = &mut vectors[at * hosts + host];
                    *here = known.max(*here);
                }
            }
            vectors[at * hosts + log.events[at].host.0 as usize] = index[at];
        }
        Self {
            index,
            previous,
            sources,
            sequence,
            vectors,
            hosts,
        }
    }

    /// The event's place in its host's program order, from 1: people call it `host:index`.
    pub fn index(&self, event: EventId) -> u32 {
        self.index[event.0 as usize]
    }

    /// The event before it at its host.
    pub fn previous(&self, event: EventId) -> Option<EventId> {
        self.previous[event.0 as usize]
    }

    /// The sends whose messages it received.
    pub fn sources(&self, event: EventId) -> &[EventId] {
        &self.sources[event.0 as usize]
    }

    /// All events, causes before effects.
    pub fn sequence(&self) -> &[EventId] {
        &self.sequence
    }

    /// Of each host, how many of its events are in the event's past, itself included: its true vector clock.
    pub fn vector(&self, event: EventId) -> &[u32] {
        let at = event.0 as usize * self.hosts;
        &self.vectors[at..at + self.hosts]
    }

    /// How two events stand to each other.
    pub fn relation(&self, log: &Log, a: EventId, b: EventId) -> Relation {
        if a == b {
            return Relation::Same;
        }
        let is_before = |a: EventId, b: EventId| {
            let host = log.event(a).host.0 as usize;
            self.vector(b)[host] >= self.index(a)
        };
        match (is_before(a, b), is_before(b, a)) {
            (true, _) => Relation::Before,
            (_, true) => Relation::After,
            _ => Relation::Concurrent,
        }
    }
}

fn program_order(log: &Log) -> (Vec<u32>, Vec<Option<EventId>>) {
    let mut last = vec![(0, None); log.hosts.len()];
    let places = log.ids().map(|event| {
        let (count, previous) = &mut last[log.event(event).host.0 as usize];
        *count += 1;
        (*count, previous.replace(event))
    });
    places.unzip()
}

fn matched(log: &Log) -> Vec<Vec<EventId>> {
    let mut sends: Vec<Option<EventId>> = vec![None; log.messages.len()];
    for id in log.ids() {
        if let (EventKind::Send, Some(MessageId(message))) =
            (log.event(id).kind, log.event(id).message)
        {
            sends[message as usize].get_or_insert(id);
        }
    }
    let of = |id| match (log.event(id).kind, log.event(id).message) {
        (EventKind::Receive | EventKind::Deliver, Some(message)) => {
            sends[message.0 as usize].into_iter().collect()
        }
        _ => Vec::new(),
    };
    log.ids().map(of).collect()
}

fn sequence(previous: &[Option<EventId>], sources: &[Vec<EventId>]) -> Vec<EventId> {
    let mut waits: Vec<usize> = sources.iter().map(Vec::len).collect();
    let mut effects: Vec<Vec<u32>> = vec![Vec::new(); previous.len()];
    for (at, cause) in previous.iter().enumerate() {
        waits[at] += usize::from(cause.is_some());
        for cause in cause.iter().chain(&sources[at]) {
            effects[cause.0 as usize].push(u32::try_from(at).expect("fewer than 2^32 events"));
        }
    }
    let free = |at: &u32| waits[*at as usize] == 0;
    let count = u32::try_from(previous.len()).expect("fewer than 2^32 events");
    let mut sequence: Vec<EventId> = (0..count).filter(free).map(EventId).collect();
    let mut next = 0;
    while next < sequence.len() {
        for &effect in &effects[sequence[next].0 as usize] {
            waits[effect as usize] -= 1;
            if waits[effect as usize] == 0 {
                sequence.push(EventId(effect));
            }
        }
        next += 1;
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Event, Place, Stamps};

    fn event(log: &mut Log, host: &str, kind: EventKind, message: &str) -> EventId {
        let event = Event {
            host: log.host(host),
            kind,
            message: (!message.is_empty()).then(|| log.message(message)),
            text: String::new(),
            stamps: Stamps::default(),
            place: Place::default(),
        };
        log.events.push(event);
        EventId(log.events.len() as u32 - 1)
    }

    #[test]
    fn a_message_puts_its_send_before_its_receipt_and_nothing_else() {
        let mut log = Log::new();
        let send = event(&mut log, "a", EventKind::Send, "m");
        let aside = event(&mut log, "b", EventKind::Local, "");
        let receive = event(&mut log, "b", EventKind::Receive, "m");
        let order = Order::of(&log);
        assert_eq!(order.relation(&log, send, receive), Relation::Before);
        assert_eq!(order.relation(&log, receive, send), Relation::After);
        assert_eq!(order.relation(&log, send, aside), Relation::Concurrent);
        assert_eq!(order.vector(receive), [1, 2]);
    }
}
