//! Some nodes, a network that loses, doubles, delays and reorders, and what the nodes did. Everything follows from the seed.

use std::collections::BTreeMap;
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;
use wire::crc32c;

use crate::{
    Delivered, Effects, GroupId, MemberId, Name, Node, Notice, Seat, SendError, Settings, To, View,
    ViewId,
};

/// What a node did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    View(View),
    Delivered {
        from: MemberId,
        number: u64,
        view: ViewId,
        payload: Vec<u8>,
    },
    Restored(Vec<u8>),
    Notice(Notice),
    /// It crashed, and another node begins in its place.
    Restarted,
}

/// A host: its node, and what the node did.
#[derive(Debug)]
pub(super) struct Host {
    pub node: Node,
    pub seen: Seen,
    pub is_up: bool,
    /// Until when it does not run.
    pub asleep: Tick,
    waiting: Vec<Vec<u8>>,
    /// When the node wants to be called.
    wake: Tick,
}

/// What a node did.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub events: Vec<Event>,
    /// The application's state: how many messages of each sender were delivered, here or before this member came.
    pub state: BTreeMap<u64, u64>,
    sent: Vec<(To, Vec<u8>)>,
}

/// The network and the hosts.
#[derive(Debug)]
pub(super) struct Bench {
    pub now: Tick,
    pub hosts: Vec<Host>,
    pub loss: u64,
    pub doubles: u64,
    /// How many of a thousand datagrams come a second time with something else in them, and a checksum that is right.
    pub forged: u64,
    pub delay: std::ops::Range<u64>,
    /// A host that does not keep up: no packet comes to it, only what is said about packets.
    pub slow: Option<usize>,
    /// Of each host the part that it is in: datagrams stay in their part.
    pub part: Vec<u32>,
    pub rng: Pcg64Mcg,
    pub settings: Settings,
    /// What was sent since this was set, and when.
    pub recording: Option<Vec<(Tick, Vec<u8>)>>,
    flying: BTreeMap<(Tick, u64), (usize, Vec<u8>)>,
    count: u64,
    turns: u64,
}

impl Bench {
    /// So many hosts, not begun.
    pub fn new(count: usize, settings: &Settings, seed: u64) -> Self {
        let mut bench = Self {
            now: Tick::ZERO + Duration::from_secs(1),
            hosts: Vec::new(),
            loss: 0,
            doubles: 0,
            forged: 0,
            delay: 20_000..200_000,
            slow: None,
            part: vec![0; count],
            rng: Pcg64Mcg::seed_from_u64(seed),
            settings: settings.clone(),
            recording: None,
            flying: BTreeMap::new(),
            count: 0,
            turns: 0,
        };
        for at in 0..count {
            let host = bench.host(at, seed);
            bench.hosts.push(host);
        }
        bench
    }

    /// The same, in a first view of all.
    pub fn together(count: usize, settings: &Settings, seed: u64) -> Self {
        let mut bench = Self::new(count, settings, seed);
        bench.put_together(count);
        bench
    }

    /// The first so many hosts begin in a first view of theirs.
    pub fn put_together(&mut self, count: usize) {
        let seats: Vec<Seat> = (0..count)
            .map(|at| Seat {
                member: self.hosts[at].node.member(),
                name: name(at),
            })
            .collect();
        let id = ViewId {
            epoch: 1,
            by: seats[0].member,
        };
        for at in 0..count {
            let seats = seats.clone();
            self.with(at, |node, now, seen| {
                node.start_in(now, View { id, seats }, seen)
            });
        }
    }

    fn host(&self, at: usize, seed: u64) -> Host {
        let seed = seed.wrapping_mul(1000).wrapping_add(at as u64);
        let group = GroupId::of("bench");
        Host {
            node: Node::new(group, name(at), self.settings.clone(), seed).expect("settings"),
            seen: Seen::default(),
            is_up: true,
            asleep: Tick::ZERO,
            waiting: Vec::new(),
            wake: Tick::MAX,
        }
    }

    /// A host begins to look for the group.
    pub fn start(&mut self, at: usize) {
        self.with(at, |node, now, seen| node.start(now, seen));
    }

