//! Of each event, the latest events before it that have a stamp.

use trace::{Event, EventId, Log};

use crate::Order;

/// The nearest stamped events before each event: every path to it from another stamped event goes through one of them,
/// or through one that a host has before one of them. So **what holds for these pairs, and is transitive, holds for all
/// pairs of stamped events**; and there are no more of them than causes where every event is stamped.
pub(crate) struct Nearest {
    /// Of each event, where its list begins and ends; none where every event is stamped, for then they are its causes.
    lists: Option<Vec<(u32, u32)>>,
    events: Vec<EventId>,
}

impl Nearest {
    /// None where the lists would grow too long to be kept: an event without a stamp hands on one event a host.
    pub fn of(log: &Log, order: &Order, is_stamped: impl Fn(&Event) -> bool) -> Option<Self> {
        if log.events.iter().all(&is_stamped) {
            let (lists, events) = (None, Vec::new());
            return Some(Self { lists, events });
        }
        let mut ranges = vec![(0, 0); log.events.len()];
        let mut events: Vec<EventId> = Vec::with_capacity(log.events.len());
        let mut list: Vec<EventId> = Vec::new();
        for &event in order.sequence() {
            list.clear();
            for cause in order.causes(event) {
                if is_stamped(log.event(cause)) {
                    list.push(cause);
                } else {
                    let (begin, end) = ranges[cause.0 as usize];
                    list.extend_from_slice(&events[begin as usize..end as usize]);
                }
            }
            if list.len() > 1 {
                // The latest of each host is enough, for the others come before it.
                list.sort_unstable_by_key(|id| {
                    (order.host(*id), std::cmp::Reverse(order.index(*id)))
                });
                list.dedup_by_key(|id| order.host(*id));
            }
            if events.len() + list.len() > LIMIT {
                return None;
            }
            let begin = events.len() as u32;
            events.extend_from_slice(&list);
            ranges[event.0 as usize] = (begin, events.len() as u32);
        }
        let lists = Some(ranges);
        Some(Self { lists, events })
    }

    /// The first pair that is wrong, causes before effects, and how many are.
    pub fn first_wrong(
        &self,
        order: &Order,
        is_wrong: impl Fn(EventId, EventId) -> bool,
    ) -> Option<((EventId, EventId), u64)> {
        let (mut first, mut wrong) = (None, 0);
        for &b in order.sequence() {
            for a in self.before(order, b).filter(|a| is_wrong(*a, b)) {
                first.get_or_insert((a, b));
                wrong += 1;
            }
        }
        Some((first?, wrong))
    }

    /// Those before an event.
    fn before<'a>(
        &'a self,
        order: &'a Order,
        event: EventId,
    ) -> impl Iterator<Item = EventId> + 'a {
        let (previous, others) = match &self.lists {
            None => (order.previous(event), order.sources(event)),
            Some(ranges) => {
                let (begin, end) = ranges[event.0 as usize];
                (None, &self.events[begin as usize..end as usize])
            }
        };
        previous.into_iter().chain(others.iter().copied())
    }
}

/// How many events all lists may have: 256 MiB of them.
const LIMIT: usize = 64 << 20;
