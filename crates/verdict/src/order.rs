//! Happened-before (Lamport 1978), rebuilt from a log.

use causality::Relation;
use trace::{EventId, EventKind, HostId, Log};

use crate::Basis;
use crate::edges::Edges;
use crate::matching::{Doubts, Matching};
use crate::sorting::{Cycle, Sorted};
use crate::vectors::{self, Vectors};

/// What may have caused what in a log. **It has no cycles, whatever the log says**: see [`Order::cycles`].
///
/// It holds for the log that it was made of, as that was; asked about another one it panics or answers nonsense.
#[derive(Debug)]
pub struct Order {
    basis: Basis,
    /// Of each event, whose it is.
    hosts: Vec<HostId>,
    /// Of each event, its place in its host's program order, from 1.
    index: Vec<u32>,
    /// Of each event, the event before it at its host.
    previous: Vec<Option<EventId>>,
    /// Of each host, its events in program order.
    lanes: Vec<Vec<EventId>>,
    /// Of each event, the sends whose messages it received.
    sources: Edges,
    /// Of each event, the receipts of its message.
    receivers: Edges,
    /// All events, causes before effects.
    sequence: Vec<EventId>,
    cycles: Vec<Cycle>,
    dropped: usize,
    pub(crate) doubts: Doubts,
    vectors: Vectors,
}

impl Order {
    /// Rebuilds it from program order and matched messages; see [`Basis`] for what these are matched by.
    ///
    /// Time and memory are those of events times hosts, up to 512 MiB; of larger logs it keeps what is asked for.
    pub fn of(log: &Log) -> Self {
        Self::within(log, vectors::LIMIT_BYTES)
    }

    /// The same, with a limit of its own for the vector clocks of all events.
    pub(crate) fn within(log: &Log, limit_bytes: usize) -> Self {
        let basis = Basis::of(log);
        let (index, previous, next, lanes) = program_order(log);
        let count = log.events.len();
        let Matching { mut pairs, doubts } = Matching::of(log, basis);
        let mut sources = Edges::of_pairs(count, &pairs);
        let mut receivers = Edges::of_pairs(count, &reversed(&pairs));
        let sorted = Sorted::of(&previous, &next, &sources, &receivers);
        if !sorted.dropped.is_empty() {
            pairs.retain(|pair| !sorted.dropped.contains(pair));
            sources = Edges::of_pairs(count, &pairs);
            receivers = Edges::of_pairs(count, &reversed(&pairs));
        }
        let mut order = Self {
            basis,
            hosts: log.events.iter().map(|event| event.host).collect(),
            index,
            previous,
            lanes,
            sources,
            receivers,
            sequence: sorted.sequence,
            cycles: sorted.cycles,
            dropped: sorted.dropped.len(),
            doubts,
            vectors: Vectors::Asked(Vec::new()),
        };
        order.vectors = Vectors::of(log, &order, limit_bytes);
        order
    }

    /// Where its messages were taken from.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The event's place in its host's program order, from 1: people call it `host:index`.
    pub fn index(&self, event: EventId) -> u32 {
        self.index[event.0 as usize]
    }

    /// Whose event it is.
    pub fn host(&self, event: EventId) -> HostId {
        self.hosts[event.0 as usize]
    }

    /// The event before it at its host.
    pub fn previous(&self, event: EventId) -> Option<EventId> {
        self.previous[event.0 as usize]
    }

    /// The host's events, in its program order.
    pub fn events_of(&self, host: HostId) -> &[EventId] {
        &self.lanes[host.0 as usize]
    }

    /// The sends whose messages it received.
    pub fn sources(&self, event: EventId) -> &[EventId] {
        self.sources.of(event)
    }

    /// What led to it directly: the event before it at its host, and the sends whose messages it received.
    pub(crate) fn causes(&self, event: EventId) -> impl Iterator<Item = EventId> {
        let sources = self.sources(event).iter().copied();
        self.previous(event).into_iter().chain(sources)
    }

    /// The receipts, and deliveries, of the message that it sent.
    pub fn receivers(&self, event: EventId) -> &[EventId] {
        self.receivers.of(event)
    }

    /// Whether it was told by stamps which message this receipt is of: that holds if the clock is correct.
    pub fn is_by_stamps(&self, receipt: EventId) -> bool {
        self.doubts.by_stamps.binary_search(&receipt).is_ok()
    }

    /// All events, causes before effects.
    pub fn sequence(&self) -> &[EventId] {
        &self.sequence
    }

    /// What cannot have happened: events that come before themselves. Their messages are not part of the order, so that
    /// the rest can be judged and drawn. At most 100 are named.
    pub fn cycles(&self) -> &[Cycle] {
        &self.cycles
    }

    /// How many receipts were taken out of the order to break cycles.
    pub fn dropped_count(&self) -> usize {
        self.dropped
    }

    /// Whether all vectors are at hand. Where not, they would take more than 512 MiB, and each is searched for when it is
    /// asked for.
    pub fn has_all_vectors(&self) -> bool {
        matches!(self.vectors, Vectors::All(_))
    }

    /// Of each host, how many of its events are in the event's past, itself included: its true vector clock.
    pub fn vector(&self, event: EventId) -> &[u32] {
        let hosts = self.lanes.len();
        match &self.vectors {
            Vectors::All(vectors) => {
                let at = event.0 as usize * hosts;
                &vectors[at..at + hosts]
            }
            Vectors::Asked(asked) => {
                asked[event.0 as usize].get_or_init(|| vectors::search(self, hosts, event))
            }
        }
    }