    /// A host sends a message that says what was delivered to it before, and lets it leave.
    pub fn send(&mut self, at: usize) -> Result<u64, SendError> {
        let state = &self.hosts[at].seen.state;
        let known = state
            .iter()
            .flat_map(|(member, number)| [member.to_be_bytes(), number.to_be_bytes()].concat());
        let payload: Vec<u8> = known.take(1200).collect();
        let mut result = Err(SendError::Busy);
        self.with(at, |node, now, seen| {
            result = node.send(now, &payload, seen)
        });
        result
    }

    /// Something is done with a host, after which it has nothing else to do.
    pub fn with(&mut self, at: usize, act: impl FnOnce(&mut Node, Tick, &mut Seen)) {
        let (now, host) = (self.now, &mut self.hosts[at]);
        act(&mut host.node, now, &mut host.seen);
        host.node.drained(now, &mut host.seen);
        host.wake = host.node.wake_at();
        for (to, datagram) in std::mem::take(&mut self.hosts[at].seen.sent) {
            self.fly(at, to, &datagram);
        }
    }

    fn fly(&mut self, from: usize, to: To, datagram: &[u8]) {
        if let Some(recording) = &mut self.recording {
            recording.push((self.now, datagram.to_vec()));
        }
        let to = match to {
            To::All => None,
            To::One(member) => self
                .hosts
                .iter()
                .position(|host| host.node.member() == member),
        };
        for at in 0..self.hosts.len() {
            let is_for = to.is_none_or(|to| to == at) && self.part[at] == self.part[from];
            let is_missed = self.slow == Some(at) && PACKETS.contains(&datagram[5]);
            if !is_for || at == from || is_missed || self.draw(1000) < self.loss {
                continue;
            }
            let copies = 1 + u64::from(self.draw(1000) < self.doubles);
            for _ in 0..copies {
                let delay = self.delay.start + self.draw(self.delay.end - self.delay.start);
                self.count += 1;
                let key = (self.now + Duration::from_nanos(delay), self.count);
                self.flying.insert(key, (at, datagram.to_vec()));
                if self.draw(1000) < self.forged {
                    let mut forged = datagram.to_vec();
                    self.forge(&mut forged);
                    self.count += 1;
                    self.flying.insert((key.0, self.count), (at, forged));
                }
            }
        }
    }

    fn forge(&mut self, datagram: &mut [u8]) {
        for _ in 0..1 + self.draw(3) {
            // From the view on: who sent it, to which group, is left as it is.
            let at = 28 + self.draw(datagram.len() as u64 - 28) as usize;
            datagram[at] = match self.draw(3) {
                0 => self.draw(256) as u8,
                1 => datagram[at].wrapping_add(1),
                _ => 0xff,
            };
        }
        let sum = crc32c(&[&datagram[..44], &datagram[48..]]);
        datagram[44..48].copy_from_slice(&sum.to_be_bytes());
    }

    pub fn draw(&mut self, below: u64) -> u64 {
        self.rng.next_u64() % below.max(1)
    }

    /// Lets time pass.
    pub fn run(&mut self, millis: u64) {
        let until = self.now + Duration::from_millis(millis);
        loop {
            let wakes = self.hosts.iter().filter(|host| host.is_up);
            let wake = wakes.map(|host| host.wake.max(host.asleep)).min();
            let wake = wake.unwrap_or(Tick::MAX).max(self.now);
            let flies = self
                .flying
                .first_key_value()
                .map_or(Tick::MAX, |(key, _)| key.0);
            let next = wake.min(flies.max(self.now));
            self.turns = if next == self.now { self.turns + 1 } else { 0 };
            assert!(self.turns < 20_000, "the nodes spin");
            if next > until {
                self.now = until;
                return;
            }
            self.now = next;
            if flies <= next {
                let (_, (at, datagram)) = self.flying.pop_first().expect("there is one");
                self.arrive(at, datagram);
            } else {
                self.wake();
            }
        }
    }

    /// A datagram comes, from wherever.
    pub fn arrive(&mut self, at: usize, datagram: Vec<u8>) {
        if !self.hosts[at].is_up {
        } else if self.hosts[at].asleep > self.now {
            self.hosts[at].waiting.push(datagram);
        } else {
            self.with(at, |node, now, seen| node.on_datagram(now, &datagram, seen));
        }
    }

