//! Lines that ran into each other: which stamp is whose.

use crate::decoded::quoted;
use crate::{FlawKind, Log, Place};

use super::phrase::Phrase;
use super::stamp::{Stamp, Value};
use super::{Found, Line};

/// The torn lines of a text.
#[derive(Default)]
pub(super) struct Torn {
    /// Phrases whose stamps may still come, on a line of their own.
    open: Option<Group>,
    closed: Vec<Group>,
}

/// Some phrases and some stamps, of which it is not yet told which belongs to which.
struct Group {
    /// The events' places among those found.
    events: Vec<usize>,
    stamps: Vec<Stamp>,
    place: Place,
    quote: String,
}

impl Torn {
    /// Takes in the next line: a whole one at once, the parts of others when all of them are there.
    pub fn take_in(&mut self, line: Line<'_>, found: &mut Vec<Found>, log: &mut Log) {
        let Line {
            place,
            phrases,
            stamps,
            is_paired,
            has_scraps,
            text,
        } = line;
        if self
            .open
            .as_ref()
            .is_some_and(|open| place.line - open.place.line > OPEN_LINES)
        {
            self.closed.extend(self.open.take());
        }
        let quote = quoted(text.trim());
        let events: Vec<Phrase> = phrases
            .iter()
            .filter_map(|words| Phrase::of(words))
            .collect();
        if is_paired && events.len() == stamps.len() && !events.is_empty() {
            if events.len() > 1 || has_scraps {
                let count = events.len();
                let (kind, what) = match has_scraps {
                    false => (
                        FlawKind::Torn,
                        format!("all {count} events in it could be told apart"),
                    ),
                    true => (
                        FlawKind::TornLoss,
                        format!("{count} of the events in it could be read"),
                    ),
                };
                let text = format!("Lines run into each other here; {what}: `{quote}`.");
                log.blame(kind, place, text);
            }
            let whole = events.into_iter().zip(stamps);
            let whole = whole.map(|(phrase, stamp)| Found {
                phrase,
                stamp: Some(stamp),
                place,
            });
            return found.extend(whole);
        }
        if events.is_empty() && self.open.is_none() {
            let text = format!(
                "This line has a stamp, or a part of one, and no host, and was left out: `{quote}`."
            );
            return log.blame(FlawKind::Unreadable, place, text);
        }
        let open = self.open.get_or_insert(Group {
            events: Vec::new(),
            stamps: Vec::new(),
            place,
            quote,
        });
        for phrase in events {
            open.events.push(found.len());
            found.push(Found {
                phrase,
                stamp: None,
                place,
            });
        }
        open.stamps.extend(stamps);
        if open.stamps.len() >= open.events.len() {
            self.closed.extend(self.open.take());
        }
    }

    /// Gives every stamp to its event where that can be told, now that all that stands around them is known.
    pub fn finish(self, found: &mut [Found], log: &mut Log) {
        for group in self.closed.into_iter().chain(self.open) {
            let count = group.events.len();
            let quote = &group.quote;
            let (kind, text) = match group.assignment(found) {
                Some(stamps) => {
                    for (event, stamp) in group.events.iter().zip(stamps) {
                        found[*event].stamp = Some(group.stamps[stamp].clone());
                    }
                    let text = format!(
                        "Lines run into each other here; all {count} events in it could be told apart: `{quote}`."
                    );
                    (FlawKind::Torn, text)
                }
                None => {
                    let text = format!(
                        "Lines run into each other here, and whose the stamps are is not clear; the events ({count}) were kept without: `{quote}`."
                    );
                    (FlawKind::TornLoss, text)
                }
            };
            log.blame(kind, group.place, text);
        }
    }
}

impl Group {
    /// Of each event, its stamp, where only one way keeps every host's counter rising.
    fn assignment(&self, found: &[Found]) -> Option<Vec<usize>> {
        let count = self.events.len();
        if count != self.stamps.len() || count > TORN_MAX {
            return None;
        }
        let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
        for (at, &event) in self.events.iter().enumerate() {
            let (before, after) = around(found, event);
            let host = &found[event].phrase.host;
            let mut longer = Vec::new();
            for way in &ways {
                let own = (0..at).filter(|other| &found[self.events[*other]].phrase.host == host);
                let own: Vec<&Value> = own.map(|other| &self.stamps[way[other]].value).collect();
                for (stamp, Stamp { value, .. }) in self.stamps.iter().enumerate() {
                    let is_free = !way.contains(&stamp);
                    let is_later = before
                        .into_iter()
                        .chain(own.iter().copied())
                        .all(|before| rises(before, value));
                    if is_free && is_later && after.is_none_or(|after| rises(value, after)) {
                        longer.push(way.iter().copied().chain([stamp]).collect());
                    }
                }
            }
            ways = longer;
        }
        let values = |way: &[usize]| -> Vec<&Value> {
            way.iter().map(|at| &self.stamps[*at].value).collect()
        };
        let (first, others) = ways.split_first()?;
        let is_only = others.iter().all(|other| values(other) == values(first));
        is_only.then(|| first.clone())
    }
}

/// The values of the host's events before and after one, as far as they are known.
fn around(found: &[Found], event: usize) -> (Option<&Value>, Option<&Value>) {
    let host = &found[event].phrase.host;
    let of_host = |other: &&Found| &other.phrase.host == host && other.stamp.is_some();
    let before = found[..event].iter().rev().take(AROUND_MAX).find(of_host);
    let after = found[event + 1..].iter().take(AROUND_MAX).find(of_host);
    (before.and_then(Found::value), after.and_then(Found::value))
}

impl Found {
    fn value(&self) -> Option<&Value> {
        self.stamp.as_ref().map(|stamp| &stamp.value)
    }
}

fn rises(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Scalar(before), Value::Scalar(after)) => before < after,
        (Value::Positions(before), Value::Positions(after)) => {
            before != after
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| before <= after)
        }
        _ => true,
    }
}

/// More lines than that in one are not sorted out: the ways to do it are too many.
const TORN_MAX: usize = 4;
/// A stamp that comes later than so many lines is not waited for.
const OPEN_LINES: u32 = 64;
/// How far around an event its host's other events are looked for.
const AROUND_MAX: usize = 4096;