    /// How two events stand to each other.
    pub fn relation(&self, log: &Log, a: EventId, b: EventId) -> Relation {
        if a == b {
            return Relation::Same;
        }
        let is_before =
            |a: EventId, b: EventId| self.vector(b)[log.event(a).host.0 as usize] >= self.index(a);
        match (is_before(a, b), is_before(b, a)) {
            (true, _) => Relation::Before,
            (_, true) => Relation::After,
            _ => Relation::Concurrent,
        }
    }

    /// The sends that came to nobody: no host received the message, and none but the sender delivered it. Empty where
    /// the log does not name its messages, for there it cannot be told.
    pub fn lost(&self, log: &Log) -> Vec<EventId> {
        if self.basis != Basis::Messages {
            return Vec::new();
        }
        let mut came = vec![false; log.messages.len()];
        for id in log.ids() {
            let event = log.event(id);
            let Some(message) = event.message else {
                continue;
            };
            let is_own = |send: &EventId| log.event(*send).host == event.host;
            match event.kind {
                EventKind::Receive => came[message.0 as usize] = true,
                EventKind::Deliver if !self.sources(id).iter().any(is_own) => {
                    came[message.0 as usize] = true
                }
                _ => {}
            }
        }
        let is_lost = |id: &EventId| {
            let event = log.event(*id);
            let message = event.message.filter(|_| event.kind == EventKind::Send);
            message.is_some_and(|message| !came[message.0 as usize])
        };
        log.ids().filter(is_lost).collect()
    }

    pub(crate) fn lanes(&self) -> &[Vec<EventId>] {
        &self.lanes
    }

    pub(crate) fn host_count(&self) -> usize {
        self.lanes.len()
    }
}

type Program = (
    Vec<u32>,
    Vec<Option<EventId>>,
    Vec<Option<EventId>>,
    Vec<Vec<EventId>>,
);

/// Of each event its index, the one before and the one after it; and of each host its events.
fn program_order(log: &Log) -> Program {
    let count = log.events.len();
    let (mut index, mut previous, mut next) =
        (vec![0; count], vec![None; count], vec![None; count]);
    let mut lanes: Vec<Vec<EventId>> = vec![Vec::new(); log.hosts.len()];
    for id in log.ids() {
        let lane = &mut lanes[log.event(id).host.0 as usize];
        if let Some(last) = lane.last() {
            previous[id.0 as usize] = Some(*last);
            next[last.0 as usize] = Some(id);
        }
        lane.push(id);
        index[id.0 as usize] = u32::try_from(lane.len()).expect("fewer than 2^32 events");
    }
    (index, previous, next, lanes)
}

fn reversed(pairs: &[(EventId, EventId)]) -> Vec<(EventId, EventId)> {
    pairs.iter().map(|(one, other)| (*other, *one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Truth, any_log, grouped_by_host, script};
    use proptest::prelude::*;

    #[test]
    fn a_message_puts_its_send_before_its_receipt_and_nothing_else() {
        let log = script("a send m, b local, b receive m");
        let order = Order::of(&log);
        let [send, aside, receive] = [0, 1, 2].map(EventId);
        assert_eq!(order.relation(&log, send, receive), Relation::Before);
        assert_eq!(order.relation(&log, receive, send), Relation::After);
        assert_eq!(order.relation(&log, send, aside), Relation::Concurrent);
        assert_eq!(order.vector(receive), [1, 2]);
    }

    #[track_caller]
    fn check_lost(text: &str, expected: &[u32]) {
        let log = script(text);
        let lost = Order::of(&log).lost(&log);
        assert_eq!(
            lost,
            expected.iter().copied().map(EventId).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_message_is_lost_if_it_came_to_nobody() {
        check_lost("a send m, a send n, b receive n", &[0]);
        check_lost("a send m, b receive m, a send n, c deliver n", &[]);
        check_lost("a send m, a deliver m", &[0]);
        check_lost("a send m, a receive m", &[]);
        check_lost("a local, b local", &[]);
    }

    #[test]
    fn a_multicast_has_many_receivers() {
        let log = script("a send m, b receive m, c receive m, b deliver m");
        let order = Order::of(&log);
        assert_eq!(order.receivers(EventId(0)), [1, 2, 3].map(EventId));
    }

    /// Everything against a search through all paths, with the vectors kept and without.
    fn check_all(log: &Log) -> Result<(), TestCaseError> {
        let truth = Truth::of(log);
        for order in [Order::of(log), Order::within(log, 0)] {
            prop_assert_eq!(order.sequence().len(), log.events.len());
            for b in log.ids() {
                for a in log.ids() {
                    prop_assert_eq!(order.relation(log, a, b), truth.relation(a, b));
                }
            }
        }
        let mut swept = Vec::new();
        let order = Order::within(log, 0);
        let sweep = |event: EventId, past: &[u32]| swept.push((event, past.to_vec()));
        vectors::sweep(log, &order, usize::MAX, sweep).expect("room");
        for (event, past) in swept {
            prop_assert_eq!(order.vector(event), past);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn it_is_what_paths_say(log in any_log()) {
            check_all(&log)?;
            check_all(&grouped_by_host(&log))?;
        }
    }
}
