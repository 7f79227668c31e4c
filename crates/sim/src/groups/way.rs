//! One message's way through a group that is otherwise idle: every datagram that it takes until all have it.

use std::collections::VecDeque;

use group::{
    Delivered, Effects, Frame, GroupId, Name, Node, Notice, Seat, Settings, SettingsError, To,
    View, ViewId,
};
use timing::Tick;
use trace::{Event, EventKind, HostId, Log, MessageId, Place, Stamps};

/// The history of three members of which the second sends one message. All datagrams take one millisecond; each is a message of
/// the log, under a name that says what it is.
///
/// # Errors
/// When the settings make no sense.
pub fn way(settings: &Settings) -> Result<Log, SettingsError> {
    let mut way = Way::begin(settings)?;
    way.run(QUIET);
    way.is_watched = true;
    way.send();
    way.run(END);
    way.land();
    Ok(way.log)
}

/// A group without anything between its members but time.
struct Way {
    nodes: Vec<Node>,
    now: Tick,
    /// All take the same time, so that the first that left arrives first.
    flying: VecDeque<Flight>,
    log: Log,
    is_watched: bool,
    /// The datagram in which the message is.
    carrier: Option<MessageId>,
    delivered: usize,
}

/// A datagram on its way.
struct Flight {
    arrives: Tick,
    to: usize,
    bytes: Vec<u8>,
    message: Option<MessageId>,
}

/// What a member does in one call.
#[derive(Default)]
struct Deeds {
    sent: Vec<Vec<u8>>,
    delivered: usize,
}

impl Effects for Deeds {
    fn send(&mut self, _: To, datagram: &[u8]) {
        self.sent.push(datagram.to_vec());
    }
    fn deliver(&mut self, _: Delivered<'_>) {
        self.delivered += 1;
    }
    fn installed(&mut self, _: &View, _: usize) {}
    fn snapshot(&mut self) -> Vec<u8> {
        Vec::new()
    }
    fn restore(&mut self, _: &[u8]) {}
    fn notice(&mut self, _: Notice) {}
}

impl Way {
    fn begin(settings: &Settings) -> Result<Self, SettingsError> {
        let mut log = Log::new();
        let mut nodes = Vec::new();
        let mut seats = Vec::new();
        for (seed, name) in (1..).zip(MEMBERS) {
            log.host(name);
            let name: Name = Name::new(name).expect("a short word is a name");
            let node = Node::new(GroupId::of("way"), name.clone(), settings.clone(), seed)?;
            let member = node.member();
            seats.push(Seat { member, name });
            nodes.push(node);
        }
        let by = seats[0].member;
        let id = ViewId { epoch: 1, by };
        let view = View { id, seats };
        let mut way = Self {
            nodes,
            now: BEGIN,
            flying: VecDeque::new(),
            log,
            is_watched: false,
            carrier: None,
            delivered: 0,
        };
        for member in 0..MEMBERS.len() {
            way.turn(member, |node, now, out| {
                node.start_in(now, view.clone(), out)
            });
        }
        Ok(way)
    }

    fn send(&mut self) {
        self.turn(SENDER, |node, now, out| {
            node.send(now, b"hello", out).expect("the group is idle");
        });
    }

    /// Lets a member do something, and whatever follows at once.
    fn turn(&mut self, member: usize, act: impl FnOnce(&mut Node, Tick, &mut Deeds)) {
        let (now, mut deeds) = (self.now, Deeds::default());
        let node = &mut self.nodes[member];
        act(node, now, &mut deeds);
        node.drained(now, &mut deeds);
        for bytes in std::mem::take(&mut deeds.sent) {
            self.fly(member, bytes);
        }
        for _ in 0..deeds.delivered {
            self.delivered += 1;
            let carrier = self.carrier;
            self.write(member, EventKind::Deliver, carrier);
        }
    }

