//! What members send: one datagram, one frame.
//!
//! Numbers have their highest byte first. Every frame begins with the same 36 bytes:
//!
//! | offset | bytes | field |
//! |--:|--:|---|
//! | 0 | 4 | magic: `f7 77 68 67`. No text begins so: `f7` stands nowhere in UTF-8 |
//! | 4 | 1 | version: 1 |
//! | 5 | 1 | kind: 1 hello, 2 here, 3 say, 4 bye |
//! | 6 | 2 | length of the frame, which is that of the datagram |
//! | 8 | 8 | the group: FNV-1a (64 bits) of its name |
//! | 16 | 8 | incarnation: a random number that the sender drew when it began. An address is no identity |
//! | 24 | 8 | sequence: of *say* its number, from 1; of the others how many the sender has sent |
//! | 32 | 4 | CRC-32C of the frame without this field |
//!
//! Then, by kind:
//!
//! | kind | body |
//! |---|---|
//! | *hello* | the sender's name. It has begun; everybody answers with *here* |
//! | *here* | the sender's name; 2 bytes: how many; of each member that it heard of: 8 incarnation, 8 highest sequence, its name |
//! | *say* | the sender's name; Lamport time, LEB128, 1 to 10; hybrid time, 8; vector clock ([`VectorMap::encode`]); of each of its members but the sender, in its order: 8 highest sequence, its name; 2 length of the text, the text, UTF-8 |
//! | *bye* | the sender's name. It ends |
//!
//! A name is 1 byte of length, then 1 to 32 bytes. The vector clock counts *events* of a member; the sequence beside
//! it says up to which *message* the sender knows that member, which is what "missing" and orders are about. Names
//! stand there so that a log can name a host that its writer never heard itself.
//!
//! | limit | |
//! |---|--:|
//! | a frame | 16,384 bytes |
//! | a text | 1,024 bytes |
//! | members heard of, the sender among them | 256 |
//!
//! A *say* in a group of `n` members with names of 6 bytes takes about `50 + 27 n` bytes and its text: 256 of them fit.
//! Up to 14 of them the frame with the longest text fits into one Ethernet frame; a larger one is cut into fragments by
//! IP, and is lost when one of them is.
//!
//! **A frame is what a member writes or it is refused**: there is one form for each, and nothing follows it. Later
//! versions may add kinds: a member refuses those it does not know and goes on.

mod body;
mod reader;

pub use body::{Body, Known, Say};

use self::reader::Reader;
use wire::crc32c;

use crate::Reason;

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// For whom it is.
    pub group: GroupId,
    /// Who sent it.
    pub incarnation: u64,
    /// Of [`Body::Say`] the message's number, from 1; of the others how many messages the sender has sent.
    pub sequence: u64,
    /// The rest.
    pub body: Body,
}

/// A group's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupId(pub u64);

impl GroupId {
    /// The number of the group of that name: FNV-1a (Fowler, Noll and Vo), which spreads names well enough to tell
    /// apart groups that meet by mistake.
    pub fn of(name: &str) -> Self {
        let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }
}

impl Frame {
    /// Appends its bytes.
    ///
    /// # Panics
    /// When it is longer than [`FRAME_BYTES_MAX`], which no frame within the limits of its parts is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[VERSION, self.body.kind(), 0, 0]);
        out.extend_from_slice(&self.group.0.to_be_bytes());
        out.extend_from_slice(&self.incarnation.to_be_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&[0; 4]);
        self.body.encode(out);
        let frame = &mut out[start..];
        assert!(frame.len() <= FRAME_BYTES_MAX, "a frame within its limits");
        let length = frame.len() as u16;
        frame[LENGTH_AT..LENGTH_AT + 2].copy_from_slice(&length.to_be_bytes());
        let sum = crc32c(&[&frame[..SUM_AT], &frame[HEADER_BYTES..]]);
        frame[SUM_AT..HEADER_BYTES].copy_from_slice(&sum.to_be_bytes());
    }

    /// The frame that a datagram is, whatever group it is for. Allocates a small multiple of the datagram's length.
    ///
    /// # Errors
    /// Why it is none.
    pub fn decode(datagram: &[u8]) -> Result<Self, Reason> {
        if !datagram.starts_with(&MAGIC) {
            return Err(Reason::Foreign);
        }
        let mut input = Reader::new(&datagram[MAGIC.len()..]);
        if input.u8()? != VERSION {
            return Err(Reason::Version);
        }
        let (kind, length) = (input.u8()?, usize::from(input.u16()?));
        if datagram.len() < length.max(HEADER_BYTES) {
            return Err(Reason::Truncated);
        }
        if datagram.len() > length || length > FRAME_BYTES_MAX {
            return Err(Reason::Oversized);
        }
        let (group, incarnation, sequence) = (input.u64()?, input.u64()?, input.u64()?);
        if input.u32()? != crc32c(&[&datagram[..SUM_AT], &datagram[HEADER_BYTES..]]) {
            return Err(Reason::Checksum);
        }
        let body = Body::read(kind, incarnation, &mut input)?;
        let is_numbered = sequence > 0 || !matches!(body, Body::Say(_));
        if !input.is_empty() || !is_numbered || sequence > SEQUENCE_MAX {
            return Err(Reason::Malformed);
        }
        Ok(Self {
            group: GroupId(group),
            incarnation,
            sequence,
            body,
        })
    }
}

/// The longest frame. A longer datagram is refused before it is read.
pub const FRAME_BYTES_MAX: usize = 16_384;
/// The longest text of a message, which is that of the plain form.
pub const TEXT_BYTES_MAX: usize = 1024;
/// How many members a group may have in its life, those that left among them.
pub const MEMBERS_MAX: usize = 256;
/// A million messages a second for nine years: higher sequences and counts are made up. Whatever is believed, the
/// largest frame has room for it.
const SEQUENCE_MAX: u64 = 1 << 48;

const MAGIC: [u8; 4] = [0xf7, b'w', b'h', b'g'];
const VERSION: u8 = 1;
const LENGTH_AT: usize = 6;
const SUM_AT: usize = 32;
const HEADER_BYTES: usize = 36;

#[cfg(test)]
pub(crate) mod tests;
