//! The header, and a frame as a whole.

use super::Body;
use crate::{GroupId, MemberId, Reason, ViewId};

/// What every frame begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The group.
    pub group: GroupId,
    /// A hash of what all its members must have in common.
    pub promises: u32,
    /// Who sent it; of packets that are sent again by others, who sent them first.
    pub sender: MemberId,
    /// The view that its body is about; none for those who are in none.
    pub view: ViewId,
}

/// A frame, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub(crate) header: Header,
    pub(crate) body: Body<'a>,
}

impl<'a> Frame<'a> {
    /// Reads a datagram. Allocates no more than the datagram has bytes, times a small number.
    ///
    /// # Errors
    /// When no member can have written it.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, Reason> {
        let _ = datagram;
        unimplemented!()
    }
}

/// Writes a frame behind what is in `out` (which is usually empty).
pub(crate) fn encode(header: &Header, body: &Body<'_>, out: &mut Vec<u8>) {
    let _ = (header, body, out);
    unimplemented!()
}

/// Who sent this datagram itself, for drivers that learn addresses: none where it is no frame, or a packet that is
/// sent again (its header names who sent it first).
pub fn sender_of(datagram: &[u8]) -> Option<MemberId> {
    let _ = datagram;
    unimplemented!()
}
