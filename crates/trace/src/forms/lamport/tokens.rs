//! Names of messages, where the lines have them: `A sends m1 to B`, `B receives m1 from A`.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::EventKind;

/// Whether what the lines call their messages are names: every receipt has one, just one event has sent it, at another
/// host, and no host receives it twice. Words that return, as in `sends hello to B`, are none.
pub(super) fn name_messages(found: &[Found]) -> bool {
    let of_kind = |kind: EventKind| found.iter().filter(move |event| event.phrase.kind == kind);
    let mut sends: HashMap<&str, Option<&str>> = HashMap::new();
    for Found { phrase, .. } in of_kind(EventKind::Send) {
        if let Some(token) = &phrase.token {
            sends
                .entry(token)
                .and_modify(|sender| *sender = None)
                .or_insert(Some(&phrase.host));
        }
    }
    let mut taken = HashSet::new();
    let mut receipts = of_kind(EventKind::Receive).peekable();
    receipts.peek().is_some()
        && receipts.all(|Found { phrase, .. }| {
            phrase.token.as_deref().is_some_and(|token| {
                let sender = sends.get(token).copied().flatten();
                let is_of_other = sender.is_some_and(|sender| sender != phrase.host);
                is_of_other && taken.insert((token, phrase.host.as_str()))
            })
        })
}
