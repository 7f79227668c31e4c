//! Of each event, how many events of each host are in its past: true vector clocks, in bounded memory.

use std::collections::HashMap;
use std::sync::OnceLock;

use trace::{EventId, HostId, Log};

use crate::Order;

/// The true vector clocks, or as many as were asked for.
#[derive(Debug)]
pub(crate) enum Vectors {
    /// All of them, one behind the other.
    All(Vec<u32>),
    /// Those that were asked for: each is found by going through its past.
    Asked(Vec<OnceLock<Box<[u32]>>>),
}

/// How many bytes the vector clocks of all events may take; also, those that a sweep keeps at once.
pub(crate) const LIMIT_BYTES: usize = 512 << 20;

/// A sweep would have to keep more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Vectors {
    /// Of an order that lacks them.
    pub fn of(log: &Log, order: &Order, limit_bytes: usize) -> Self {
        let (events, hosts) = (log.events.len(), log.hosts.len());
        let size = events.checked_mul(hosts);
        match size.filter(|size| *size <= limit_bytes / size_of::<u32>()) {
            Some(size) => Self::All(all(log, order, vec![0; size])),
            None => Self::Asked((0..events).map(|_| OnceLock::new()).collect()),
        }
    }
}

fn all(log: &Log, order: &Order, mut vectors: Vec<u32>) -> Vec<u32> {
    let hosts = log.hosts.len();
    let row = |event: EventId| event.0 as usize * hosts;
    for &event in order.sequence() {
        let at = row(event);
        if let Some(previous) = order.previous(event) {
            let from = row(previous);
            vectors.copy_within(from..from + hosts, at);
        }
        for source in order.sources(event) {
            let from = row(*source);
            let (low, high) = vectors.split_at_mut(at.max(from));
            let (here, there) = if from < at {
                (&mut high[..hosts], &low[from..from + hosts])
            } else {
                (&mut low[at..at + hosts], &high[..hosts])
            };
            merge(here, there);
        }
        vectors[at + log.event(event).host.0 as usize] = order.index(event);
    }
    vectors
}

/// Of one event, through its past: each event of that is looked at once.
pub(crate) fn search(order: &Order, hosts: usize, event: EventId) -> Box<[u32]> {
    let mut known = vec![0; hosts];
    let mut open = vec![event];
    while let Some(latest) = open.pop() {
        let host = order.host(latest);
        let from = &mut known[host.0 as usize];
        let begin = std::mem::replace(from, order.index(latest).max(*from));
        let begin = begin.min(order.index(latest));
        let lane = &order.events_of(host)[begin as usize..order.index(latest) as usize];
        open.extend(lane.iter().flat_map(|event| order.sources(*event)));
    }
    known.into()
}

/// Gives each event, causes first, with its true vector clock. Where not all of them are there, it keeps one a host and
/// one a send that is still to be received.
pub(crate) fn sweep(
    log: &Log,
    order: &Order,
    limit_bytes: usize,
    mut on_event: impl FnMut(EventId, &[u32]),
) -> Result<(), TooLarge> {
    let hosts = log.hosts.len();
    if order.has_all_vectors() {
        for &event in order.sequence() {
            on_event(event, order.vector(event));
        }
        return Ok(());
    }
    let mut live: Vec<Option<Box<[u32]>>> = vec![None; hosts];
    let mut sent: HashMap<EventId, (usize, Box<[u32]>)> = HashMap::new();
    let mut room = limit_bytes / size_of::<u32>() / hosts.max(1);
    for &event in order.sequence() {
        let host = log.event(event).host.0 as usize;
        if live[host].is_none() {
            room = room.checked_sub(1).ok_or(TooLarge)?;
        }
        let here = live[host].get_or_insert_with(|| vec![0; hosts].into());
        for source in order.sources(event) {
            let (waits, there) = sent.get_mut(source).expect("sends come before receipts");
            merge(here, there);
            *waits -= 1;
            if *waits == 0 {
                sent.remove(source);
                room += 1;
            }
        }
        here[host] = order.index(event);
        on_event(event, here);
        let receivers = order.receivers(event).len();
        if receivers > 0 {
            room = room.checked_sub(1).ok_or(TooLarge)?;
            sent.insert(event, (receivers, here.clone()));
        }
        let lane = order.events_of(HostId(u32::try_from(host).expect("it was one")));
        if lane.last() == Some(&event) {
            live[host] = None;
            room += 1;
        }
    }
    Ok(())
}

fn merge(here: &mut [u32], there: &[u32]) {
    for (here, there) in here.iter_mut().zip(there) {
        *here = (*here).max(*there);
    }
}
