//! Receipts matched by Lamport's stamps, where the log names no messages but says what was sent and received.

use trace::{EventId, EventKind, Log};

use super::Matching;

/// A receipt whose stamp r is more than one above the one before it at its host got r from its message, so that was
/// sent with stamp r - 1, by another host. Where there is one such send, it is the one. Where there are several, or
/// none, or where the stamp did not jump (then the message had any smaller one), nothing can be told.
pub(super) fn matched(log: &Log) -> Matching {
    let mut sends: Vec<(u64, EventId)> = Vec::new();
    for id in log.ids() {
        let event = log.event(id);
        if let (EventKind::Send, Some(stamp)) = (event.kind, event.stamps.lamport) {
            sends.push((stamp, id));
        }
    }
    sends.sort_unstable();
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
                (Some((_, send)), None) => matching.pairs.push((id, *send)),
                _ => matching.doubts.unmatched.push(id),
            }
        }
        *before = stamp.unwrap_or(*before);
    }
    matching
}

fn with_stamp(sends: &[(u64, EventId)], stamp: u64) -> &[(u64, EventId)] {
    let begin = sends.partition_point(|(other, _)| *other < stamp);
    let end = sends.partition_point(|(other, _)| *other <= stamp);
    &sends[begin..end]
}
