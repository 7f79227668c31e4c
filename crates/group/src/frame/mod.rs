//! What stands in a datagram.
//!
//! ```text
//!   f7 'w' 'g' 'o'   version   kind   length (2)   group (8)   promises (4)   sender (8)   view: epoch (8), by (8)
//!   checksum (4, CRC-32C of all before and behind it)   body
//! ```
//!
//! Numbers are big-endian. A frame that is not refused is one that a member could have written.

mod body;
mod change;
mod codec;
mod data;

pub use codec::{Frame, sender_of};

pub(crate) use body::{Body, Holding, Join, Nak, StateBytes, Status, Welcome};
pub(crate) use change::{Ballot, Change, Proposal};
pub(crate) use codec::{Header, encode};
pub(crate) use data::{DATA_OVERHEAD_MAX, Data, Messages};
