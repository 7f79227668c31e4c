//! What people and programs say about a name: a view of its records.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;

use domain::base::Name as DnsName;
use serde::{Deserialize, Serialize};

use crate::data::{data_from_text, data_to_text};
use crate::{Name, Node, RecordSet, RecordType, ValueError, Zone};

/// What people and programs say about a name.
///
/// It is a view of the name's records: addresses are A and AAAA, the port is a SRV record at the name itself that leads
/// to the name (priority 0, weight 0), an attribute is a TXT record `key=value` (RFC 6763, section 6), the alias is a CNAME.
/// What else there is stands in `records`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Value {
    /// Where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// At which port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What else there is to know about it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The name that it stands for: `region1/server1`, or absolute with a dot at its end, `example.org.`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// For how many seconds an answer may be kept; none: [`Value::TTL_S`]. Of several sets the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_s: Option<u32>,
    /// Other records, as in a zone file, without name, TTL and class: `MX 10 mail.lab.test.`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
}

impl Value {
    /// The TTL where none is given: short, for names here come and go.
    pub const TTL_S: u32 = 30;
    /// How many addresses a value may have, and how many attributes.
    pub const COUNT_MAX: usize = 64;

    /// What the records of a name say. Whatever has no place in the other fields stands in `records`, so nothing is lost
    /// but TTLs that differ between sets: the least of them is told.
    ///
    /// Of several SRV records that could be the port, and of several texts with one key, the first is taken; the others
    /// are `records`. So are addresses and attributes beyond what [`Value::to_sets`] takes of each.
    pub fn from_sets<S: Borrow<RecordSet>>(
        zone: &Zone,
        name: &Name,
        sets: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut value = Self::default();
        let own = zone.absolute(name);
        let mut ttl_s = None;
        for set in sets {
            let set = set.borrow();
            ttl_s = Some(ttl_s.map_or(set.ttl_s, |least: u32| least.min(set.ttl_s)));
            for data in &set.data {
                if value.take(zone, &own, set.record_type, data).is_none() {
                    let text = data_to_text(set.record_type, data);
                    value.records.push(format!("{} {text}", set.record_type));
                }
            }
        }
        value.ttl_s = ttl_s.filter(|ttl_s| *ttl_s != Self::TTL_S);
        value
    }

    /// The records that say this of a name. [`Value::from_sets`] makes the same value of them, with its lists sorted.
    ///
    /// The port of a wildcard (`*`) leads to the wildcard itself: an asterisk in data is an asterisk (RFC 4592, section
    /// 4), so whoever follows it looks up `*.region1.lab.test.` as it is written, and finds the wildcard's addresses.
    ///
    /// # Errors
    /// When it cannot be said in records, or is more than a name may have.
    pub fn to_sets(&self, zone: &Zone, name: &Name) -> Result<Vec<RecordSet>, ValueError> {
        self.hold()?;
        let mut data: BTreeMap<RecordType, Vec<Box<[u8]>>> = BTreeMap::new();
        let mut push = |record_type, one: Vec<u8>| {
            data.entry(record_type).or_default().push(one.into());
        };
        for address in &self.addresses {
            match address {
                IpAddr::V4(address) => push(RecordType::A, address.octets().into()),
                IpAddr::V6(address) => push(RecordType::AAAA, address.octets().into()),
            }
        }
        for (key, value) in &self.attributes {
            push(RecordType::TXT, attribute_data(key, value)?);
        }
        if let Some(port) = self.port {
            let head = [[0, 0], [0, 0], port.to_be_bytes()].concat();
            push(RecordType::SRV, [head, zone.absolute(name)].concat());
        }
        if let Some(alias) = &self.alias {
            push(RecordType::CNAME, alias_data(zone, alias)?);
        }
        for record in &self.records {
            let (record_type, one) = data_from_text(zone, record)?;
            push(record_type, one);
        }
        let ttl_s = self.ttl_s.unwrap_or(Self::TTL_S);
        let sets = data
            .into_iter()
            .map(|(record_type, data)| RecordSet::new(record_type, ttl_s, data));
        checked(sets.collect())
    }