    fn wake(&mut self) {
        for at in 0..self.hosts.len() {
            let host = &mut self.hosts[at];
            if host.is_up && host.asleep <= self.now && host.wake <= self.now {
                let waiting = std::mem::take(&mut host.waiting);
                self.with(at, |node, now, seen| {
                    for datagram in &waiting {
                        node.on_datagram(now, datagram, seen);
                    }
                    node.on_time(now, seen);
                });
            }
        }
    }

    /// A host crashes.
    pub fn crash(&mut self, at: usize) {
        self.hosts[at].is_up = false;
    }

    /// A host crashes, and begins anew.
    pub fn restart(&mut self, at: usize) {
        let seed = self.rng.next_u64();
        let host = self.host(at, seed);
        let mut seen = std::mem::replace(&mut self.hosts[at], host).seen;
        seen.events.push(Event::Restarted);
        seen.state.clear();
        self.hosts[at].seen = seen;
        self.start(at);
    }

    /// Whether a host is in a view that cannot go on, or in none.
    pub fn is_stuck(&self, at: usize) -> bool {
        let events = self.hosts[at].seen.events.iter().rev();
        let mut events = events.filter_map(|event| match event {
            Event::View(_) => Some(false),
            Event::Notice(Notice::Blocked) => Some(true),
            _ => None,
        });
        self.hosts[at].node.view().is_none() || events.next() == Some(true)
    }

    /// How often a host told that.
    pub fn told(&self, at: usize, notice: &Notice) -> usize {
        let events = self.hosts[at].seen.events.iter();
        let told = events.filter(|event| matches!(event, Event::Notice(told) if told == notice));
        told.count()
    }

    /// How many members the view of a host has, 0 where it is in none.
    pub fn size(&self, at: usize) -> usize {
        self.hosts[at].node.view().map_or(0, View::size)
    }

    /// A host does not run for a while.
    pub fn pause(&mut self, at: usize, millis: u64) {
        self.hosts[at].asleep = self.now + Duration::from_millis(millis);
    }

    /// Which hosts are up.
    pub fn up(&self) -> Vec<usize> {
        (0..self.hosts.len())
            .filter(|at| self.hosts[*at].is_up)
            .collect()
    }
}

impl Effects for Seen {
    fn send(&mut self, to: To, datagram: &[u8]) {
        self.sent.push((to, datagram.to_vec()));
    }

    fn deliver(&mut self, delivered: Delivered<'_>) {
        // Where there is no order, a later one may have been here before.
        let state = self.state.entry(delivered.from.0).or_default();
        *state = delivered.number.max(*state);
        self.events.push(Event::Delivered {
            from: delivered.from,
            number: delivered.number,
            view: delivered.view,
            payload: delivered.payload.to_vec(),
        });
    }

    fn installed(&mut self, view: &View, own: usize) {
        assert!(own < view.size());
        self.events.push(Event::View(view.clone()));
    }

    fn snapshot(&mut self) -> Vec<u8> {
        let pairs = self.state.iter();
        pairs
            .flat_map(|(member, number)| [member.to_be_bytes(), number.to_be_bytes()].concat())
            .collect()
    }

    fn restore(&mut self, state: &[u8]) {
        self.state = pairs(state).collect();
        self.events.push(Event::Restored(state.to_vec()));
    }

    fn notice(&mut self, notice: Notice) {
        self.events.push(Event::Notice(notice));
    }
}

/// The kinds of frames that carry messages: data, and the same again.
const PACKETS: [u8; 2] = [1, 2];

/// Members and numbers, as they stand in messages and states.
pub(super) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    bytes.chunks_exact(16).map(|pair| {
        let number = |at: usize| {
            let bytes: [u8; 8] = pair[at..at + 8].try_into().expect("8 bytes");
            u64::from_be_bytes(bytes)
        };
        (number(0), number(8))
    })
}

fn name(at: usize) -> Name {
    Name::new(&format!("m{at}")).expect("a name")
}
