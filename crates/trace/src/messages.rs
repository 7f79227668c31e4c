//! Messages that cannot be as the log has them.

use std::collections::HashSet;

use crate::{EventKind, FlawKind, Log, Place};

/// Tells of messages without a send, with two, or received twice at one host.
pub(crate) fn tell(log: &mut Log) {
    let mut sends = vec![None; log.messages.len()];
    let mut taken = HashSet::new();
    let mut flaws = Vec::new();
    for event in &log.events {
        let Some(message) = event.message else {
            continue;
        };
        let name = || &log.messages[message.0 as usize];
        let host = log.host_name(event.host);
        if event.kind == EventKind::Send {
            let first: Place = *sends[message.0 as usize].get_or_insert(event.place);
            if first != event.place {
                let text = format!(
                    "Message `{}` is sent a second time, by `{host}`; the first was at line {}.",
                    name(),
                    first.line
                );
                flaws.push((event.place, text));
            }
        } else if is_receipt(event.kind)
            && !taken.insert((message, event.host, event.kind == EventKind::Deliver))
        {
            let text = format!("Message `{}` comes to `{host}` a second time.", name());
            flaws.push((event.place, text));
        }
    }
    let mut told = HashSet::new();
    for event in &log.events {
        let Some(message) = event.message else {
            continue;
        };
        let is_lost = sends[message.0 as usize].is_none() && is_receipt(event.kind);
        if is_lost && told.insert(message) {
            let name = &log.messages[message.0 as usize];
            let host = log.host_name(event.host);
            let text = format!(
                "Message `{name}` comes to `{host}`, but nobody sent it; if its sender wrote a log, give that too."
            );
            flaws.push((event.place, text));
        }
    }
    for (place, text) in flaws {
        log.blame(FlawKind::Message, place, text);
    }
}

fn is_receipt(kind: EventKind) -> bool {
    matches!(kind, EventKind::Receive | EventKind::Deliver)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Stamps};

    #[test]
    fn messages_have_one_send_and_come_once_to_a_host() {
        let mut log = Log::new();
        let (a, b) = (log.host("a"), log.host("b"));
        let (m, n) = (log.message("m"), log.message("n"));
        use EventKind::{Deliver, Receive, Send};
        let events = [
            (a, Send, m),
            (b, Receive, m),
            (b, Deliver, m),
            (b, Receive, m),
            (a, Send, m),
            (b, Receive, n),
        ];
        for (line, (host, kind, message)) in (1..).zip(events) {
            log.events.push(Event {
                host,
                kind,
                message: Some(message),
                text: String::new(),
                stamps: Stamps::default(),
                place: Place { source: 0, line },
            });
        }
        tell(&mut log);
        let lines: Vec<u32> = log.flaws.iter().map(|flaw| flaw.place.line).collect();
        assert_eq!(lines, [4, 5, 6], "{:?}", log.flaws);
    }
}
