//! Reads a dictionary as it is parsed, so that what is wrong with it is said with its place in the text.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::FIELDS;
use crate::{Import, Name, RecordSet, Value, Zone};

/// What was read so far.
pub(crate) struct Reader<'z> {
    zone: &'z Zone,
    names: Vec<(Name, Vec<RecordSet>)>,
    seen: HashSet<Name, RandomState>,
}

impl<'z> Reader<'z> {
    /// Reads a whole dictionary.
    ///
    /// # Errors
    /// Those of the form, with the place.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        zone: &'z Zone,
        text: D,
    ) -> Result<Import, D::Error> {
        let mut reader = Self {
            zone,
            names: Vec::new(),
            seen: HashSet::default(),
        };
        let root = Entry {
            reader: &mut reader,
            name: Name::apex(),
            is_root: true,
        };
        root.deserialize(text)?;
        let mut names = reader.names;
        names.sort_by_cached_key(|(name, _)| name.sort_key());
        Ok(Import {
            names,
            notes: Vec::new(),
        })
    }

    fn take<E: Error>(&mut self, name: Name, value: &Value) -> Result<(), E> {
        if !self.seen.insert(name.clone()) {
            return Err(E::custom(format!("{name}: it is there twice")));
        }
        let sets = value.to_sets(self.zone, &name);
        let sets = sets.map_err(|error| E::custom(format!("{name}: {error}")))?;
        self.names.push((name, sets));
        Ok(())
    }

    /// The name that a key stands for in a context.
    fn name(&self, at: &Name, key: &str) -> Result<Name, String> {
        let name = match at.is_apex() && key.ends_with('.') {
            true => self.zone.name(key),
            false => Name::parse(key),
        };
        let within = |name: Name| {
            let name = Name::from_wire(&[name.wire(), at.wire()].concat())?;
            self.zone.hold(&name).map(|()| name)
        };
        name.and_then(within)
            .map_err(|error| format!("in {at}: {error}"))
    }
}

/// What is said of a name: addresses or a dictionary.
struct Entry<'r, 'z> {
    reader: &'r mut Reader<'z>,
    name: Name,
    is_root: bool,
}

impl<'de> DeserializeSeed<'de> for Entry<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        text.deserialize_any(self)
    }
}

/// What a key leads to. That it is no name is told here: only so the form knows the place.
struct Below<'r, 'z> {
    reader: &'r mut Reader<'z>,
    name: Result<Name, String>,
}

impl<'de> DeserializeSeed<'de> for Below<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        let entry = Entry {
            reader: self.reader,
            name: self.name.map_err(D::Error::custom)?,
            is_root: false,
        };
        entry.deserialize(text)
    }
}

impl<'de> Visitor<'de> for Entry<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_root {
            true => out.write_str("a dictionary of names"),
            false => write!(
                out,
                "an address, a list of addresses or a dictionary for {}",
                self.name
            ),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.is_root {
            return Err(E::invalid_type(serde::de::Unexpected::Str(text), &self));
        }
        let addresses = vec![address(&self.name, text)?];
        self.take_addresses(addresses)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.is_root {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        let mut addresses = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            addresses.push(address(&self.name, &text)?);
        }
        self.take_addresses(addresses)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut value = None;
        let mut keys = HashSet::<String, RandomState>::default();
        while let Some(key) = map.next_key::<String>()? {
            if FIELDS.contains(&&*key) {
                let value = value.get_or_insert_with(Value::default);
                field(value, &self.name, &key, &mut map)?;
            } else {
                map.next_value_seed(Below {
                    name: self.reader.name(&self.name, &key),
                    reader: self.reader,
                })?;
            }
            // A dictionary of most programs would take the last of them in silence.
            if let Some(key) = keys.replace(key) {
                let name = &self.name;
                return Err(A::Error::custom(format!("in {name}: {key} is there twice")));
            }
        }
        match value {
            Some(value) => self.reader.take(self.name, &value),
            None => Ok(()),
        }
    }
}

impl Entry<'_, '_> {
    fn take_addresses<E: Error>(self, addresses: Vec<IpAddr>) -> Result<(), E> {
        let value = Value {
            addresses,
            ..Value::default()
        };
        self.reader.take(self.name, &value)
    }
}

fn address<E: Error>(name: &Name, text: &str) -> Result<IpAddr, E> {
    text.parse().map_err(|_| {
        E::custom(format!(
            "{name}: `{text}` is no address; an alias is written {{\"alias\": \"{text}\"}}, in TOML {{alias = \"{text}\"}}"
        ))
    })
}

fn field<'de, A: MapAccess<'de>>(
    value: &mut Value,
    name: &Name,
    key: &str,
    map: &mut A,
) -> Result<(), A::Error> {
    let list = "a list of texts";
    match key {
        "addresses" => {
            let texts: Vec<String> = of(name, key, list, map)?;
            let addresses: Result<_, _> = texts.iter().map(|text| address(name, text)).collect();
            value.addresses = addresses?;
        }
        "port" => value.port = Some(of(name, key, "a number from 0 to 65535", map)?),
        "attributes" => {
            value.attributes =
                of::<BTreeMap<String, String>, A>(name, key, "a dictionary of texts", map)?;
        }
        "alias" => value.alias = Some(of(name, key, "a name", map)?),
        "ttl_s" => value.ttl_s = Some(of(name, key, "a number of seconds", map)?),
        "records" => value.records = of(name, key, list, map)?,
        _ => drop(map.next_value::<IgnoredAny>()?),
    }
    Ok(())
}

/// A field's own part of the value, and what to do where it is something else: a name, perhaps.
fn of<'de, T: serde::Deserialize<'de>, A: MapAccess<'de>>(
    name: &Name,
    key: &str,
    expected: &str,
    map: &mut A,
) -> Result<T, A::Error> {
    map.next_value().map_err(|error| {
        A::Error::custom(format!(
            "{name}: `{key}` is {expected} here; a name `{key}` is written \"/{key}\", or stands in a zone file ({error})"
        ))
    })
}
