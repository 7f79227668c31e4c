//! Receipts matched by Lamport's stamps, where the log names no messages but says what was sent and received.

use trace::{EventId, EventKind, Log};

use super::Matching;

/// A receipt whose stamp r is more than one above the one before it at its host got r from its message, so that was
/// sent with stamp r - 1, by another host. Where there is one such send, it is the one. Where there are several, or
/// none, or where the stamp did not jump (then the message had any smaller one), nothing can be told. Nor can it where
/// an event before it, or a send that may have been that one, has lost its stamp.
pub(super) fn matched(log: &Log) -> Matching {
    let mut sends: Vec<(u64, EventId)> = Vec::new();
    for id in log.ids() {
        let event = log.event(id);
        if let (EventKind::Send, Some(stamp)) = (event.kind, event.stamps.lamport) {
            sends.push((stamp, id));
        }
    }
    sends.sort_unstable();
    let unstamped = Unstamped::of(log);
    let mut matching = Matching::default();
    let mut last = vec![0; log.hosts.len()];
    for id in log.ids() {
        let event = log.event(id);
        let stamp = event.stamps.lamport;
        let before = &mut last[event.host.0 as usize];
        if event.kind == EventKind::Receive {
            let sent = stamp.and_then(|stamp| stamp.checked_sub(1));
            let sent = sent.filter(|sent| *sent > *before);
            let candidates = sent.map_or(&[][..], |sent| with_stamp(&sends, sent));
            let is_elsewhere = |send: &&(u64, EventId)| log.event(send.1).host != event.host;
            let mut candidates = candidates.iter().filter(is_elsewhere);
            match (candidates.next(), candidates.next()) {
                (Some((sent, send)), None) if !unstamped.may_be(*sent) => {
                    matching.pairs.push((id, *send));
                }
                _ => matching.doubts.unmatched.push(id),
            }
        }
        // An event without a stamp may have been the jump: until the next stamp, none is one.
        *before = stamp.unwrap_or(u64::MAX);
    }
    matching
}

fn with_stamp(sends: &[(u64, EventId)], stamp: u64) -> &[(u64, EventId)] {
    let begin = sends.partition_point(|(other, _)| *other < stamp);
    let end = sends.partition_point(|(other, _)| *other <= stamp);
    &sends[begin..end]
}

/// Sends without a stamp: it lies between those of the stamped events around them at their host. All bounds in
/// ascending order.
#[derive(Default)]
struct Unstamped {
    above: Vec<u64>,
    below: Vec<u64>,
}

impl Unstamped {
    fn of(log: &Log) -> Self {
        let mut unstamped = Self::default();
        let mut hosts = vec![(0, false); log.hosts.len()];
        for event in &log.events {
            let (last, is_open) = &mut hosts[event.host.0 as usize];
            match event.stamps.lamport {
                Some(stamp) => {
                    if std::mem::take(is_open) {
                        unstamped.add(*last, stamp);
                    }
                    *last = stamp;
                }
                None => *is_open |= event.kind == EventKind::Send,
            }
        }
        for (last, _) in hosts.into_iter().filter(|(_, is_open)| *is_open) {
            unstamped.add(last, u64::MAX);
        }
        unstamped.above.sort_unstable();
        unstamped.below.sort_unstable();
        unstamped
    }

    /// Some, one after another.
    fn add(&mut self, above: u64, below: u64) {
        if above < below {
            self.above.push(above);
            self.below.push(below);
        }
    }

    /// Whether one of them may have had that stamp.
    fn may_be(&self, stamp: u64) -> bool {
        let begun = self.above.partition_point(|above| *above < stamp);
        let ended = self.below.partition_point(|below| *below <= stamp);
        begun > ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::script;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, u32)]) {
        let pairs = matched(&script(text)).pairs;
        let pairs: Vec<(u32, u32)> = pairs.iter().map(|(to, from)| (to.0, from.0)).collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_jump_names_its_send() {
        check("a local L1, a send L2, b receive L3", &[(2, 1)]);
        check(
            "a local L1, a send L2, b local L1, b local L2, b receive L3",
            &[],
        );
        check(
            "a local L1, a send L2, c local L1, c send L2, b receive L3",
            &[],
        );
    }

    /// Torn lines leave events without stamps. A receipt behind one was taken for a jump from the last stamp that was
    /// there; nothing can be told until the next one.
    #[test]
    fn behind_an_event_without_a_stamp_no_receipt_is_known_to_have_jumped() {
        check(
            "a send L1, a send L2, b local L1, b local, b receive L3",
            &[],
        );
        let later = "a send L1, a send L2, a send L3, b local, b receive L2, b receive L4";
        check(later, &[(5, 2)]);
    }

    /// The only send with the right stamp need not be the one where others have lost theirs.
    #[test]
    fn a_send_without_a_stamp_may_have_been_the_one() {
        let between = |stamp: &str| {
            format!("a local L1, a send L2, c local L1, c send, c local {stamp}, b receive L3")
        };
        check(&between("L3"), &[]);
        check(&between("L2"), &[(5, 1)]);
        check(
            "a local L1, a send L2, c local L1, c send, b receive L3",
            &[],
        );
        check(
            "a local L1, a send L2, c local L2, c send, b receive L3",
            &[(4, 1)],
        );
    }
}