    /// Holds what can be counted against its limits.
    fn hold(&self) -> Result<(), ValueError> {
        let counts = [
            ("addresses", self.addresses.len()),
            ("attributes", self.attributes.len()),
        ];
        for (what, count) in counts {
            let limit = Self::COUNT_MAX;
            if count > limit {
                return Err(ValueError::Many { what, count, limit });
            }
        }
        match self.ttl_s {
            Some(ttl_s) if ttl_s > TTL_S_MAX => Err(ValueError::Ttl),
            _ => Ok(()),
        }
    }

    /// Takes what a record says, if it has a field.
    fn take(&mut self, zone: &Zone, own: &[u8], kind: RecordType, data: &[u8]) -> Option<()> {
        let is_room = self.addresses.len() < Self::COUNT_MAX;
        match kind {
            RecordType::A if is_room => {
                let octets = <[u8; 4]>::try_from(data).ok()?;
                self.addresses.push(octets.into());
            }
            RecordType::AAAA if is_room => {
                let octets = <[u8; 16]>::try_from(data).ok()?;
                self.addresses.push(octets.into());
            }
            RecordType::SRV if self.port.is_none() => {
                let (head, target) = data.split_first_chunk::<6>()?;
                if head[..4] != [0; 4] || target != own {
                    return None;
                }
                self.port = Some(u16::from_be_bytes([head[4], head[5]]));
            }
            RecordType::TXT if self.attributes.len() < Self::COUNT_MAX => {
                let (key, value) = attribute(data)?;
                if self.attributes.contains_key(key) {
                    return None;
                }
                self.attributes.insert(key.to_owned(), value.to_owned());
            }
            RecordType::CNAME if self.alias.is_none() => {
                self.alias = Some(alias_text(zone, data)?);
            }
            _ => return None,
        }
        Some(())
    }
}

/// The name that an alias stands for, as people write it; none where the data are no name.
pub(crate) fn alias_text(zone: &Zone, data: &[u8]) -> Option<String> {
    let inside = zone.relative(data).map(Name::from_wire);
    if let Some(Ok(name)) = inside {
        let text = name.to_string();
        // In the zone `lab.` the name `lab` would be taken for the zone itself: then the name is written in full.
        let is_understood = zone.name(&text).as_ref() == Ok(&name);
        return Some(if is_understood { text } else { zone.dns(&name) });
    }
    parsed_name(data).map(|name| name.fmt_with_dot().to_string())
}

fn parsed_name(data: &[u8]) -> Option<&DnsName<[u8]>> {
    DnsName::from_slice(data).ok()
}

/// The alias' target, as on the wire: what ends in a dot may be anywhere, what does not is a name here.
fn alias_data(zone: &Zone, alias: &str) -> Result<Vec<u8>, ValueError> {
    if !alias.ends_with('.') {
        let name = zone.name(alias).map_err(ValueError::Alias)?;
        return Ok(zone.absolute(&name));
    }
    let name = DnsName::<Vec<u8>>::from_str(alias).map_err(|error| ValueError::Record {
        text: format!("CNAME {alias}"),
        problem: error.to_string(),
    })?;
    Ok(name.as_slice().to_ascii_lowercase())
}

