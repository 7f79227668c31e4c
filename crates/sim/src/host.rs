//! What runs in a world, and what it is handed.

use std::ops::Range;
use std::rc::Rc;

use timing::Tick;

/// What runs in a world: a machine that is handed datagrams and the time.
///
/// At each turn it is handed what has come, [`Host::on_time`] if it is time, then [`Host::drained`]. **Everything it does
/// follows from what it is handed.**
pub trait Host {
    /// What the hosts of a world write into together.
    type Record;

    /// A datagram came from that place.
    fn on_datagram(&mut self, turn: &mut Turn<'_, Self::Record>, from: usize, datagram: &[u8]);

    /// [`Host::wake_at`] has come.
    fn on_time(&mut self, turn: &mut Turn<'_, Self::Record>);

    /// Nothing more is there at the moment.
    fn drained(&mut self, turn: &mut Turn<'_, Self::Record>);

    /// When it wants to be woken, by its own clock.
    fn wake_at(&self) -> Tick;

    /// A host sent a datagram, from that place: whoever listens on the network may send others because of it.
    fn overheard(
        _record: &mut Self::Record,
        _from: usize,
        _datagram: &Rc<[u8]>,
        _strewn: &mut Vec<Strewn>,
    ) {
    }
}

/// A datagram that no host sends. It is not lost, and no cut keeps it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strewn {
    /// The place that it seems to come from; there may be nobody.
    pub from: usize,
    /// To whom.
    pub to: Whom,
    /// What.
    pub datagram: Rc<[u8]>,
}

/// A host's turn.
#[derive(Debug)]
pub struct Turn<'a, R> {
    /// What the host's own clock shows.
    pub now: Tick,
    /// The true time, for the record only.
    pub true_now: Tick,
    /// Where its datagrams go.
    pub out: &'a mut Outbox,
    /// What all hosts write into.
    pub record: &'a mut R,
}

/// To whom a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// To every place.
    All,
    /// To that place.
    One(usize),
}

impl Whom {
    /// Those of so many places.
    pub(crate) fn among(self, places: usize) -> Range<usize> {
        match self {
            Self::All => 0..places,
            Self::One(to) => to..(to + 1).min(places),
        }
    }
}

/// The datagrams that a host sends in its turn.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    sent: Vec<(Whom, Range<usize>)>,
}

impl Outbox {
    /// Sends a datagram.
    pub fn send(&mut self, whom: Whom, datagram: &[u8]) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(datagram);
        self.sent.push((whom, from..self.bytes.len()));
    }

    pub(crate) fn sent(&self) -> impl Iterator<Item = (Whom, &[u8])> {
        let sent = self.sent.iter();
        sent.map(|(whom, range)| (*whom, &self.bytes[range.clone()]))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.sent.clear();
    }
}
