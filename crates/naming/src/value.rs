//! What people and programs say about a name: a view of its records.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

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
}
