//! A change as the log has it.
//!
//! ```text
//!   change := cause u8 · length u8 · name (Name::wire) · node (Node::encode; nothing: the name is gone)
//! ```

use naming::{Cause, Change, Name, NodeView, Revision};

/// Writes a change whose node was encoded. `bytes` is emptied first.
pub(crate) fn encode(change: &Change, node: Option<&[u8]>, bytes: &mut Vec<u8>) {
    let wire = change.name.wire();
    bytes.clear();
    bytes.push(match change.cause {
        Cause::Registered => 0,
        Cause::Updated => 1,
        Cause::Deregistered => 2,
        Cause::Expired => 3,
        Cause::Revoked => 4,
    });
    bytes.push(u8::try_from(wire.len()).expect("a name has at most 255 bytes"));
    bytes.extend(wire);
    bytes.extend(node.unwrap_or_default());
}

/// Reads a change; none where the bytes are none.
pub(crate) fn decode(revision: Revision, bytes: &[u8]) -> Option<Change> {
    let (&[cause, length], rest) = bytes.split_first_chunk::<2>()?;
    let (wire, node) = rest.split_at_checked(length.into())?;
    let node = match node {
        [] => None,
        node => Some(NodeView::checked(node)?.to_node()),
    };
    Some(Change {
        revision,
        name: Name::from_wire(wire).ok()?,
        node,
        cause: match cause {
            0 => Cause::Registered,
            1 => Cause::Updated,
            2 => Cause::Deregistered,
            3 => Cause::Expired,
            4 => Cause::Revoked,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use naming::{LeaseId, Node, RecordSet, RecordType};
    use proptest::prelude::*;

    use super::*;

    const CAUSES: [Cause; 5] = [
        Cause::Registered,
        Cause::Updated,
        Cause::Deregistered,
        Cause::Expired,
        Cause::Revoked,
    ];

    fn node() -> Node {
        let data = vec![Box::from([127, 0, 0, 1])];
        Node {
            modified: Revision(3),
            lease: Some(LeaseId(9)),
            sets: vec![RecordSet::new(RecordType::A, 30, data)],
        }
    }

    #[test]
    fn what_is_written_comes_back() {
        let mut bytes = Vec::new();
        for (name, node) in [("/", Some(node())), ("region1/server1", None)] {
            for cause in CAUSES {
                let change = Change {
                    revision: Revision(12),
                    name: Name::parse(name).expect("a name"),
                    node: node.clone(),
                    cause,
                };
                let encoded = node.as_ref().map(Node::encode);
                encode(&change, encoded.as_deref(), &mut bytes);
                assert_eq!(decode(Revision(12), &bytes), Some(change));
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_change_are_refused(bytes: Vec<u8>) {
            decode(Revision(1), &bytes);
        }
    }
}
