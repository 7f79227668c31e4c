//! Takes fields off the front of a body.

use trace::NAME_BYTES_MAX;

use super::{Ballot, Holding};
use crate::view::MEMBERS_MAX;
use crate::{MemberId, Name, Reason, Seat, ViewId};

/// What is left of a body. What ends too early was written so, for the checksum was right.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// How many more words holdings may have.
    words: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            words: HOLDING_WORDS_MAX,
        }
    }

    /// All that is left.
    pub(super) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Reason::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Reason::Malformed)?;
        self.rest = rest;
        Ok(*taken)
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

    pub(super) fn is_so(&mut self) -> Result<bool, Reason> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Reason::Malformed),
        }
    }

    /// How many packets or messages, or which.
    pub(super) fn number(&mut self) -> Result<u64, Reason> {
        match self.u64()? {
            number if number <= NUMBER_MAX => Ok(number),
            _ => Err(Reason::Sequence),
        }
    }

    /// How many ranks.
    pub(super) fn count(&mut self) -> Result<usize, Reason> {
        match usize::from(self.u8()?) {
            count if count <= MEMBERS_MAX => Ok(count),
            _ => Err(Reason::Members),
        }
    }

    pub(super) fn numbers(&mut self) -> Result<Vec<u64>, Reason> {
        let count = self.count()?;
        (0..count).map(|_| self.number()).collect()
    }

    pub(super) fn member(&mut self) -> Result<MemberId, Reason> {
        match self.u64()? {
            0 => Err(Reason::Malformed),
            member => Ok(MemberId(member)),
        }
    }

    /// A view, or none.
    pub(super) fn view(&mut self) -> Result<ViewId, Reason> {
        let view = ViewId {
            epoch: self.u64()?,
            by: MemberId(self.u64()?),
        };
        let is_view = view.epoch > 0 && view.by.0 > 0;
        match view.epoch {
            _ if !is_view && view != ViewId::NONE => Err(Reason::Malformed),
            ..=NUMBER_MAX => Ok(view),
            _ => Err(Reason::Sequence),
        }
    }

    pub(super) fn name(&mut self) -> Result<Name, Reason> {
        let length = usize::from(self.u8()?);
        if length > NAME_BYTES_MAX {
            return Err(Reason::Malformed);
        }
        let text = std::str::from_utf8(self.bytes(length)?);
        text.ok()
            .and_then(|text| Name::new(text).ok())
            .ok_or(Reason::Malformed)
    }

    /// At least one seat, and nobody in two.
    pub(super) fn seats(&mut self) -> Result<Vec<Seat>, Reason> {
        let count = self.count()?;
        let mut seats: Vec<Seat> = Vec::with_capacity(count);
        for _ in 0..count {
            let (member, name) = (self.member()?, self.name()?);
            if seats.iter().any(|seat| seat.member == member) {
                return Err(Reason::Malformed);
            }
            seats.push(Seat { member, name });
        }
        match seats.is_empty() {
            true => Err(Reason::Malformed),
            false => Ok(seats),
        }
    }

    pub(super) fn holding(&mut self) -> Result<Holding, Reason> {
        let through = self.number()?;
        let count = usize::from(self.u8()?);
        if count > RING_WORDS_MAX || count > self.words {
            return Err(Reason::Malformed);
        }
        self.words -= count;
        let beyond: Vec<u64> = (0..count).map(|_| self.u64()).collect::<Result<_, _>>()?;
        match beyond.last() {
            Some(0) => Err(Reason::Malformed),
            _ => Ok(Holding { through, beyond }),
        }
    }

    /// Of several ranks, which together have at most [`HOLDING_WORDS_MAX`] words.
    pub(super) fn holdings(&mut self) -> Result<Vec<Holding>, Reason> {
        self.words = HOLDING_WORDS_MAX;
        let count = self.count()?;
        (0..count).map(|_| self.holding()).collect()
    }

    pub(super) fn ballot(&mut self) -> Result<Ballot, Reason> {
        match (self.u32()?, self.member()?) {
            (0, _) => Err(Reason::Malformed),
            (round, by) => Ok(Ballot { round, by }),
        }
    }
}

/// A million packets a second for nine years: greater numbers are made up.
pub(super) const NUMBER_MAX: u64 = 1 << 48;
/// A ring has at most twice the largest window of 4,096 packets.
pub(super) const RING_WORDS_MAX: usize = 2 * 4096 / 64;
/// How many words all holdings of a list have at most together: two lists of them, of 64 ranks each, fit into the largest datagram.
pub(super) const HOLDING_WORDS_MAX: usize = 3072;
