//! Packets: what is numbered, repaired and ordered, with the messages in it.

/// A packet of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Data<'a> {
    /// Which of its sender's packets in this view, from 1.
    pub sequence: u64,
    /// The number of its first message; of a packet without messages, of the one that comes next.
    pub first: u64,
    /// The order's stamp: at most [`STAMP_BYTES_MAX`](super::data::STAMP_BYTES_MAX).
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
}

/// The longest stamp that an order may write into one packet. A causal one of 64 members takes 520 bytes.
pub(crate) const STAMP_BYTES_MAX: usize = 640;

/// How many bytes of a datagram are not a message's, at the most, where the stamp is short (16 bytes).
pub(crate) const DATA_OVERHEAD_MAX: usize = 96;
