//! What stands under a name, and its form as bytes: in memory, on the disk, and nearly as in an answer.
//!
//! ```text
//!   node := revision varint · lease varint (0: none) · set*
//!   set  := type u16 · ttl u32 · count u16 · (length u16 · data)*      (all big-endian, as in a message)
//! ```

use crate::{LeaseId, RecordSet, RecordType, Revision};

/// What stands under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// When it was last changed.
    pub modified: Revision,
    /// What keeps it: it goes when the lease ends. None: it stays until somebody takes it away.
    pub lease: Option<LeaseId>,
    /// By type; at least one.
    pub sets: Vec<RecordSet>,
}

impl Node {
    /// The set of a type.
    pub fn set(&self, record_type: RecordType) -> Option<&RecordSet> {
        self.sets.iter().find(|set| set.record_type == record_type)
    }

    /// Whether both say the same and are kept by the same, whenever they were changed.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.lease == other.lease && self.sets == other.sets
    }

    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(32);
        push_varint(&mut bytes, self.modified.0);
        push_varint(&mut bytes, self.lease.map_or(0, |lease| lease.0));
        for set in &self.sets {
            bytes.extend(set.record_type.0.to_be_bytes());
            bytes.extend(set.ttl_s.to_be_bytes());
            let count = u16::try_from(set.data.len()).expect("a value is bounded");
            bytes.extend(count.to_be_bytes());
            for data in &set.data {
                let length = u16::try_from(data.len()).expect("data of a record is bounded");
                bytes.extend(length.to_be_bytes());
                bytes.extend(&**data);
            }
        }
        bytes
    }

    /// How many bytes the records of a name may take in an answer: half of what fits one over TCP, so that there is room for
    /// the aliases that lead to it. A node takes fewer.
    pub const BYTES_MAX: usize = 32 * 1024;
}

/// A [`Node`] where it lies, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct NodeView<'a> {
    /// When it was last changed.
    pub modified: Revision,
    /// What keeps it.
    pub lease: Option<LeaseId>,
    sets: &'a [u8],
}

impl<'a> NodeView<'a> {
    /// Looks at bytes; none where they are no node. Everything is checked, so that the rest cannot fail: also that sets are
    /// in the order of their types and data in theirs, for whoever keeps a place for each address counts on no two the same.
    pub fn checked(bytes: &'a [u8]) -> Option<Self> {
        let (modified, rest) = varint(bytes)?;
        let (lease, mut rest) = varint(rest)?;
        let sets = rest;
        let mut before = None;
        while !rest.is_empty() {
            let (set, behind) = SetView::split(rest)?;
            let is_in_order =
                before < Some(set.record_type) && set.data().is_sorted_by(|a, b| a < b);
            if set.count == 0 || !is_in_order {
                return None;
            }
            before = Some(set.record_type);
            rest = behind;
        }
        Some(Self {
            modified: Revision(modified),
            lease: lease_of(lease),
            sets,
        })
    }

    /// Looks at bytes that were checked when they came in.
    ///
    /// # Panics
    /// When they were not.
    pub fn of(bytes: &'a [u8]) -> Self {
        let (modified, rest) = varint(bytes).expect("checked when it came in");
        let (lease, sets) = varint(rest).expect("checked when it came in");
        Self {
            modified: Revision(modified),
            lease: lease_of(lease),
            sets,
        }
    }

    /// The sets, by type.
    pub fn sets(self) -> impl Iterator<Item = SetView<'a>> {
        let mut rest = self.sets;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (set, behind) = SetView::split(rest).expect("checked when it came in");
            rest = behind;
            Some(set)
        })
    }

    /// The set of a type.
    pub fn set(self, record_type: RecordType) -> Option<SetView<'a>> {
        self.sets().find(|set| set.record_type == record_type)
    }

    /// As a value of its own.
    pub fn to_node(self) -> Node {
        Node {
            modified: self.modified,
            lease: self.lease,
            sets: self.sets().map(SetView::to_set).collect(),
        }
    }
}

/// A [`RecordSet`] where it lies, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct SetView<'a> {
    /// The type.
    pub record_type: RecordType,
    /// For how many seconds an answer may be kept.
    pub ttl_s: u32,
    /// How many records there are.
    pub count: u16,
    data: &'a [u8],
}

impl<'a> SetView<'a> {
    /// What the records say.
    pub fn data(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.data;
        (0..self.count).map(move |_| {
            let (data, behind) = counted(rest).expect("checked when it came in");
            rest = behind;
            data
        })
    }

    /// How many bytes all data have together.
    pub fn data_bytes(self) -> usize {
        self.data.len() - 2 * usize::from(self.count)
    }

    /// As a value of its own.
    pub fn to_set(self) -> RecordSet {
        RecordSet {
            record_type: self.record_type,
            ttl_s: self.ttl_s,
            data: self.data().map(Box::from).collect(),
        }
    }

    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, behind) = bytes.split_first_chunk::<8>()?;
        let count = u16::from_be_bytes([head[6], head[7]]);
        let mut rest = behind;
        for _ in 0..count {
            (_, rest) = counted(rest)?;
        }
        let set = Self {
            record_type: RecordType(u16::from_be_bytes([head[0], head[1]])),
            ttl_s: u32::from_be_bytes([head[2], head[3], head[4], head[5]]),
            count,
            data: &behind[..behind.len() - rest.len()],
        };
        Some((set, rest))
    }
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

fn lease_of(number: u64) -> Option<LeaseId> {
    (number != 0).then_some(LeaseId(number))
}

/// LEB128: seven bits a byte, the least significant first.
fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nodes() -> impl Strategy<Value = Node> {
        let data = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..4);
        let sets = prop::collection::btree_map(any::<u16>(), (0..=i32::MAX as u32, data), 0..4);
        (any::<u64>(), prop::option::of(1..=u64::MAX), sets).prop_map(|(modified, lease, sets)| {
            let sets = sets.into_iter().map(|(record_type, (ttl_s, data))| {
                let data = data.into_iter().map(Vec::into_boxed_slice).collect();
                RecordSet::new(RecordType(record_type), ttl_s, data)
            });
            Node {
                modified: Revision(modified),
                lease: lease.map(LeaseId),
                sets: sets.collect(),
            }
        })
    }

    /// Of two that are the same an index kept one place, and fell when both were taken out of it.
    #[test]
    fn sets_and_data_out_of_order_are_no_node() {
        let node = |sets: &[(u16, &[u8])]| {
            let mut bytes = vec![1, 0];
            for (record_type, data) in sets {
                bytes.extend(record_type.to_be_bytes());
                bytes.extend([0, 0, 0, 30, 0, data.len() as u8]);
                data.iter().for_each(|one| bytes.extend([0, 1, *one]));
            }
            NodeView::checked(&bytes).is_some()
        };
        assert!(node(&[(1, &[1, 2]), (2, &[1])]));
        for sets in [
            &[(1, &[1, 1][..])][..],
            &[(1, &[2, 1])],
            &[(1, &[])],
            &[(1, &[1]), (1, &[2])],
            &[(2, &[1]), (1, &[2])],
        ] {
            assert!(!node(sets), "{sets:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(node in nodes()) {
            let bytes = node.encode();
            let view = NodeView::checked(&bytes).expect("a node");
            prop_assert_eq!(view.to_node(), node.clone());
            prop_assert_eq!(NodeView::of(&bytes).to_node(), node);
        }

        #[test]
        fn bytes_that_are_no_node_are_refused_and_not_followed(bytes: Vec<u8>) {
            if let Some(view) = NodeView::checked(&bytes) {
                view.to_node();
            }
        }
    }
}
