//! Whether several sequences fit into one order.
//!
//! They do if the graph of "comes right before", taken over all of them, has no cycle; that is a matter of a walk over it. A cycle
//! is then shown by two sequences that have two items in different orders, where there are such, which there always are if
//! all sequences have the same items.

use trace::{EventId, HostId};

use super::outcome::Witness;
use super::record::Record;

/// An item of a sequence: its number, below some bound, and where it is in the log.
pub(super) type Item = (u32, EventId);

/// A host's sequence, no item twice.
pub(super) type Sequence = (HostId, Vec<Item>);

/// What shows that there is no one order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contradiction {
    /// One host has the first item before the second, the other the second before the first.
    Pair {
        one: HostId,
        other: HostId,
        /// The first and the second item at the one host.
        first: Item,
        second: Item,
        /// The same two at the other.
        other_first: EventId,
        other_second: EventId,
    },
    /// Each host has an item right before the next one, and the last before the first.
    Cycle(Vec<(HostId, Item, Item)>),
}

impl Contradiction {
    /// It in words: who did what in which order; `name` calls an item by its number.
    pub fn told<'n>(
        &self,
        record: &Record<'_>,
        deed: &str,
        name: impl Fn(u32) -> &'n str,
    ) -> String {
        match self {
            Self::Pair {
                one,
                other,
                first,
                second,
                ..
            } => {
                let [who, whom] = [*one, *other].map(|host| record.host(host));
                let [a, b] = [first, second].map(|item| name(item.0));
                format!("{who} {deed} {a} before {b}, {whom} {b} before {a}")
            }
            Self::Cycle(steps) => {
                let told = steps.iter().take(STEPS_TOLD).map(|(host, a, b)| {
                    let [a, b] = [a, b].map(|item| name(item.0));
                    format!("{} {deed} {a} before {b}", record.host(*host))
                });
                let more = match steps.len().saturating_sub(STEPS_TOLD) {
                    0 => String::new(),
                    more => format!(" and so on through {more} more"),
                };
                let told: Vec<String> = told.collect();
                format!("no one order fits: {}{more}", told.join(", "))
            }
        }
    }

    /// The items that show it, each once.
    pub fn items(&self) -> Vec<u32> {
        match self {
            Self::Pair { first, second, .. } => vec![first.0, second.0],
            Self::Cycle(steps) => steps.iter().map(|(_, a, _)| a.0).collect(),
        }
    }

    /// Whose sequences show it, and where.
    pub fn witness(&self) -> Witness {
        match self {
            Self::Pair {
                one,
                other,
                first,
                second,
                other_first,
                other_second,
            } => Witness {
                hosts: vec![*one, *other],
                events: vec![first.1, second.1, *other_second, *other_first],
                ..Witness::default()
            },
            Self::Cycle(steps) => {
                let mut hosts: Vec<_> = steps.iter().map(|(host, ..)| *host).collect();
                hosts.sort_unstable();
                hosts.dedup();
                Witness {
                    hosts,
                    events: steps.iter().flat_map(|(_, a, b)| [a.1, b.1]).collect(),
                    ..Witness::default()
                }
            }
        }
    }
}

/// Room that is used for one comparison after the other; of all items.
#[derive(Debug)]
pub(super) struct Room {
    /// Of each item its place in the sequence that was laid out last, from 1; 0 where it has none.
    places: Vec<u32>,
}

impl Room {
    /// Room for items below a bound.
    pub fn new(bound: usize) -> Self {
        Self {
            places: vec![0; bound],
        }
    }

    /// What contradicts one order of all sequences, if anything does.
    pub fn contradiction(&mut self, sequences: &[Sequence]) -> Option<Contradiction> {
        let longest = sequences.iter().max_by_key(|(_, items)| items.len())?;
        let is_prefix = |items: &[Item]| items.iter().zip(&longest.1).all(|(a, b)| a.0 == b.0);
        if sequences.iter().all(|(_, items)| is_prefix(items)) {
            return None;
        }
        let cycle = self.cycle(sequences)?;
        let pair = self.pair(sequences, &cycle);
        Some(pair.unwrap_or(Contradiction::Cycle(cycle)))
    }

    fn clear(&mut self, items: &[Item]) {
        for (item, _) in items {
            self.places[*item as usize] = 0;
        }
    }

