//! Names as a dictionary of dictionaries, which the forms `toml` and `json` share.
//!
//! ```text
//!   server1 = "192.168.1.2"                     a flat name and its address
//!   [region1]                                   a context
//!   server1 = ["192.168.1.2", "2001:db8::2"]    a name in it, with two addresses
//!   mean = { port = 8080, attributes = { role = "mean" }, addresses = ["192.168.1.3"] }
//!   near = { alias = "region1/server1" }
//! ```
//!
//! A dictionary with one of the keys of a [`Value`](crate::Value) says what stands under its name, and its other keys are
//! names below it; any other dictionary is a context. A key may be a name of several labels, in any form, and one that
//! begins with `/` is a name whatever it is: `"/port"` is the name `port`.

mod reader;
mod writer;

pub(crate) use reader::Reader;
pub(crate) use writer::Dictionary;

/// The keys that say what stands under a name: the fields of a [`Value`](crate::Value).
const FIELDS: [&str; 6] = [
    "addresses",
    "port",
    "attributes",
    "alias",
    "ttl_s",
    "records",
];
