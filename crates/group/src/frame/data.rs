//! Packets: what is numbered, repaired and ordered, with the messages in it.

use super::reader::{NUMBER_MAX, Reader};
use crate::Reason;

/// A packet of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Data<'a> {
    /// Which of its sender's packets in this view, from 1.
    pub sequence: u64,
    /// The number of its first message; of a packet without messages, of the one that comes next.
    pub first: u64,
    /// The order's stamp: at most [`STAMP_BYTES_MAX`].
    pub stamp: &'a [u8],
    /// The messages, each behind its length in 2 bytes.
    pub messages: Messages<'a>,
}

/// Messages, each behind its length in 2 bytes; checked when they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Messages<'a>(pub &'a [u8]);

impl<'a> Messages<'a> {
    /// Them, in their order.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            let (message, behind) = behind.split_at(usize::from(u16::from_be_bytes(*length)));
            rest = behind;
            Some(message)
        })
    }

    /// Whether their lengths lead to the end, and how many they are.
    fn count(self) -> Option<u64> {
        let (mut rest, mut count) = (self.0, 0);
        while !rest.is_empty() {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            rest = behind.get(usize::from(u16::from_be_bytes(*length))..)?;
            count += 1;
        }
        Some(count)
    }
}

impl<'a> Data<'a> {
    /// Reads all that is left.
    pub(super) fn read(input: &mut Reader<'a>) -> Result<Self, Reason> {
        let (sequence, first) = (input.number()?, input.number()?);
        let stamp_bytes = usize::from(input.u16()?);
        let rest = input.take_rest();
        if stamp_bytes > STAMP_BYTES_MAX {
            return Err(Reason::Stamp);
        }
        let messages_bytes = rest.len().checked_sub(stamp_bytes);
        let (messages, stamp) = rest.split_at(messages_bytes.ok_or(Reason::Malformed)?);
        let messages = Messages(messages);
        let count = messages.count().ok_or(Reason::Malformed)?;
        if sequence == 0 || first == 0 || first + count > NUMBER_MAX {
            return Err(Reason::Sequence);
        }
        Ok(Self {
            sequence,
            first,
            stamp,
            messages,
        })
    }

    /// Reads what was checked before.
    pub(super) fn reread(body: &'a [u8]) -> Self {
        let (fixed, rest) = body
            .split_first_chunk::<FIXED_BYTES>()
            .expect("a packet that was checked");
        let [sequence, first] = fixed.first_chunk::<16>().map_or([0; 2], |numbers| {
            let number = |at: usize| std::array::from_fn(|byte| numbers[at + byte]);
            [0, 8].map(|at| u64::from_be_bytes(number(at)))
        });
        let stamp_bytes = u16::from_be_bytes([fixed[16], fixed[17]]);
        let (messages, stamp) = rest.split_at(rest.len() - usize::from(stamp_bytes));
        Self {
            sequence,
            first,
            stamp,
            messages: Messages(messages),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&fixed(self.sequence, self.first, self.stamp.len()));
        out.extend_from_slice(self.messages.0);
        out.extend_from_slice(self.stamp);
    }
}

/// What stands before the messages.
pub(super) fn fixed(sequence: u64, first: u64, stamp_bytes: usize) -> [u8; FIXED_BYTES] {
    debug_assert!(stamp_bytes <= STAMP_BYTES_MAX, "a stamp of {stamp_bytes}");
    let mut fixed = [0; FIXED_BYTES];
    fixed[..8].copy_from_slice(&sequence.to_be_bytes());
    fixed[8..16].copy_from_slice(&first.to_be_bytes());
    fixed[16..].copy_from_slice(&(stamp_bytes as u16).to_be_bytes());
    fixed
}

/// How many bytes of a packet's body stand before its messages.
pub(super) const FIXED_BYTES: usize = 18;

/// The longest stamp that an order may write into one packet. A causal one of 64 members takes 520 bytes; with the longest message
/// of the largest datagram it still fits into what UDP carries.
pub(crate) const STAMP_BYTES_MAX: usize = 528;

/// How many bytes of a datagram are not a message's, at the most, where the stamp is short (28 bytes). A packet of one message that
/// has a longer one is a datagram that much longer.
pub(crate) const DATA_OVERHEAD_MAX: usize = 96;
