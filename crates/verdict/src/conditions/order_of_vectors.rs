//! Whether vectors are less exactly where events come before each other, without comparing all pairs.
//!
//! Let E be the events, n the hosts, V(e) the claimed vector of an event, and T(e) its true one, which [`Order`] has.
//!
//! **Forwards** (a -> b implies V(a) < V(b)): less-than is transitive, and each pair a -> b is a chain of nearest pairs
//! (see [`Nearest`]). So those are enough: E times the cost of a comparison.
//!
//! **Backwards** (V(a) <= V(b) implies a -> b, or a = b): take b, a host i other than its own, and let a be the first
//! event of i that is not in b's past: the one with index T(b)[i] + 1. Every other event of i that is not in b's past
//! comes after a, so by the forward part its vector is not less than V(a); if V(a) <= V(b) fails, it fails for them
//! too. So for each b there are n - 1 events to look at, and for each the own entry will do as a rule: if V(a)[i] >
//! V(b)[i], then V(a) <= V(b) fails. Only where it is not, because the clocks tick at some events only, or because
//! something is wrong, the whole vectors are compared. That makes E times n steps, and a bounded number of comparisons.
//! b's own host needs none: what comes after b there is greater by the forward part.
//!
//! The argument wants nothing of the numbers but their order. So clocks pass that begin anywhere, that lost events to a
//! filter, or that tick by more than one.

use trace::{EventId, HostId, Log};

use crate::Order;
use crate::nearest::Nearest;
use crate::vectors;

/// What is wrong, or why it was not found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The first comes before the second, but its vector is not less.
    NotLess(EventId, EventId),
    /// The first's vector is less than the second's, or the same, but it does not come before it.
    Less(EventId, EventId),
    /// It would take too much memory.
    TooLarge,
    /// The own entries tell so little that too many whole vectors would have to be compared.
    TooManyComparisons,
}

/// The gravest fault, and how many of its kind were seen; none if there is none.
pub(super) fn check(log: &Log, order: &Order) -> Option<(Fault, u64)> {
    let Some(nearest) = Nearest::of(log, order, |event| event.stamps.vector.is_some()) else {
        return Some((Fault::TooLarge, 1));
    };
    let not_less = nearest.first_wrong(order, |a, b| {
        let vectors = vector(log, a).zip(vector(log, b));
        vectors.is_some_and(|(of_a, of_b)| !is_within(of_a, of_b) || of_a == of_b)
    });
    // The other part rests on this one.
    match not_less {
        Some(((a, b), wrong)) => Some((Fault::NotLess(a, b), wrong)),
        None => backwards(log, order),
    }
}

fn backwards(log: &Log, order: &Order) -> Option<(Fault, u64)> {
    let owns = Owns::of(log, order);
    let (mut first, mut wrong) = (None, 0);
    let (mut compared, mut is_given_up) = (0, false);
    let mut claimed = vec![0_u64; log.hosts.len()];
    let swept = vectors::sweep(log, order, vectors::LIMIT_BYTES, |b, past| {
        let Some(of_b) = vector(log, b) else {
            return;
        };
        for &(host, count) in of_b {
            claimed[host.0 as usize] = count;
        }
        let own = order.host(b).0 as usize;
        let hosts = past.iter().zip(&claimed).zip(&owns.starts).enumerate();
        for (host, ((&known, &count), &start)) in hosts {
            let at = start + known as usize;
            if owns.entries[at] > count || host == own || is_given_up {
                continue;
            }
            let Some(a) = owns.events[at] else {
                continue;
            };
            let of_a = vector(log, a).unwrap_or_default();
            compared += of_a.len() + 1;
            is_given_up = compared > COMPARED;
            if is_within(of_a, of_b) {
                first.get_or_insert(Fault::Less(a, b));
                wrong += 1;
            }
        }
        for &(host, _) in of_b {
            claimed[host.0 as usize] = 0;
        }
    });
    match (first, swept) {
        (Some(fault), _) => Some((fault, wrong)),
        (None, Err(vectors::TooLarge)) => Some((Fault::TooLarge, 1)),
        (None, Ok(())) => is_given_up.then_some((Fault::TooManyComparisons, 1)),
    }
}

/// Of each host, by index from 0, the first event from there on that has a vector, and its own entry; behind them one
/// more place, with no event and the greatest entry.
struct Owns {
    starts: Vec<usize>,
    entries: Vec<u64>,
    events: Vec<Option<EventId>>,
}

impl Owns {
    fn of(log: &Log, order: &Order) -> Self {
        let mut owns = Self {
            starts: Vec::with_capacity(log.hosts.len()),
            entries: Vec::with_capacity(log.events.len() + log.hosts.len()),
            events: Vec::with_capacity(log.events.len() + log.hosts.len()),
        };
        for (lane, host) in order.lanes().iter().zip(0..) {
            let start = owns.entries.len();
            owns.starts.push(start);
            owns.entries.resize(start + lane.len() + 1, u64::MAX);
            owns.events.resize(start + lane.len() + 1, None);
            for (index, event) in lane.iter().enumerate().rev() {
                let at = start + index;
                let stamps = &log.event(*event).stamps;
                (owns.entries[at], owns.events[at]) = match &stamps.vector {
                    Some(_) => (stamps.entry(HostId(host)), Some(*event)),
                    None => (owns.entries[at + 1], owns.events[at + 1]),
                };
            }
        }
        owns
    }
}

type Entries = [(HostId, u64)];

fn vector(log: &Log, event: EventId) -> Option<&Entries> {
    log.event(event).stamps.vector.as_deref()
}

/// Whether no entry of the first is greater.
fn is_within(one: &Entries, other: &Entries) -> bool {
    // Most pairs have entries for the same hosts.
    let mut pairs = one.iter().zip(other);
    if one.len() <= other.len() && pairs.all(|(one, other)| one.0 == other.0 && one.1 <= other.1) {
        return true;
    }
    let mut others = other;
    let mut counted = one.iter().filter(|(_, count)| *count > 0);
    counted.all(|(host, count)| {
        others = &others[before(others, *host)..];
        let entry = others.first();
        entry.is_some_and(|(at, most)| at == host && count <= most)
    })
}

/// How many entries stand before a host's. It is near as a rule, so steps begin small; and they double, so that a few
/// entries are held against very many without a look at each.
fn before(entries: &Entries, host: HostId) -> usize {
    let is_before = |entry: &(HostId, u64)| entry.0 < host;
    let mut reach = 1;
    while entries.get(reach).is_some_and(is_before) {
        reach *= 2;
    }
    let near = &entries[..entries.len().min(reach + 1)];
    near.partition_point(is_before)
}

/// How many entries are compared where own entries do not tell.
const COMPARED: usize = 500_000_000;
