//! Logs for the tests of the diagram.

use trace::{Event, EventId, EventKind, HostId, Log, Place, Stamps, View};
use verdict::Order;

/// A log that is written event by event.
pub(super) struct Script {
    pub(super) log: Log,
}

impl Script {
    /// A log of these hosts, without events.
    pub(super) fn new(hosts: &[&str]) -> Self {
        let mut log = Log::new();
        for host in hosts {
            log.host(host);
        }
        Self { log }
    }

    pub(super) fn local(&mut self, host: u32, text: &str) -> &mut Self {
        self.event(host, EventKind::Local, None, text, None)
    }

    pub(super) fn send(&mut self, host: u32, message: &str, ns: i64) -> &mut Self {
        self.event(host, EventKind::Send, Some(message), "", Some(ns))
    }

    pub(super) fn receive(&mut self, host: u32, message: &str, ns: i64) -> &mut Self {
        self.event(host, EventKind::Receive, Some(message), "", Some(ns))
    }

    pub(super) fn event(
        &mut self,
        host: u32,
        kind: EventKind,
        message: Option<&str>,
        text: &str,
        wall_ns: Option<i64>,
    ) -> &mut Self {
        let line = self.log.events.len() as u32 + 1;
        let message = message.map(|name| self.log.message(name));
        self.log.events.push(Event {
            host: HostId(host),
            kind,
            message,
            text: text.to_owned(),
            stamps: Stamps {
                wall_ns,
                ..Stamps::default()
            },
            place: Place { source: 0, line },
        });
        self
    }

    /// A host installs the view of that name and those members.
    pub(super) fn view(&mut self, host: u32, name: &str, members: &[u32], ns: i64) -> &mut Self {
        self.event(host, EventKind::View, None, "", Some(ns));
        let event = EventId(self.log.events.len() as u32 - 1);
        let members = members.iter().map(|member| HostId(*member)).collect();
        let name = name.to_owned();
        self.log.set_view(event, View { name, members });
        self
    }

    /// Gives every event the stamps of clocks that work.
    pub(super) fn stamp(&mut self) {
        let order = Order::of(&self.log);
        let mut lamport = vec![0u64; self.log.events.len()];
        for event in order.sequence() {
            let previous = order.previous(*event);
            let causes = previous.iter().chain(order.sources(*event));
            let latest = causes.map(|cause| lamport[cause.0 as usize]).max();
            let at = event.0 as usize;
            lamport[at] = latest.unwrap_or(0) + 1;
            let known = order.vector(*event).iter().enumerate();
            let known = known.filter(|(_, count)| **count > 0);
            let vector = known.map(|(host, count)| (HostId(host as u32), u64::from(*count)));
            self.log.events[at].stamps.lamport = Some(lamport[at]);
            self.log.events[at].stamps.vector = Some(vector.collect());
        }
    }
}

/// Three hosts, twelve events, one message lost.
pub(super) fn small() -> Script {
    let (mut script, ms) = (Script::new(&["alice", "bob", "carol"]), 1_000_000);
    let (send, receive, local) = (EventKind::Send, EventKind::Receive, EventKind::Local);
    script
        .event(0, local, None, "wakes", Some(0))
        .event(0, send, Some("m1"), "asks for a price", Some(2 * ms))
        .event(1, receive, Some("m1"), "hears the question", Some(5 * ms))
        .event(2, local, None, "counts its stock", Some(4 * ms))
        .event(1, send, Some("m2"), "asks carol", Some(6 * ms))
        .event(2, receive, Some("m2"), "hears bob", Some(9 * ms))
        .event(2, send, Some("m3"), "answers", Some(11 * ms))
        .event(0, send, Some("m4"), "hurries bob", Some(8 * ms))
        .event(1, receive, Some("m3"), "hears carol", Some(15 * ms))
        .event(1, send, Some("m5"), "a price", Some(16 * ms))
        .event(0, receive, Some("m5"), "has a price", Some(20 * ms))
        .event(0, local, None, "buys", Some(21 * ms));
    script.stamp();
    script
}

