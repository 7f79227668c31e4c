//! Virtual time, hosts, and the network between them.
//!
//! Whoever runs a world puts marks into its time, and does at each mark what it wants: lets hosts act, crash and pause,
//! cuts links. Between two marks only the hosts and the network do anything.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use timing::Tick;

use crate::clock::HostClock;
use crate::delay::Delays;
use crate::queue::Queue;
use crate::{Host, Link, Outbox, Places, Strewn, Turn, Whom};

/// Hosts, each in a place, and the network between the places.
pub struct World<H: Host> {
    /// What the hosts write into together.
    pub record: H::Record,
    now: Tick,
    queue: Queue<Event>,
    places: Vec<Place<H>>,
    network: Network,
    outbox: Outbox,
    strewn: Vec<Strewn>,
    turns: u64,
    turns_max: u64,
}

/// What happened in a world, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams that hosts sent, each counted once however many it was for.
    pub sent: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Copies that arrived at a host.
    pub arrived: u64,
    /// Copies that were lost at random, or with their sender's crash.
    pub lost: u64,
    /// Copies that came twice.
    pub doubled: u64,
    /// Copies that a cut link did not let through.
    pub cut: u64,
    /// Copies that found the receiver's buffer full.
    pub overflowed: u64,
    /// Datagrams that no host sent, each counted once.
    pub strewn: u64,
}

impl Counts {
    /// Adds those of another world.
    pub fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.sent_bytes += other.sent_bytes;
        self.arrived += other.arrived;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.cut += other.cut;
        self.overflowed += other.overflowed;
        self.strewn += other.strewn;
    }
}

#[derive(Debug)]
enum Event {
    Arrival {
        to: u8,
        from: u8,
        /// Which of the hosts that have been in that place.
        generation: u32,
        datagram: Rc<[u8]>,
    },
    Turn(u8),
    Mark(u32),
}

struct Place<H> {
    host: Option<H>,
    generation: u32,
    clock: HostClock,
    /// What came and was not handed over yet.
    inbox: VecDeque<(u8, Rc<[u8]>)>,
    /// How many pauses there are at the moment.
    pauses: u32,
    is_poked: bool,
    busy_until: Tick,
    /// When its next turn is; other turns in the queue count for nothing.
    turn_at: Tick,
}

#[derive(Debug)]
struct Network {
    link: Link,
    delays: Delays,
    random: Pcg64Mcg,
    /// The cuts that there are at the moment.
    cuts: Vec<(Places, Places)>,
    /// By sender: where its datagrams do not arrive.
    unheard: Vec<Places>,
    counts: Counts,
}

impl<H: Host> World<H> {
    /// So many places, without hosts yet.
    ///
    /// # Panics
    /// When there are more places than [`PLACES_MAX`](crate::PLACES_MAX).
    pub fn new(seed: u64, places: usize, link: &Link, record: H::Record) -> Self {
        assert!(places <= crate::PLACES_MAX, "{places} places are too many");
        let place = || Place {
            host: None,
            generation: 0,
            clock: HostClock::new(Tick::ZERO, Tick::ZERO),
            inbox: VecDeque::new(),
            pauses: 0,
            is_poked: false,
            busy_until: Tick::ZERO,
            turn_at: Tick::MAX,
        };
        Self {
            record,
            now: Tick::ZERO,
            queue: Queue::new(),
            places: (0..places).map(|_| place()).collect(),
            network: Network {
                delays: Delays::new(link.delay),
                link: link.clone(),
                random: Pcg64Mcg::seed_from_u64(seed),
                cuts: Vec::new(),
                unheard: vec![Places::NONE; places],
                counts: Counts::default(),
            },
            outbox: Outbox::default(),
            strewn: Vec::new(),
            turns: 0,
            turns_max: TURNS,
        }
    }

    /// Runs are given up after so many turns of all hosts together; without this after a million.
    pub fn allow_turns(&mut self, turns: u64) {
        self.turns_max = turns;
    }

    /// The true time.
    pub fn now(&self) -> Tick {
        self.now
    }

    /// What happened, in numbers.
    pub fn counts(&self) -> &Counts {
        &self.network.counts
    }

    /// Puts a mark into the time ahead, at which [`World::run`] stops.
    pub fn mark(&mut self, at: Tick, mark: u32) {
        self.queue.push(at.max(self.now), Event::Mark(mark));
    }

