//! A vector clock as JSON: `{"a":1, "b":2}`.
//!
//! As JavaScript takes them, an entry may also be `"2"` or `2.0`, and of a host that is there twice the last entry counts.
//! TLA+ writes its strings with `\"` for `"`; that is understood too.

use serde::de::{Deserializer, MapAccess, Visitor};

use crate::decoded::quoted;
use crate::escape::unescape_name;
use crate::{FlawKind, HostId, Log, Place};

type Entries = Box<[(HostId, u64)]>;

/// The clock of an event, and its host's own entry. What cannot be read becomes a flaw.
pub(crate) fn vector(
    clock: &str,
    host: HostId,
    is_ours: bool,
    place: Place,
    log: &mut Log,
) -> (Option<Entries>, Option<u64>) {
    let mut read = entries(clock, is_ours, log);
    if read.is_err() && clock.contains("\\\"") {
        // TLA+ writes its strings so.
        read = entries(&clock.replace("\\\"", "\""), is_ours, log);
    }
    let vector = match read {
        Ok(vector) => vector,
        Err(why) => {
            let text = format!(
                "The clock `{}` cannot be read ({why}); the event was kept without it.",
                quoted(clock)
            );
            log.blame(FlawKind::Part, place, text);
            return (None, None);
        }
    };
    let own = vector.binary_search_by_key(&host, |(host, _)| *host);
    let own = own.ok().map(|at| vector[at].1);
    if own.is_none() {
        let name = quoted(log.host_name(host));
        let text = format!(
            "The clock of an event of `{name}` does not count `{name}` itself; its place is the text's."
        );
        log.blame(FlawKind::OwnEntryMissing, place, text);
    }
    (Some(vector), own)
}

fn entries(clock: &str, is_ours: bool, log: &mut Log) -> Result<Entries, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(clock);
    let mut found = deserializer.deserialize_map(ClockVisitor { log, is_ours })?;
    deserializer.end()?;
    // Of a name that is there twice the last counts, as in JavaScript.
    found.reverse();
    found.sort_by_key(|(host, _)| *host);
    found.dedup_by_key(|(host, _)| *host);
    found.retain(|(_, entry)| *entry > 0);
    Ok(found.into_boxed_slice())
}

struct ClockVisitor<'l> {
    log: &'l mut Log,
    is_ours: bool,
}

impl<'de> Visitor<'de> for ClockVisitor<'_> {
    type Value = Vec<(HostId, u64)>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object of hosts and numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some((Name(name), Count(count))) = map.next_entry()? {
            let name = match self.is_ours {
                true => unescape_name(&name).into(),
                false => name,
            };
            // An entry of 0 says nothing, and does not make its host one of the log's.
            let host = match count {
                0 => self.log.host_named(&name),
                _ => Some(self.log.host(&name)),
            };
            found.extend(host.map(|host| (host, count)));
        }
        Ok(found)
    }
}

/// A key, borrowed where it can be.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// A clock's entry: a whole number, also one in quotes, or written `1.0`, as JavaScript takes them.
struct Count(u64);

impl<'de> serde::Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor).map(Count)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = u64;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a whole number from 0")
    }

    fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<u64, E> {
        Ok(count)
    }

    fn visit_f64<E: serde::de::Error>(self, count: f64) -> Result<u64, E> {
        // Above 2^53 a float no longer tells neighbours apart.
        let is_count = count >= 0.0 && count.fract() == 0.0 && count <= 9_007_199_254_740_992.0;
        let wrong = || E::invalid_value(serde::de::Unexpected::Float(count), &self);
        if is_count {
            Ok(count as u64)
        } else {
            Err(wrong())
        }
    }

    fn visit_str<E: serde::de::Error>(self, count: &str) -> Result<u64, E> {
        let wrong = |_| E::invalid_value(serde::de::Unexpected::Str(count), &self);
        count.trim().parse().map_err(wrong)
    }
}
