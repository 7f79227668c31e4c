//! Which names are meant: by prefix and by attribute.

use crate::{Name, Value};

/// Which names are meant: those within a name that have all these attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The name, and what stands below it; the apex is all.
    pub within: Name,
    /// Attributes: `role=mean` (equal), `role` (there, whatever it says).
    pub attributes: Vec<(String, Option<String>)>,
}

impl Filter {
    /// Whether a name with that value is meant.
    pub fn takes(&self, _name: &Name, _value: &Value) -> bool {
        unimplemented!()
    }
}
