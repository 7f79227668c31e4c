//! Takes fields off the front of a datagram.

use trace::NAME_BYTES_MAX;

use crate::{Name, Reason};

/// What is left of a datagram. What ends too early was written so, for the checksum was right: [`Reason::Malformed`];
/// in the header it is [`Reason::Truncated`], which its length has not yet told.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
    short: Reason,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            short: Reason::Truncated,
        }
    }

    /// From here on the checksum vouches for the bytes.
    pub(super) fn is_vouched_for(&mut self) {
        self.short = Reason::Malformed;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(self.short)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Reason> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Reason> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Reason> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Reason> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn text(&mut self, count: usize) -> Result<&'a str, Reason> {
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Reason::Malformed)
    }

    pub(super) fn name(&mut self) -> Result<Name, Reason> {
        let length = usize::from(self.u8()?);
        if length > NAME_BYTES_MAX {
            return Err(Reason::Malformed);
        }
        Name::new(self.text(length)?).map_err(|_| Reason::Malformed)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(self.short)?;
        self.rest = rest;
        Ok(*taken)
    }
}
