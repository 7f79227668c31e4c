//! Packs messages into a packet, in the place from which it is sent.

use super::codec::{HEADER_BYTES, seal, write_header};
use super::data::{FIXED_BYTES, fixed};
use super::{DATA_OVERHEAD_MAX, Header, STAMP_BYTES_MAX};
use crate::Settings;
use crate::frame::codec::DATA;

/// The open packet: messages one after another, behind room for what stands before them. Its memory is used again and again.
#[derive(Debug)]
pub(crate) struct Packer {
    buffer: Vec<u8>,
    datagram_bytes: usize,
    /// How many messages are in the open packet.
    count: u64,
    /// The number of the message that comes next.
    next: u64,
    /// How long the last stamp was: so much is kept free.
    stamp_bytes: usize,
    /// Whether the buffer holds the packet that has just left.
    is_sealed: bool,
}

impl Packer {
    /// An empty packet; the first message has the number 1.
    pub fn new(settings: &Settings) -> Self {
        let mut buffer = Vec::with_capacity(settings.datagram_bytes + STAMP_BYTES_MAX);
        buffer.resize(MESSAGES_AT, 0);
        Self {
            buffer,
            datagram_bytes: settings.datagram_bytes,
            count: 0,
            next: 1,
            stamp_bytes: 0,
            is_sealed: false,
        }
    }

    /// Forgets what is in it: the message that comes next has that number.
    pub fn restart(&mut self, next: u64) {
        self.clear();
        self.next = next;
    }

    /// Puts a message into the packet, with the next number. False, and nothing is done, where it does not fit: then the packet is to
    /// leave first. One that is not longer than [`Settings::message_bytes_max`] fits into an empty one.
    pub fn push(&mut self, message: &[u8]) -> bool {
        let room = STAMP_ROOM.max(self.stamp_bytes);
        let used = if self.is_sealed {
            MESSAGES_AT
        } else {
            self.buffer.len()
        };
        let bytes = used + LENGTH_BYTES + message.len();
        if bytes + room > self.datagram_bytes
            && (self.count > 0 || bytes + STAMP_ROOM > self.datagram_bytes)
        {
            return false;
        }
        if self.is_sealed {
            self.clear();
        }
        self.buffer
            .extend_from_slice(&(message.len() as u16).to_be_bytes());
        self.buffer.extend_from_slice(message);
        self.count += 1;
        self.next += 1;
        true
    }

    /// Whether no message is in it.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of its first message; of an empty one, of the message that comes next.
    pub fn first(&self) -> u64 {
        self.next - self.count
    }

    /// The packet as a datagram; `stamp` appends the order's stamp. The next message begins a new one.
    pub fn seal(
        &mut self,
        header: &Header,
        sequence: u64,
        stamp: impl FnOnce(&mut Vec<u8>),
    ) -> &[u8] {
        if self.is_sealed {
            self.clear();
        }
        let first = self.first();
        let behind_messages = self.buffer.len();
        stamp(&mut self.buffer);
        self.stamp_bytes = self.buffer.len() - behind_messages;
        let (head, _) = self
            .buffer
            .split_first_chunk_mut::<HEADER_BYTES>()
            .expect("room for the header");
        write_header(head, DATA, header);
        self.buffer[HEADER_BYTES..MESSAGES_AT].copy_from_slice(&fixed(
            sequence,
            first,
            self.stamp_bytes,
        ));
        seal(&mut self.buffer);
        self.count = 0;
        self.is_sealed = true;
        &self.buffer
    }

    fn clear(&mut self) {
        self.buffer.truncate(MESSAGES_AT);
        self.count = 0;
        self.is_sealed = false;
    }
}

const MESSAGES_AT: usize = HEADER_BYTES + FIXED_BYTES;
const LENGTH_BYTES: usize = 2;
/// What is kept free for a stamp at the least: what the overhead leaves beside one message.
const STAMP_ROOM: usize = DATA_OVERHEAD_MAX - MESSAGES_AT - LENGTH_BYTES;