    fn fly(&mut self, from: usize, bytes: Vec<u8>) {
        let mut message = None;
        if self.is_watched && self.delivered < MEMBERS.len() {
            let what = Frame::decode(&bytes).map_or("datagram", |frame| frame.kind());
            let count = self.log.messages.len() + 1;
            let id = self.log.message(&format!("{what} {count}"));
            self.carrier = self.carrier.or(Some(id));
            self.write(from, EventKind::Send, Some(id));
            message = Some(id);
        }
        for to in (0..MEMBERS.len()).filter(|to| *to != from) {
            let bytes = bytes.clone();
            let arrives = Tick::from_nanos(self.now.as_nanos() + DELAY_NS);
            self.flying.push_back(Flight {
                arrives,
                to,
                bytes,
                message,
            });
        }
    }

    fn write(&mut self, member: usize, kind: EventKind, message: Option<MessageId>) {
        let stamps = Stamps {
            wall_ns: i64::try_from(self.now.as_nanos()).ok(),
            ..Stamps::default()
        };
        let line = self.log.events.len() as u32 + 1;
        self.log.events.push(Event {
            host: HostId(member as u32),
            kind,
            message,
            text: String::new(),
            stamps,
            place: Place { source: 0, line },
        });
    }

    /// Goes on until then, or until all have the message.
    fn run(&mut self, until: Tick) {
        while self.delivered < MEMBERS.len() {
            let (late, woken) = self.next_to_wake();
            let first = self.flying.front().map(|flight| flight.arrives);
            let arrives = first.filter(|at| *at <= late);
            let next = arrives.unwrap_or(late).max(self.now);
            if next > until {
                break;
            }
            self.now = next;
            match arrives.and_then(|_| self.flying.pop_front()) {
                Some(flight) => self.arrive(flight),
                None => self.turn(woken, |node, now, out| node.on_time(now, out)),
            }
        }
    }

    /// What is still on its way arrives, and nothing comes of it that anybody waits for.
    fn land(&mut self) {
        for flight in std::mem::take(&mut self.flying) {
            if flight.message.is_some() {
                self.now = flight.arrives;
                self.write(flight.to, EventKind::Receive, flight.message);
            }
        }
    }

    fn next_to_wake(&self) -> (Tick, usize) {
        let nodes = self.nodes.iter().enumerate();
        let wakes = nodes.map(|(member, node)| (node.wake_at(), member));
        wakes.min().expect("there are members")
    }

    fn arrive(&mut self, flight: Flight) {
        if flight.message.is_some() {
            self.write(flight.to, EventKind::Receive, flight.message);
        }
        self.turn(flight.to, |node, now, out| {
            node.on_datagram(now, &flight.bytes, out);
        });
    }
}

const MEMBERS: [&str; 3] = ["alice", "bob", "carol"];

/// Not the one that a sequencer would be.
const SENDER: usize = 1;

const DELAY_NS: u64 = 1_000_000;

const BEGIN: Tick = Tick::from_nanos(1_000_000_000);

/// The message is sent soon after: by then all have heard of each other, and nobody says anything.
const QUIET: Tick = Tick::from_nanos(1_260_000_000);

/// By then all have it.
const END: Tick = Tick::from_nanos(2_000_000_000);

#[cfg(test)]
mod tests {
    use super::*;
    use group::ORDERS;

    #[track_caller]
    fn check(order: &str, carriers: &[&str], ms: i64) {
        let order = ORDERS.iter().find(|one| one.name == order);
        let log = way(&Settings::new(order.expect("an order"))).expect("settings");
        let deliveries = log
            .events
            .iter()
            .filter(|one| one.kind == EventKind::Deliver);
        assert_eq!(deliveries.clone().count(), MEMBERS.len());
        let time = |event: &Event| event.stamps.wall_ns.expect("virtual time");
        let last = deliveries.map(time).max().expect("a delivery");
        let first = log.events.iter().map(time).min().expect("a send");
        assert_eq!(last - first, ms * 1_000_000);
        for carrier in carriers {
            assert!(
                log.messages.iter().any(|name| name.starts_with(carrier)),
                "{:?}",
                log.messages
            );
        }
    }

    #[test]
    fn a_message_takes_one_hop_where_no_order_is_agreed_on() {
        check("fifo", &["data"], 1);
        check("causal", &["data"], 1);
    }

    #[test]
    fn a_message_waits_for_a_second_hop_where_there_is_one_order() {
        check("total-sequencer", &["data", "order"], 2);
        check("total-lamport", &["data", "status"], 2);
    }
}