/// Attributes are told as RFC 6763, section 6.4, has it: `key=value`, and `key` alone where the value is empty. A text
/// `key=`, which is not the same there, is no attribute.
fn attribute(data: &[u8]) -> Option<(&str, &str)> {
    let (&length, text) = data.split_first()?;
    if usize::from(length) != text.len() {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let (key, value) = match text.split_once('=') {
        Some((_, "")) => return None,
        Some(both) => both,
        None => (text, ""),
    };
    is_key(key).then_some((key, value))
}

fn attribute_data(key: &str, value: &str) -> Result<Vec<u8>, ValueError> {
    if !is_key(key) || key.len() + value.len() > ATTRIBUTE_BYTES_MAX {
        return Err(ValueError::Attribute(key.chars().take(64).collect()));
    }
    let separator = if value.is_empty() { "" } else { "=" };
    let text = [key, separator, value].concat();
    let length = u8::try_from(text.len()).expect("the limit is below it");
    Ok([&[length], text.as_bytes()].concat())
}

/// RFC 6763, section 6.4.
pub(crate) fn is_key(key: &str) -> bool {
    let is_allowed = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'=';
    !key.is_empty() && key.bytes().all(is_allowed)
}

/// Holds sets against what may stand under one name.
pub(crate) fn checked(sets: Vec<RecordSet>) -> Result<Vec<RecordSet>, ValueError> {
    let cname = sets.iter().find(|set| set.record_type == RecordType::CNAME);
    match cname {
        _ if sets.is_empty() => Err(ValueError::Empty),
        Some(_) if sets.len() > 1 => Err(ValueError::AliasBeside),
        Some(cname) if cname.data.len() > 1 => Err(ValueError::Many {
            what: "aliases",
            count: cname.data.len(),
            limit: 1,
        }),
        _ if !RecordSet::fit(&sets) => Err(ValueError::Large {
            bytes: RecordSet::bytes(&sets),
            limit: Node::BYTES_MAX,
        }),
        _ => Ok(sets),
    }
}

/// A text has at most 255 bytes (RFC 1035, section 3.3), and one of them is the `=`.
const ATTRIBUTE_BYTES_MAX: usize = 254;

/// RFC 2181, section 8.
pub(crate) const TTL_S_MAX: u32 = i32::MAX as u32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    fn name() -> Name {
        Name::parse("region1/server1").expect("a name")
    }

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        let parse = |text: &&str| text.parse().expect("an address");
        texts.iter().map(parse).collect()
    }

    #[track_caller]
    fn check(value: &Value, records: &[&str]) {
        let sets = value.to_sets(&zone(), &name()).expect("sets");
        let mut texts = Vec::new();
        for set in &sets {
            for data in &set.data {
                let text = data_to_text(set.record_type, data);
                texts.push(format!("{} {} {text}", set.ttl_s, set.record_type));
            }
        }
        assert_eq!(texts, records);
        assert_eq!(Value::from_sets(&zone(), &name(), &sets), *value);
    }

    #[test]
    fn a_value_is_a_view_of_records() {
        let value = Value {
            addresses: addresses(&["192.168.1.2", "192.168.1.3", "2001:db8::1"]),
            port: Some(8080),
            attributes: [("role", "mean"), ("seen", "")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            alias: None,
            ttl_s: Some(7),
            records: vec![
                "MX 10 mail.lab.test.".to_owned(),
                "TXT \"one\" \"two\"".to_owned(),
                "TXT \"seen=\"".to_owned(),
            ],
        };
        let expected = [
            "7 A 192.168.1.2",
            "7 A 192.168.1.3",
            "7 MX 10 mail.lab.test.",
            "7 TXT \"one\" \"two\"",
            "7 TXT \"seen\"",
            "7 TXT \"seen=\"",
            "7 TXT \"role=mean\"",
            "7 AAAA 2001:db8::1",
            "7 SRV 0 0 8080 server1.region1.lab.test.",
        ];
        check(&value, &expected);
    }

    #[track_caller]
    fn alias(text: &str, record: &str) {
        let value = Value {
            alias: Some(text.to_owned()),
            ..Value::default()
        };
        check(&value, &[record]);
    }

    #[test]
    fn an_alias_leads_anywhere() {
        alias("region2/server4", "30 CNAME server4.region2.lab.test.");
        alias("/", "30 CNAME lab.test.");
        alias("example.org.", "30 CNAME example.org.");
        alias("a\\ b.lab.test.", "30 CNAME a\\ b.lab.test.");
        alias(".", "30 CNAME .");
    }

    #[test]
    fn an_alias_that_reads_like_the_zone_is_written_in_full() {
        let zone = Zone::parse("lab").expect("a zone");
        assert_eq!(alias_text(&zone, b"\x03lab\x03lab\0").as_deref(), Some("lab.lab."));
        assert_eq!(alias_data(&zone, "lab.lab."), Ok(b"\x03lab\x03lab\0".to_vec()));
        assert_eq!(alias_data(&zone, "Server1"), Ok(b"\x07server1\x03lab\0".to_vec()));
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Value), expected: &str) {
        let mut value = Value::default();
        change(&mut value);
        let error = value.to_sets(&zone(), &name()).expect_err("no value").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_a_name_cannot_have_is_refused_and_said_why() {
        let attribute = |key: &str, value: String| {
            let key = key.to_owned();
            move |of: &mut Value| drop(of.attributes.insert(key, value))
        };
        let record = |text: &str| {
            let text = text.to_owned();
            move |of: &mut Value| of.records.push(text)
        };
        refused(|_| (), "a value needs");
        refused(|value| value.addresses = vec![IpAddr::from([127, 0, 0, 1]); 65], "65 addresses");
        refused(attribute("a=b", String::new()), "`a=b`");
        refused(attribute("", "x".to_owned()), "key");
        refused(attribute("key", "x".repeat(252)), "254 bytes");
        refused(|value| value.alias = Some("a b".to_owned()), "' '");
        refused(|value| value.alias = Some("a..b.".to_owned()), "CNAME a..b.");
        refused(record("CNAME a\" b"), "record `CNAME");
        refused(record("SOA . . 1 2 3 4 5"), "server's own");
        refused(
            |value| {
                value.alias = Some("a".to_owned());
                value.port = Some(80);
            },
            "stands alone",
        );
        refused(
            |value| value.records = vec!["CNAME a".to_owned(), "CNAME b".to_owned()],
            "2 aliases",
        );
        refused(
            |value| value.records = (0..200).map(|at| format!("TXT {at:0>250}")).collect(),
            "at most 32768",
        );
        refused(
            |value| {
                value.port = Some(80);
                value.ttl_s = Some(1 << 31);
            },
            "TTL",
        );
    }

    fn values() -> impl Strategy<Value = Value> {
        let address = prop_oneof![
            any::<[u8; 4]>().prop_map(IpAddr::from),
            any::<[u8; 16]>().prop_map(IpAddr::from),
        ];
        let attributes = prop::collection::btree_map("[ -<>-~]{1,9}", "\\PC{0,20}", 0..9);
        let record = prop_oneof![
            "[a-z]{1,9}".prop_map(|label| format!("MX 10 {label}.lab.test.")),
            any::<[u8; 3]>().prop_map(|[a, b, c]| format!("TYPE300 \\# 3 {a:02x}{b:02x}{c:02x}")),
        ];
        let many = (
            prop::collection::btree_set(address, 0..9),
            prop::option::of(any::<u16>()),
            attributes,
            prop::option::of((0..1000u32).prop_filter("not said", |ttl_s| *ttl_s != Value::TTL_S)),
            prop::collection::btree_set(record, 0..4),
        );
        let many = many.prop_map(|(addresses, port, attributes, ttl_s, records)| Value {
            addresses: addresses.into_iter().collect(),
            port,
            attributes,
            alias: None,
            ttl_s,
            records: records.into_iter().collect(),
        });
        let alone = "[a-z]{1,9}(/[a-z]{1,9}|\\.)?".prop_map(|alias| Value {
            alias: Some(alias),
            ..Value::default()
        });
        prop_oneof![9 => many, 1 => alone]
    }

    proptest! {
        #[test]
        fn a_value_comes_back_from_its_records(value in values()) {
            prop_assume!(value != Value { ttl_s: value.ttl_s, ..Value::default() });
            let sets = value.to_sets(&zone(), &name()).expect("sets");
            prop_assert!(sets.is_sorted_by_key(|set| set.record_type));
            let mut back = Value::from_sets(&zone(), &name(), &sets);
            back.records.sort();
            prop_assert_eq!(back, value);
        }

        #[test]
        fn records_come_back_from_their_value(
            texts in prop::collection::vec("([ -~]{0,9}=)?\\PC{0,9}", 1..70),
            ports in prop::collection::vec(any::<u16>(), 0..3),
        ) {
            let text = |text: &String| [&[text.len() as u8], text.as_bytes()].concat().into();
            let own = zone().absolute(&name());
            let port = |port: &u16| [&[0; 4], &port.to_be_bytes()[..], &own].concat().into();
            let texts = texts.iter().map(text).collect();
            let mut sets = vec![RecordSet::new(RecordType::TXT, 30, texts)];
            if !ports.is_empty() {
                let ports = ports.iter().map(port).collect();
                sets.push(RecordSet::new(RecordType::SRV, 30, ports));
            }
            let value = Value::from_sets(&zone(), &name(), &sets);
            prop_assert_eq!(value.to_sets(&zone(), &name()), Ok(sets));
        }
    }
}