    /// A cycle, none if there is none: takes off what has nothing before it until nothing is left (Kahn 1962), and goes
    /// backwards through what is.
    fn cycle(&self, sequences: &[Sequence]) -> Option<Vec<(HostId, Item, Item)>> {
        let mut edges: Vec<(u32, u32, u32, u32)> = Vec::new();
        let mut before = vec![0_u32; self.places.len()];
        for (at, (_, items)) in (0..).zip(sequences) {
            for (place, pair) in (0..).zip(items.windows(2)) {
                edges.push((pair[0].0, pair[1].0, at, place));
                before[pair[1].0 as usize] += 1;
            }
        }
        edges.sort_unstable();
        let mut free: Vec<u32> = sequences
            .iter()
            .flat_map(|(_, items)| items)
            .map(|(item, _)| *item)
            .filter(|item| before[*item as usize] == 0)
            .collect();
        free.sort_unstable();
        free.dedup();
        while let Some(item) = free.pop() {
            let from = edges.partition_point(|edge| edge.0 < item);
            for edge in edges[from..].iter().take_while(|edge| edge.0 == item) {
                let left = &mut before[edge.1 as usize];
                *left -= 1;
                if *left == 0 {
                    free.push(edge.1);
                }
            }
        }
        // Of each item that is left one edge that leads to it from another that is.
        let mut causes: Vec<Option<(u32, u32, u32)>> = vec![None; self.places.len()];
        let mut start = None;
        for &(from, to, at, place) in &edges {
            if before[from as usize] > 0 && before[to as usize] > 0 {
                causes[to as usize].get_or_insert((from, at, place));
                start.get_or_insert(to);
            }
        }
        let mut item = start?;
        let mut seen = vec![false; self.places.len()];
        while !std::mem::replace(&mut seen[item as usize], true) {
            item = causes[item as usize]?.0;
        }
        let end = item;
        let mut cycle = Vec::new();
        loop {
            let (from, at, place) = causes[item as usize]?;
            let (host, items) = &sequences[at as usize];
            cycle.push((*host, items[place as usize], items[place as usize + 1]));
            item = from;
            if item == end {
                break;
            }
        }
        cycle.reverse();
        Some(cycle)
    }

    /// Two sequences that have two items in different orders. Those of the cycle are looked at first, then all, but no more than
    /// [`STEPS_MAX`] items of them.
    fn pair(
        &mut self,
        sequences: &[Sequence],
        cycle: &[(HostId, Item, Item)],
    ) -> Option<Contradiction> {
        let is_in = |(host, _): &&Sequence| cycle.iter().any(|(other, ..)| other == host);
        let (mut ordered, others): (Vec<&Sequence>, Vec<&Sequence>) =
            sequences.iter().partition(is_in);
        ordered.extend(others);
        let mut steps = 0;
        for (at, one) in ordered.iter().enumerate() {
            for (place, (item, _)) in (1..).zip(&one.1) {
                self.places[*item as usize] = place;
            }
            let mut found = None;
            for other in &ordered[at + 1..] {
                steps += other.1.len();
                found = self.inversion(one, other);
                if found.is_some() || steps > STEPS_MAX {
                    break;
                }
            }
            self.clear(&one.1);
            if found.is_some() || steps > STEPS_MAX {
                return found;
            }
        }
        None
    }

    /// The first place where a sequence goes back in the one that is laid out.
    fn inversion(&self, one: &Sequence, other: &Sequence) -> Option<Contradiction> {
        let mut last: Option<(u32, Item)> = None;
        for item in &other.1 {
            let place = self.places[item.0 as usize];
            if place == 0 {
                continue;
            }
            if let Some((before, earlier)) = last.filter(|(before, _)| *before > place) {
                return Some(Contradiction::Pair {
                    one: one.0,
                    other: other.0,
                    first: one.1[place as usize - 1],
                    second: one.1[before as usize - 1],
                    other_first: item.1,
                    other_second: earlier.1,
                });
            }
            last = Some((place, *item));
        }
        None
    }
}

/// Steps of a cycle that are told.
const STEPS_TOLD: usize = 6;

/// Where no two of so many sequences contradict each other, a longer cycle is shown instead.
const STEPS_MAX: usize = 50_000_000;