    /// Runs to the next mark. None when nothing will happen any more, or the run is [given
    /// up](World::is_exhausted).
    pub fn run(&mut self) -> Option<u32> {
        while self.turns < self.turns_max {
            let (at, event) = self.queue.pop()?;
            self.now = at;
            match event {
                Event::Mark(mark) => return Some(mark),
                Event::Turn(place) => self.on_turn(usize::from(place)),
                Event::Arrival {
                    to,
                    from,
                    generation,
                    datagram,
                } => self.on_arrival(usize::from(to), from, generation, datagram),
            }
        }
        None
    }

    /// Whether more happened than can be right: the hosts wake each other, or themselves, without end.
    pub fn is_exhausted(&self) -> bool {
        self.turns >= self.turns_max
    }

    /// Puts a host into a place, whose clock shows `shown`. Whoever was there has crashed.
    pub fn place(&mut self, at: usize, host: H, shown: Tick) {
        self.crash(at);
        let place = &mut self.places[at];
        place.host = Some(host);
        place.clock = HostClock::new(self.now, shown);
        place.busy_until = self.now;
    }

    /// Takes a host away at once. What it sent and did not arrive yet may or may not be lost.
    pub fn crash(&mut self, at: usize) -> Option<H> {
        let place = &mut self.places[at];
        place.generation += 1;
        place.inbox.clear();
        place.is_poked = false;
        place.turn_at = Tick::MAX;
        place.host.take()
    }

    /// The host in a place.
    pub fn host(&self, at: usize) -> Option<&H> {
        self.places[at].host.as_ref()
    }

    /// Lets a host do something, and sends what it sends. None where there is no host.
    pub fn act<T>(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut H, &mut Turn<'_, H::Record>) -> T,
    ) -> Option<T> {
        let place = &mut self.places[at];
        let host = place.host.as_mut()?;
        let mut turn = Turn {
            now: place.clock.at(self.now),
            true_now: self.now,
            out: &mut self.outbox,
            record: &mut self.record,
        };
        let done = act(host, &mut turn);
        self.flush(at);
        self.poke(at);
        Some(done)
    }

    /// Gives a host a turn, as soon as it can have one.
    pub fn poke(&mut self, at: usize) {
        self.places[at].is_poked = true;
        self.wake(at, self.now);
    }

    /// From now on a host is handed nothing.
    pub fn pause(&mut self, at: usize) {
        self.places[at].pauses += 1;
    }

    /// One pause of a host is over.
    pub fn resume(&mut self, at: usize) {
        let place = &mut self.places[at];
        place.pauses = place.pauses.saturating_sub(1);
        self.poke(at);
    }

    /// From now on a host's clock runs fast by so many millionths.
    pub fn set_rate(&mut self, at: usize, fast_ppm: i64) {
        let now = self.now;
        self.places[at].clock.set_rate(now, fast_ppm);
        self.poke(at);
    }

    /// A host's clock jumps ahead.
    pub fn jump(&mut self, at: usize, ahead: Duration) {
        self.places[at].clock.jump(ahead);
        self.poke(at);
    }

    /// From now on nothing arrives from these there, until that is [healed](World::heal) as often as it was cut.
    pub fn cut(&mut self, from: Places, to: Places) {
        self.network.cuts.push((from, to));
        self.network.rewire();
    }

    /// That cut is over.
    pub fn heal(&mut self, from: Places, to: Places) {
        let cuts = &mut self.network.cuts;
        if let Some(at) = cuts.iter().position(|cut| *cut == (from, to)) {
            cuts.remove(at);
        }
        self.network.rewire();
    }

    fn on_arrival(&mut self, to: usize, from: u8, generation: u32, datagram: Rc<[u8]>) {
        let network = &mut self.network;
        let sender = self.places.get(usize::from(from));
        let is_of_the_dead = sender.is_some_and(|place| place.generation != generation);
        // Of what the last host there sent, some was still in its machine.
        if is_of_the_dead && network.random.next_u32() & 1 == 0 {
            network.counts.lost += 1;
            return;
        }
        let place = &mut self.places[to];
        if place.host.is_none() {
            return;
        }
        if place.inbox.len() >= INBOX_MAX {
            network.counts.overflowed += 1;
            return;
        }
        network.counts.arrived += 1;
        place.inbox.push_back((from, datagram));
        if place.pauses == 0 {
            self.wake(to, self.now);
        }
    }

    /// A host's turn is due at that time, or as soon as it is not busy any more.
    fn wake(&mut self, at: usize, when: Tick) {
        let place = &mut self.places[at];
        let when = when.max(place.busy_until);
        if when < place.turn_at && place.host.is_some() {
            place.turn_at = when;
            self.queue.push(when, Event::Turn(at as u8));
        }
    }

