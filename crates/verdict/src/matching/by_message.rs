//! Receipts matched by the names of messages.

use trace::{EventId, EventKind, HostId, Log, MessageId};

use super::Matching;

/// A message may have many receipts (multicast); each is matched with the first send of it. A host that sends a message
/// again keeps the first, which is before the second anyway; where two hosts say they sent it, none is believed.
pub(super) fn matched(log: &Log) -> Matching {
    let mut matching = Matching::default();
    let sends = sends(log, &mut matching);
    let mut receipts: Vec<(MessageId, HostId, bool, EventId)> = Vec::new();
    for id in log.ids() {
        let event = log.event(id);
        if !matches!(event.kind, EventKind::Receive | EventKind::Deliver) {
            continue;
        }
        let Some(message) = event.message else {
            matching.doubts.unmatched.push(id);
            continue;
        };
        receipts.push((message, event.host, event.kind == EventKind::Deliver, id));
        match sends[message.0 as usize] {
            Sent::Never => matching.doubts.unsent.push(id),
            Sent::By(send) => matching.pairs.push((id, send)),
            Sent::Contested => matching.doubts.unmatched.push(id),
        }
    }
    receipts.sort_unstable();
    let of = |receipt: &(MessageId, HostId, bool, EventId)| (receipt.0, receipt.1, receipt.2);
    let twice = receipts
        .windows(2)
        .filter(|pair| of(&pair[0]) == of(&pair[1]));
    matching.doubts.received_twice = twice.map(|pair| pair[1].3).collect();
    matching
}

#[derive(Clone, Copy)]
enum Sent {
    Never,
    By(EventId),
    Contested,
}

fn sends(log: &Log, matching: &mut Matching) -> Vec<Sent> {
    let mut sends = vec![Sent::Never; log.messages.len()];
    for id in log.ids() {
        let event = log.event(id);
        let (EventKind::Send, Some(message)) = (event.kind, event.message) else {
            continue;
        };
        let sent = &mut sends[message.0 as usize];
        match *sent {
            Sent::Never => *sent = Sent::By(id),
            Sent::By(first) if log.event(first).host == event.host => {
                matching.doubts.sent_twice.push(id);
            }
            Sent::By(_) => {
                matching.doubts.contested.push(id);
                *sent = Sent::Contested;
            }
            Sent::Contested => {}
        }
    }
    sends
}
