//! A connection: two machines, what is on its way between them, and what each still waits for.
//!
//! Connections lie side by side in one place and are found by a number; whoever comes too late for one finds that its
//! place has another generation. A place is given up when both ends are gone, and taken again.

use std::{collections::VecDeque, mem};

use machine::{Machine, TimerId, Work};
use timing::Tick;

/// Which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    index: u32,
    generation: u32,
}

impl Key {
    /// No connection.
    pub(super) const NONE: Self = Self::first(u32::MAX);

    /// The first connection in a place.
    pub(super) const fn first(index: u32) -> Self {
        Self {
            index,
            generation: 0,
        }
    }
}

/// See the file's description.
pub(super) struct Connection<'a> {
    generation: u32,
    /// Whose it is.
    pub(super) client: u32,
    /// Which of that client's, from 0.
    pub(super) number: u32,
    /// When the client began to connect.
    pub(super) began: Tick,
    /// How often it has knocked in vain.
    pub(super) knocks: u32,
    pub(super) asker: Asker,
    pub(super) served: Served<'a>,
}

/// The client's end.
#[derive(Default)]
pub(super) struct Asker {
    pub(super) phase: Phase,
    pub(super) machine: Option<Box<dyn Machine>>,
    /// What is on its way to it.
    pub(super) incoming: Pipe,
    pub(super) wakes: Wakes,
    /// The instant for which the request is intended that this connection is made for.
    pub(super) due: Option<Tick>,
    /// Requests that are not answered.
    pub(super) requests: Requests,
    pub(super) asked: u32,
}

/// The server's end.
#[derive(Default)]
pub(super) struct Served<'a> {
    pub(super) phase: Phase,
    pub(super) machine: Option<Box<dyn Machine + 'a>>,
    /// What is on its way to it, or has come and is not read.
    pub(super) incoming: Pipe,
    pub(super) wakes: Wakes,
    /// Who attends to it.
    pub(super) worker: u32,
    /// Whether it waits to be attended to.
    pub(super) is_ready: bool,
    /// The client sends no more: whether that has come, and whether the machine has been told.
    pub(super) end_came: bool,
    pub(super) end_told: bool,
    /// What is to be calculated for it, and whether a worker has been given it.
    pub(super) work: Option<Work>,
    pub(super) is_given: bool,
    /// Whether the machine waits for what comes of that.
    pub(super) is_working: bool,
    /// What a worker that only calculates has found.
    pub(super) worked: Option<Vec<u8>>,
}

/// How far an end of a connection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its machine has not been started.
    #[default]
    Coming,
    /// It has.
    Open,
    /// It sends and takes nothing any more.
    Over,
}

impl Served<'_> {
    /// Whether there is something that its worker should look at.
    pub(super) fn has_input(&self, now: Tick) -> bool {
        let reads = self.incoming.came > 0 || self.end_came && !self.end_told;
        self.worked.is_some() || reads && !self.is_working || self.wakes.is_due(now)
    }
}

/// Bytes on their way in one direction, in order.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    bytes: Vec<u8>,
    /// How many of them have come.
    pub(super) came: u32,
}

impl Pipe {
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// All that has come, to be handed back by [`Pipe::put_back`].
    pub(super) fn take(&mut self) -> (Vec<u8>, usize) {
        let came = mem::take(&mut self.came);
        (mem::take(&mut self.bytes), came as usize)
    }

    /// What was taken, of which so much has been read.
    pub(super) fn put_back(&mut self, mut bytes: Vec<u8>, read: usize) {
        debug_assert!(self.bytes.is_empty(), "nothing is sent to whoever reads");
        bytes.drain(..read);
        if bytes.is_empty() {
            bytes.shrink_to(KEPT_BYTES);
        }
        self.bytes = bytes;
    }
}

/// The timers of a machine: one as a rule.
#[derive(Debug, Default)]
pub(super) struct Wakes(Option<(TimerId, Tick)>, Vec<(TimerId, Tick)>);

impl Wakes {
    /// In place of an earlier setting of the same timer.
    pub(super) fn set(&mut self, timer: TimerId, at: Tick) {
        self.cancel(timer);
        match &mut self.0 {
            first @ None => *first = Some((timer, at)),
            Some(_) => self.1.push((timer, at)),
        }
    }

    pub(super) fn cancel(&mut self, timer: TimerId) {
        self.0 = self.0.filter(|(set, _)| *set != timer);
        self.1.retain(|(set, _)| *set != timer);
    }