    fn on_turn(&mut self, at: usize) {
        let place = &mut self.places[at];
        if place.turn_at != self.now {
            return;
        }
        place.turn_at = Tick::MAX;
        let Some(host) = place.host.as_mut().filter(|_| place.pauses == 0) else {
            return;
        };
        let now = place.clock.at(self.now);
        let wakes = host.wake_at() <= now;
        if wakes || place.is_poked || !place.inbox.is_empty() {
            self.turns += 1;
            let mut turn = Turn {
                now,
                true_now: self.now,
                out: &mut self.outbox,
                record: &mut self.record,
            };
            let wakes_first = wakes && self.network.random.next_u32() & 1 == 0;
            if wakes_first {
                host.on_time(&mut turn);
            }
            for _ in 0..BATCH {
                let Some((from, datagram)) = place.inbox.pop_front() else {
                    break;
                };
                host.on_datagram(&mut turn, usize::from(from), &datagram);
            }
            if wakes && !wakes_first {
                host.on_time(&mut turn);
            }
            host.drained(&mut turn);
            place.is_poked = false;
            place.busy_until = self.now + self.network.link.turn.max(LEAST_TURN);
        }
        let next = match place.inbox.is_empty() {
            true => place.clock.when(self.now, host.wake_at()),
            false => self.now,
        };
        self.flush(at);
        if next < Tick::MAX {
            self.wake(at, next);
        }
    }

    /// Puts what a host has sent on its way.
    fn flush(&mut self, from: usize) {
        if self.outbox.is_empty() {
            return;
        }
        let generation = self.places[from].generation;
        let places = self.places.len();
        for (whom, datagram) in self.outbox.sent() {
            let network = &mut self.network;
            network.counts.sent += 1;
            network.counts.sent_bytes += datagram.len() as u64;
            let datagram: Rc<[u8]> = datagram.into();
            H::overheard(&mut self.record, from, &datagram, &mut self.strewn);
            for to in whom.among(places) {
                let loops = to == from && !(network.link.loops_back && whom == Whom::All);
                if loops || self.places[to].host.is_none() {
                    continue;
                }
                let copies = network.copies(from, to);
                for delay in copies.into_iter().flatten() {
                    let arrival = Event::Arrival {
                        to: to as u8,
                        from: from as u8,
                        generation,
                        datagram: Rc::clone(&datagram),
                    };
                    self.queue
                        .push(self.now + Duration::from_nanos(delay), arrival);
                }
            }
        }
        self.outbox.clear();
        if !self.strewn.is_empty() {
            self.strew();
        }
    }

    /// Puts what others sent on its way.
    fn strew(&mut self) {
        for Strewn { from, to, datagram } in self.strewn.drain(..) {
            self.network.counts.strewn += 1;
            let generation = self.places.get(from).map_or(0, |place| place.generation);
            for to in to.among(self.places.len()) {
                let arrival = Event::Arrival {
                    to: to as u8,
                    from: from as u8,
                    generation,
                    datagram: Rc::clone(&datagram),
                };
                let delay = self.network.delays.draw(&mut self.network.random);
                self.queue
                    .push(self.now + Duration::from_nanos(delay), arrival);
            }
        }
    }
}

impl Network {
    /// The delays of a datagram's copies: none where it is lost, two where it is doubled.
    fn copies(&mut self, from: usize, to: usize) -> [Option<u64>; 2] {
        if from == to {
            return [Some(LOOP_NS), None];
        }
        if self.unheard[from].contains(to) {
            self.counts.cut += 1;
            return [None, None];
        }
        if self.happens(self.link.loss) {
            self.counts.lost += 1;
            return [None, None];
        }
        let first = Some(self.delays.draw(&mut self.random));
        if !self.happens(self.link.duplicates) {
            return [first, None];
        }
        self.counts.doubled += 1;
        [first, Some(self.delays.draw(&mut self.random))]
    }

    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && stats::unit_from(&mut self.random) < share
    }

    fn rewire(&mut self) {
        self.unheard.fill(Places::NONE);
        for (from, to) in &self.cuts {
            for (place, unheard) in self.unheard.iter_mut().enumerate() {
                if from.contains(place) {
                    *unheard = unheard.union(*to);
                }
            }
        }
    }
}

/// Turns of all hosts together, after which a run is given up where nothing else is said.
const TURNS: u64 = 1_000_000;

/// Datagrams that wait for a host: what a socket's buffer holds by default on Linux (212,992 bytes at 768 each).
const INBOX_MAX: usize = 277;

/// Datagrams that a host is handed in one turn.
const BATCH: usize = 64;

/// A turn takes time, so that no host has two at the same.
const LEAST_TURN: Duration = Duration::from_nanos(1);

/// How long what a host sends to all takes to come back to it.
const LOOP_NS: u64 = 10_000;

#[cfg(test)]
mod tests;
