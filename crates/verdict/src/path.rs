//! The chain of messages by which one event may have caused another.

use trace::EventId;

use crate::Order;

/// How far back a host's events were reached: up to this index, by the send of that index and the receipt of its
/// message, which was reached before.
#[derive(Clone, Copy)]
struct Reach {
    index: u32,
    /// The send and its receipt; none at the host of the event that is asked about.
    by: Option<(EventId, EventId)>,
}

impl Order {
    /// The events through which `a` comes before `b`: `a`, then each send and its receipt, then `b`, each once. Two
    /// neighbours of one host are in its program order, two of different hosts a message. Of all such chains it is one
    /// with the fewest messages.
    ///
    /// None if `a` does not come before `b`.
    pub fn path(&self, a: EventId, b: EventId) -> Option<Vec<EventId>> {
        let target = self.host(a);
        let mut reached: Vec<Vec<Reach>> = vec![Vec::new(); self.host_count()];
        let mut fresh = vec![(self.host(b), self.index(b), None)];
        while !fresh.is_empty() {
            let mut found = Vec::new();
            let mut stretches = Vec::new();
            for (host, index, by) in fresh.drain(..) {
                let reaches = &mut reached[host.0 as usize];
                let begin = reaches.last().map_or(0, |reach| reach.index);
                if begin < index {
                    reaches.push(Reach { index, by });
                    stretches.push((host, begin, index));
                }
            }
            let covers = |reach: &Reach| reach.index >= self.index(a);
            if reached[target.0 as usize].last().is_some_and(covers) {
                return (a != b).then(|| self.trace(&reached, a, b));
            }
            for (host, begin, end) in stretches {
                for receipt in &self.events_of(host)[begin as usize..end as usize] {
                    for send in self.sources(*receipt) {
                        let by = Some((*send, *receipt));
                        found.push((self.host(*send), self.index(*send), by));
                    }
                }
            }
            // The furthest first, so that each host gets one stretch a round.
            found.sort_unstable_by_key(|(_, index, _)| std::cmp::Reverse(*index));
            fresh = found;
        }
        None
    }

    fn trace(&self, reached: &[Vec<Reach>], a: EventId, b: EventId) -> Vec<EventId> {
        let mut path = vec![a];
        let mut at = a;
        loop {
            let reaches = &reached[self.host(at).0 as usize];
            let first = reaches.partition_point(|reach| reach.index < self.index(at));
            let Some((send, receipt)) = reaches[first].by else {
                break;
            };
            path.extend([send, receipt]);
            at = receipt;
        }
        path.push(b);
        path.dedup();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Truth, any_log, script};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, a: u32, b: u32, expected: Option<&[u32]>) {
        let log = script(text);
        let path = Order::of(&log).path(EventId(a), EventId(b));
        let expected = expected.map(|path| path.iter().copied().map(EventId).collect());
        assert_eq!(path, expected);
    }

    const RELAY: &str = "a local, a send m, b receive m, b send n, c receive n, c local";

    #[test]
    fn a_path_has_each_send_and_receipt_once() {
        check(RELAY, 0, 5, Some(&[0, 1, 2, 3, 4, 5]));
        check(RELAY, 1, 4, Some(&[1, 2, 3, 4]));
        check(RELAY, 0, 1, Some(&[0, 1]));
        check("a send m, b receive m", 0, 1, Some(&[0, 1]));
    }

    #[test]
    fn there_is_none_back_or_to_itself_or_aside() {
        check(RELAY, 5, 0, None);
        check(RELAY, 3, 3, None);
        check("a send m, b local, b receive m", 0, 1, None);
    }

    #[test]
    fn the_fewest_messages_are_taken() {
        let text = "a send m, a send far, b receive m, b send n, c receive n, c receive far";
        check(text, 0, 5, Some(&[0, 1, 5]));
    }

    proptest! {
        #[test]
        fn a_path_is_one_and_a_shortest(log in any_log()) {
            let (truth, order) = (Truth::of(&log), Order::of(&log));
            for a in log.ids() {
                for b in log.ids() {
                    let path = order.path(a, b);
                    prop_assert_eq!(path.is_some(), truth.is_before(a, b));
                    let Some(path) = path else { continue };
                    prop_assert_eq!((path[0], path[path.len() - 1]), (a, b));
                    let mut messages = 0;
                    for pair in path.windows(2) {
                        let (from, to) = (pair[0], pair[1]);
                        if order.host(from) == order.host(to) {
                            prop_assert!(order.index(from) < order.index(to));
                        } else {
                            prop_assert!(order.sources(to).contains(&from));
                            messages += 1;
                        }
                    }
                    prop_assert_eq!(Some(messages), truth.messages(a, b));
                }
            }
        }
    }
}
