//! The header, and a frame as a whole.

use wire::crc32c;

use super::reader::Reader;
use super::{Body, Data};
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
    /// Reads a datagram. Allocates no more than the datagram has bytes, times a small number; for packets nothing.
    ///
    /// # Errors
    /// When no member can have written it.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, Reason> {
        let (head, body) = split(datagram)?;
        let mut input = Reader::new(&head[GROUP_AT..SUM_AT]);
        let header = Header {
            group: GroupId(input.u64()?),
            promises: input.u32()?,
            sender: input.member()?,
            view: input.view()?,
        };
        let mut input = Reader::new(body);
        let body = Body::read(head[KIND_AT], &header, &mut input)?;
        match input.is_empty() {
            true => Ok(Self { header, body }),
            false => Err(Reason::Malformed),
        }
    }

    /// What it is, in a word; a packet without messages has a stamp alone, which is an order.
    pub fn kind(&self) -> &'static str {
        match &self.body {
            Body::Data(data) if data.messages.iter().next().is_none() => "order",
            Body::Data(_) => "data",
            Body::Again(_) => "again",
            Body::Nak(_) => "nak",
            Body::Status(_) => "status",
            Body::Join(_) => "join",
            Body::Leave => "leave",
            Body::Change(_) => "change",
            Body::Ask(_) => "ask",
            Body::Out(_) => "out",
            Body::WantState(_) => "want state",
            Body::State(_) => "state",
            Body::Welcome(_) => "welcome",
            Body::Probe(_) => "probe",
            Body::Here(_) => "here",
        }
    }
}

/// The header's bytes and the body's, with the checksum right.
fn split(datagram: &[u8]) -> Result<(&[u8; HEADER_BYTES], &[u8]), Reason> {
    if !datagram.starts_with(&MAGIC) {
        return Err(Reason::Foreign);
    }
    if *datagram.get(VERSION_AT).ok_or(Reason::Truncated)? != VERSION {
        return Err(Reason::Version);
    }
    let (head, body) = datagram.split_first_chunk().ok_or(Reason::Truncated)?;
    let length = usize::from(u16::from_be_bytes([head[LENGTH_AT], head[LENGTH_AT + 1]]));
    if datagram.len() < length.max(HEADER_BYTES) {
        return Err(Reason::Truncated);
    }
    if datagram.len() > length || length > FRAME_BYTES_MAX {
        return Err(Reason::Oversized);
    }
    match head[SUM_AT..] == checksum(datagram) {
        true => Ok((head, body)),
        false => Err(Reason::Checksum),
    }
}

/// Writes a frame behind what is in `out` (which is usually empty).
///
/// # Panics
/// When it is longer than [`FRAME_BYTES_MAX`], which no frame within the limits of its parts is.
pub(crate) fn encode(header: &Header, body: &Body<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    let mut head = [0; HEADER_BYTES];
    write_header(&mut head, body.kind(), header);
    out.extend_from_slice(&head);
    body.write(out);
    seal(&mut out[start..]);
}

/// Everything but length and checksum.
pub(super) fn write_header(head: &mut [u8; HEADER_BYTES], kind: u8, header: &Header) {
    head[..VERSION_AT].copy_from_slice(&MAGIC);
    head[VERSION_AT] = VERSION;
    head[KIND_AT] = kind;
    head[GROUP_AT..16].copy_from_slice(&header.group.0.to_be_bytes());
    head[16..SENDER_AT].copy_from_slice(&header.promises.to_be_bytes());
    head[SENDER_AT..VIEW_AT].copy_from_slice(&header.sender.0.to_be_bytes());
    head[VIEW_AT..36].copy_from_slice(&header.view.epoch.to_be_bytes());
    head[36..SUM_AT].copy_from_slice(&header.view.by.0.to_be_bytes());
}

/// Writes length and checksum of a frame that is otherwise whole: also of one that was tampered with, for whoever tries out what
/// members make of it.
///
/// # Panics
/// When it is shorter than the header, or longer than a datagram may be.
pub fn seal(frame: &mut [u8]) {
    let bytes = frame.len();
    assert!(bytes <= FRAME_BYTES_MAX, "a frame within its limits");
    frame[LENGTH_AT..GROUP_AT].copy_from_slice(&(bytes as u16).to_be_bytes());
    let sum = checksum(frame);
    frame[SUM_AT..HEADER_BYTES].copy_from_slice(&sum);
}

fn checksum(frame: &[u8]) -> [u8; 4] {
    crc32c(&[&frame[..SUM_AT], &frame[HEADER_BYTES..]]).to_be_bytes()
}

/// The packet in a datagram that was checked, or made here: of kind *data* or *again*.
pub(crate) fn data_of(datagram: &[u8]) -> Data<'_> {
    Data::reread(&datagram[HEADER_BYTES..])
}

/// Writes the packet of a datagram that was checked, or made here, as one that is sent again behind what is in `out`.
pub(crate) fn again_of(datagram: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(datagram);
    out[start + KIND_AT] = AGAIN;
    seal(&mut out[start..]);
}

/// Who sent this datagram itself, for drivers that learn addresses: none where it is no frame, or a packet that is
/// sent again (its header names who sent it first). The checksum is not looked at: whoever believes it checks the frame, or
/// bounds what it remembers.
pub fn sender_of(datagram: &[u8]) -> Option<MemberId> {
    let head = datagram.first_chunk::<HEADER_BYTES>()?;
    let is_frame = head.starts_with(&MAGIC) && head[VERSION_AT] == VERSION;
    let sender = head[SENDER_AT..].first_chunk()?;
    let sender = MemberId(u64::from_be_bytes(*sender));
    (is_frame && head[KIND_AT] != AGAIN && sender.0 != 0).then_some(sender)
}

/// What UDP over IPv4 carries.
pub(super) const FRAME_BYTES_MAX: usize = 65_507;
pub(super) const HEADER_BYTES: usize = 48;
/// The kind of packets.
pub(super) const DATA: u8 = 1;
/// The kind of packets that are sent again.
pub(super) const AGAIN: u8 = 2;

const MAGIC: [u8; 4] = [0xf7, b'w', b'g', b'o'];
const VERSION: u8 = 1;
const VERSION_AT: usize = 4;
const KIND_AT: usize = 5;
const LENGTH_AT: usize = 6;
const GROUP_AT: usize = 8;
const SENDER_AT: usize = 20;
const VIEW_AT: usize = 28;
const SUM_AT: usize = 44;
