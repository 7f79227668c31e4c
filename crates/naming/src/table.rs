//! The table behind a registry: names and nodes as bytes in an arena, found by a hash.

use crate::NodeView;

/// Names and nodes, as bytes.
#[derive(Debug, Default)]
pub struct Table {}

impl Table {
    /// What stands under a name ([`Name::wire`](crate::Name::wire)).
    pub fn find(&self, _wire: &[u8]) -> Option<NodeView<'_>> {
        unimplemented!()
    }
}