/// Three members in a view; carol crashes, and alice and bob go on in a second one, until bob leaves.
pub(super) fn group() -> Script {
    let (mut script, ms) = (Script::new(&["alice", "bob", "carol"]), 1_000_000);
    let (send, deliver) = (EventKind::Send, EventKind::Deliver);
    for host in 0..3 {
        script.view(host, "1 by alice", &[0, 1, 2], i64::from(host) * ms / 10);
    }
    script
        .event(0, send, Some("alice:1"), "", Some(2 * ms))
        .event(0, deliver, Some("alice:1"), "", Some(3 * ms))
        .event(2, deliver, Some("alice:1"), "", Some(4 * ms))
        .event(2, EventKind::Crash, None, "", Some(5 * ms))
        .view(0, "2 by alice", &[0, 1], 9 * ms)
        .event(1, deliver, Some("alice:1"), "", Some(8 * ms))
        .view(1, "2 by alice", &[0, 1], 10 * ms)
        .event(1, EventKind::Leave, None, "", Some(14 * ms))
        .event(0, send, Some("alice:2"), "", Some(15 * ms))
        .event(0, deliver, Some("alice:2"), "", Some(16 * ms));
    script
}

/// Alice and bob deliver two messages in two orders; carol says something of her own.
pub(super) fn broken_order() -> Script {
    let (mut script, ms) = (Script::new(&["alice", "bob", "carol"]), 1_000_000);
    let (send, deliver) = (EventKind::Send, EventKind::Deliver);
    for host in 0..3 {
        script.view(host, "1 by alice", &[0, 1, 2], i64::from(host) * ms / 10);
    }
    script
        .event(0, send, Some("alice:1"), "", Some(2 * ms))
        .event(1, send, Some("bob:1"), "", Some(2 * ms))
        .event(2, send, Some("carol:1"), "", Some(2 * ms));
    let (one, other, third) = ("alice:1", "bob:1", "carol:1");
    for (host, messages) in [
        (0, [one, other, third]),
        (1, [other, one, third]),
        (2, [one, other, third]),
    ] {
        for (at, message) in (0..).zip(messages) {
            let ns = (4 + i64::from(host) + 3 * at) * ms;
            script.event(host, deliver, Some(message), "", Some(ns));
        }
    }
    script
}

/// The first of the small log's events in an order of their own, without times.
pub(super) fn untimed() -> Script {
    let mut script = small();
    for event in &mut script.log.events {
        event.stamps.wall_ns = None;
    }
    script
}

/// Members that tell each other everything; every seventh message is lost.
pub(super) fn chat(members: u32, messages: u32) -> Script {
    let names: Vec<String> = (0..members)
        .map(|member| format!("member-{member}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mut script, mut state, mut now) = (Script::new(&names), 7u64, 0);
    for message in 0..messages {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let sender = (state >> 33) as u32 % members;
        let name = format!("m{message}");
        now += 1_000_000 + (state >> 44) as i64;
        let text = format!("says sentence {message} of the conversation");
        script.event(sender, EventKind::Send, Some(&name), &text, Some(now));
        for member in (0..members).filter(|member| *member != sender && message % 7 != 3) {
            let later = now + 300_000 + i64::from(member) * 90_000;
            let text = format!("hears sentence {message}");
            script.event(member, EventKind::Receive, Some(&name), &text, Some(later));
        }
    }
    script.stamp();
    script
}

/// Two hosts that each receive what the other only sends afterwards, and an event beside them.
pub(super) fn circle() -> Script {
    let mut script = Script::new(&["a", "b", "c"]);
    script.receive(0, "x", 1).send(0, "y", 2);
    script.receive(1, "y", 3).send(1, "x", 4);
    script.local(2, "elsewhere").local(0, "afterwards");
    script
}