    /// Takes a timer that is due, the earliest first.
    pub(super) fn pop_due(&mut self, now: Tick) -> Option<TimerId> {
        let all = self.0.iter().chain(&self.1);
        let (timer, at) = *all.min_by_key(|(_, at)| *at)?;
        if at > now {
            return None;
        }
        self.cancel(timer);
        Some(timer)
    }

    pub(super) fn is_due(&self, now: Tick) -> bool {
        self.0.iter().chain(&self.1).any(|(_, at)| *at <= now)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none() && self.1.is_empty()
    }
}

/// The requests of a connection that are not answered, the oldest first: one as a rule.
#[derive(Debug, Default)]
pub(super) struct Requests(Option<Request>, VecDeque<Request>);

/// A request that has been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) intended: Tick,
    pub(super) sent: Tick,
}

impl Requests {
    pub(super) fn push(&mut self, request: Request) {
        match &mut self.0 {
            first @ None => *first = Some(request),
            Some(_) => self.1.push_back(request),
        }
    }

    pub(super) fn pop(&mut self) -> Option<Request> {
        mem::replace(&mut self.0, self.1.pop_front())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

/// All connections there are.
#[derive(Default)]
pub(super) struct Connections<'a> {
    places: Vec<Connection<'a>>,
    free: Vec<u32>,
}

impl<'a> Connections<'a> {
    /// One that a client begins to make.
    pub(super) fn begin(&mut self, client: u32, number: u32, began: Tick) -> Key {
        let fresh = |generation| Connection {
            generation,
            client,
            number,
            began,
            knocks: 0,
            asker: Asker::default(),
            served: Served::default(),
        };
        let Some(index) = self.free.pop() else {
            let index = u32::try_from(self.places.len()).expect("there are fewer than 2^32");
            self.places.push(fresh(0));
            return Key::first(index);
        };
        let place = &mut self.places[index as usize];
        let generation = place.generation;
        *place = fresh(generation);
        Key { index, generation }
    }

    /// None when it is gone.
    pub(super) fn get(&mut self, key: Key) -> Option<&mut Connection<'a>> {
        let place = self.places.get_mut(key.index as usize)?;
        (place.generation == key.generation).then_some(place)
    }

    /// For who knows that it is there.
    ///
    /// # Panics
    /// When it is not.
    pub(super) fn at(&mut self, key: Key) -> &mut Connection<'a> {
        self.get(key).expect("the connection is there")
    }

    /// Gives its place up if both ends are gone.
    pub(super) fn leave(&mut self, key: Key) {
        let connection = self.at(key);
        let phases = (connection.asker.phase, connection.served.phase);
        if phases == (Phase::Over, Phase::Over) {
            connection.generation += 1;
            self.free.push(key.index);
        }
    }
}

/// What an empty pipe may hold on to.
const KEPT_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> Tick {
        Tick::from_nanos(nanos)
    }

    #[test]
    fn a_place_is_taken_again_and_whoever_comes_too_late_finds_nobody() {
        let mut connections = Connections::default();
        let first = connections.begin(0, 0, at(1));
        connections.leave(first);
        assert!(connections.get(first).is_some());
        connections.at(first).asker.phase = Phase::Over;
        connections.at(first).served.phase = Phase::Over;
        connections.leave(first);
        let second = connections.begin(1, 0, at(2));
        assert_eq!(second.index, first.index);
        assert!(connections.get(first).is_none());
        assert_eq!(connections.at(second).client, 1);
    }

    #[test]
    fn timers_come_in_the_order_they_are_due_and_setting_again_replaces() {
        let mut wakes = Wakes::default();
        for (timer, nanos) in [(1, 20), (2, 10), (3, 15), (1, 5)] {
            wakes.set(TimerId(timer), at(nanos));
        }
        wakes.cancel(TimerId(3));
        assert!(!wakes.is_due(at(4)) && wakes.is_due(at(5)));
        let popped = [12, 12, 12].map(|now| wakes.pop_due(at(now)).map(|timer| timer.0));
        assert_eq!(popped, [Some(1), Some(2), None]);
        assert!(wakes.is_empty());
    }

    #[test]
    fn what_has_come_is_read_and_what_is_on_its_way_stays() {
        let mut pipe = Pipe::default();
        pipe.send(b"abcd");
        pipe.came = 3;
        let (bytes, came) = pipe.take();
        assert_eq!(&bytes[..came], b"abc");
        pipe.put_back(bytes, came);
        pipe.came = 1;
        let (bytes, came) = pipe.take();
        assert_eq!(&bytes[..came], b"d");
    }

    #[test]
    fn a_place_is_small() {
        let bytes = size_of::<Connection<'_>>();
        assert!(bytes <= 448, "{bytes} bytes");
    }
}
