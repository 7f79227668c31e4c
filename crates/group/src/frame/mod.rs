//! What stands in a datagram.
//!
//! Numbers have their highest byte first and fixed widths. Every frame begins with the same 48 bytes:
//!
//! | offset | bytes | field |
//! |--:|--:|---|
//! | 0 | 4 | magic: `f7 77 67 6f`. No text begins so: `f7` stands nowhere in UTF-8 |
//! | 4 | 1 | version: 1 |
//! | 5 | 1 | kind |
//! | 6 | 2 | length of the frame, which is that of the datagram |
//! | 8 | 8 | the group: FNV-1a (64 bits) of its name |
//! | 16 | 4 | promises: a hash of what all members must have in common |
//! | 20 | 8 | the sender's incarnation; of *again* that of whoever sent it first |
//! | 28 | 16 | the view that it is about: epoch, 8, and by whom, 8; zeroes for none |
//! | 44 | 4 | CRC-32C of the frame without this field |
//!
//! Then, by kind:
//!
//! | | kind | body |
//! |--:|---|---|
//! | 1 | *data* | sequence, 8; number of its first message, 8; length of the stamp, 2; messages, each behind its length, 2; the stamp |
//! | 2 | *again* | the same |
//! | 3 | *nak* | whose rank, 1; last packet asked for, 8; a holding |
//! | 4 | *status* | sent, 8; promise, 8; hears, 8; whether it is blocked, 1; how many ranks, 1; of each what was received, 8 |
//! | 5 | *join* | into which view, 16; last incarnation, 8; the sender's name |
//! | 6 | *leave* | nothing |
//! | 7 | *prepare* | a ballot |
//! | 8 | *promise* | a ballot; holdings; 1 byte: 0, or 1 and the proposal that was accepted |
//! | 9 | *propose* | a proposal |
//! | 10 | *accept* | a ballot |
//! | 11 | *commit* | a proposal |
//! | 12 | *ask* | the asker's number, 8 |
//! | 13 | *out* | the asker's number, 8; the seats of the header's view |
//! | 14 | *want state* | from which byte on, 8 |
//! | 15 | *state* | for whom, 8; total, 8; offset, 8; bytes. Without bytes, though there are some: it is too long to be given |
//! | 16 | *welcome* | for whom, 8; how many fates, 1, and of each the member, 8, and a number, 8; how many ranks, 1, and of each a number, 8 |
//! | 17 | *probe* | who is asked, 8; the asker's number, 8 |
//! | 18 | *here* | the asker's number, 8; how many members the header's view has, 1; whether it is blocked, 1. Who looks around: zeroes |
//!
//! | part | |
//! |---|---|
//! | name | its length, 1; 1 to 32 bytes |
//! | seats | how many, 1 to 64; of each the member, 8, and its name |
//! | holding | all through which packet, 8; how many words, 1; the words, 8 each |
//! | holdings | how many, 1; each |
//! | ballot | round, 4; by whom, 8 |
//! | proposal | a ballot; the next view, 16; its seats; the cut's holdings; whether it gives members up, 1 |
//!
//! A packet's stamp stands behind its messages, because it is written last: when the packet leaves.
//!
//! **A frame that is not refused is one that a member could have written**: there is one form for each, and nothing
//! follows it. Each count is bounded, so that a frame allocates no more than a small multiple of its own bytes.

mod body;
mod change;
mod codec;
mod data;
mod packer;
mod reader;

pub use codec::{Frame, seal, sender_of};

pub(crate) use body::{Body, Here, Holding, Join, Nak, Out, Probe, StateBytes, Status, Welcome};
pub(crate) use change::{Ballot, Change, Proposal};
pub(crate) use codec::{Header, again_of, data_of, encode};
pub(crate) use data::{DATA_OVERHEAD_MAX, Data, STAMP_BYTES_MAX};
pub(crate) use packer::Packer;

#[cfg(test)]
mod tests;
