//! Events as text, written once however many watch.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::body::Bytes;
use naming::{Change, Revision, Value, Zone};

use crate::api::Event;

/// Events as text. A change that concerns a thousand watchers is written for the first of them.
#[derive(Debug)]
pub(super) struct Events {
    zone: Zone,
    written: Mutex<VecDeque<(Arc<Change>, Bytes)>>,
}

impl Events {
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            written: Mutex::new(VecDeque::with_capacity(WRITTEN_MAX)),
        }
    }

    /// The `event` and `data` lines of a change, without an `id`.
    pub fn change(&self, change: &Arc<Change>) -> Bytes {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        // The newest first: watchers are mostly told of the same few.
        let known = written
            .iter()
            .rev()
            .find(|(own, _)| Arc::ptr_eq(own, change));
        if let Some((_, bytes)) = known {
            return bytes.clone();
        }
        let bytes = self.write(change);
        if written.len() == WRITTEN_MAX {
            written.pop_front();
        }
        written.push_back((change.clone(), bytes.clone()));
        bytes
    }

    fn write(&self, change: &Change) -> Bytes {
        let value = change.node.as_ref();
        lines(&Event::Change {
            revision: change.revision,
            name: change.name.to_string(),
            cause: change.cause,
            value: value.map(|node| Value::from_sets(&self.zone, &change.name, &node.sets)),
        })
    }
}

/// The `event` and `data` lines of an event. JSON has no line feed in it, so one `data` line holds it.
pub(super) fn lines(event: &Event) -> Bytes {
    let kind = match event {
        Event::Watching { .. } => "watching",
        Event::Change { .. } => "change",
        Event::Lagged { .. } => "lagged",
    };
    let data = serde_json::to_string(event).expect("an event has text for keys");
    Bytes::from(format!("event: {kind}\ndata: {data}\n"))
}

/// An event: its lines, an `id` where a reader may go on from behind it, and the empty line that ends it.
pub(super) fn event(lines: &[u8], id: Option<Revision>) -> Bytes {
    let mut text = Vec::with_capacity(lines.len() + 32);
    text.extend(lines);
    if let Some(revision) = id {
        text.extend(format!("id: {revision}\n").into_bytes());
    }
    text.push(b'\n');
    Bytes::from(text)
}

/// Changes whose text is kept: those of about one group commit.
const WRITTEN_MAX: usize = 64;
