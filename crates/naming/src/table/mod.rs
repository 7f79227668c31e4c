//! The table behind a registry: names and nodes as bytes in an arena, found by a hash.
//!
//! ```text
//!   hash of the name ─▶ one of 1024 shards ─▶ places, 4 bytes each ─▶ arena: length · name · length · node
//! ```
//!
//! A name costs no allocation of its own and no pointers: its bytes, rounded up to 8, and 4 bytes and a byte of tag in a
//! hash table that is between 7/16 and 7/8 full. A lookup misses the cache twice, once in the hash table and once in the
//! arena.
//!
//! **Nothing here stops for long.** A hash table that grows has to hash everything in it anew, which reads every name: of
//! ten million names that takes seconds. So there are 1024 small tables, and each grows by itself: with ten million names it
//! is about 7,000 names that one put may have to read again, some milliseconds (the example `table` tells). The arena grows
//! by a mebibyte, and is never compacted.

mod arena;
mod pairs;
mod shards;

use std::fmt;

pub(crate) use {pairs::Pairs, shards::Shards};

use crate::NodeView;

/// Names and nodes, as bytes.
#[derive(Default)]
pub struct Table {
    pairs: Pairs,
}

impl Table {
    /// What stands under a name ([`Name::wire`](crate::Name::wire)).
    pub fn find(&self, wire: &[u8]) -> Option<NodeView<'_>> {
        Some(NodeView::of(self.pairs.value(self.pairs.find(wire)?)))
    }

    /// Puts a node ([`Node::encode`](crate::Node::encode)) under a name of at most 255 bytes, in the place of what is there.
    ///
    /// # Panics
    /// When it is no node, or names and nodes take 32 GiB.
    pub fn put(&mut self, wire: &[u8], node: &[u8]) {
        assert!(
            NodeView::checked(node).is_some(),
            "a node as it was encoded"
        );
        self.pairs.put(wire, node);
    }

    /// Takes a name away, and says whether it was there.
    pub fn remove(&mut self, wire: &[u8]) -> bool {
        self.pairs.remove(wire)
    }

    /// How many names there are.
    pub fn len(&self) -> u64 {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All names with what stands under them, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], NodeView<'_>)> {
        self.pairs
            .places()
            .map(|place| (self.pairs.key(place), self.at(place)))
    }

    /// How many bytes of memory it takes, without what the allocator adds.
    pub fn memory_bytes(&self) -> u64 {
        self.pairs.memory_bytes()
    }

    /// How many bytes names and nodes take, with what is free among them.
    pub(crate) fn arena_bytes(&self) -> u64 {
        self.pairs.arena_bytes()
    }

    /// Makes room for so many names more.
    pub(crate) fn reserve(&mut self, count: u64) {
        self.pairs.reserve(count);
    }

    /// Where a name lies: until it is put anew or taken away.
    pub(crate) fn place(&self, wire: &[u8]) -> Option<u32> {
        self.pairs.find(wire)
    }

    /// The name at a place.
    pub(crate) fn name_at(&self, place: u32) -> &[u8] {
        self.pairs.key(place)
    }

    /// What stands under the name at a place.
    pub(crate) fn at(&self, place: u32) -> NodeView<'_> {
        NodeView::of(self.pairs.value(place))
    }

    /// As [`put`](Self::put), of bytes that are known to be a node. Gives the name's place.
    pub(crate) fn put_checked(&mut self, wire: &[u8], node: &[u8]) -> u32 {
        self.pairs.put(wire, node)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Table({} names)", self.len())
    }
}
