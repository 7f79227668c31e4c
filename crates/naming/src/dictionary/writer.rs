//! Writes names as a dictionary, the same names always as the same text.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::FIELDS;
use crate::form::Names;
use crate::{Name, Value, Zone};

/// All names with what they say.
pub(crate) struct Dictionary {
    root: Tree,
}

impl Dictionary {
    pub(crate) fn new(zone: &Zone, names: Names<'_>) -> Self {
        let mut root = Tree::default();
        for (name, node) in names {
            let value = Value::from_sets(zone, &name, &node.sets);
            root.place(&name).value = Some(value);
        }
        Self { root }
    }
}

/// The outermost is a dictionary, whatever stands in it.
impl Serialize for Dictionary {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.root.as_map(out)
    }
}

#[derive(Default)]
struct Tree {
    value: Option<Value>,
    below: BTreeMap<String, Self>,
}

impl Tree {
    fn place(&mut self, name: &Name) -> &mut Self {
        let mut labels: Vec<&str> = name.labels().collect();
        labels.reverse();
        let nested = labels.len().min(NESTED_MAX);
        let (nested, rest) = labels.split_at(nested);
        let mut place = self;
        for label in nested {
            let key = match FIELDS.contains(label) {
                true => format!("/{label}"),
                false => (*label).to_owned(),
            };
            place = place.below.entry(key).or_default();
        }
        match rest {
            [] => place,
            [label] if FIELDS.contains(label) => {
                place.below.entry(format!("/{label}")).or_default()
            }
            _ => place.below.entry(rest.join("/")).or_default(),
        }
    }

    /// Addresses that are the whole of it.
    fn plain(&self) -> Option<&Value> {
        self.value
            .as_ref()
            .filter(|value| self.below.is_empty() && is_plain(value))
    }

    fn as_map<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        let value = self.value.as_ref();
        if let Some(value) = value {
            entry(
                &mut map,
                "addresses",
                &value.addresses,
                value.addresses.is_empty(),
            )?;
            entry(&mut map, "port", &value.port, value.port.is_none())?;
            entry(&mut map, "alias", &value.alias, value.alias.is_none())?;
            entry(&mut map, "ttl_s", &value.ttl_s, value.ttl_s.is_none())?;
            entry(
                &mut map,
                "records",
                &value.records,
                value.records.is_empty(),
            )?;
        }
        // What is no table stands before what is one, as TOML has it.
        for (key, below) in &self.below {
            entry(&mut map, key, below, below.plain().is_none())?;
        }
        if let Some(value) = value {
            entry(
                &mut map,
                "attributes",
                &value.attributes,
                value.attributes.is_empty(),
            )?;
        }
        for (key, below) in &self.below {
            entry(&mut map, key, below, below.plain().is_some())?;
        }
        map.end()
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.plain() {
            Some(Value { addresses, .. }) => match &**addresses {
                [address] => address.serialize(out),
                _ => addresses.serialize(out),
            },
            None => self.as_map(out),
        }
    }
}

/// Whether a value is said by its addresses alone, without a dictionary.
fn is_plain(value: &Value) -> bool {
    let rest = Value {
        addresses: Vec::new(),
        ..value.clone()
    };
    rest == Value::default()
}

fn entry<M: SerializeMap>(
    map: &mut M,
    key: &str,
    value: &impl Serialize,
    is_left_out: bool,
) -> Result<(), M::Error> {
    match is_left_out {
        true => Ok(()),
        false => map.serialize_entry(key, value),
    }
}

/// How deep dictionaries are nested; the labels of a deeper name stand in one key. The readers of both forms take 80.
const NESTED_MAX: usize = 32;
