//! A question, read where it lies.
//!
//! ```text
//!   header 12 bytes · question (name, type u16, class u16) · authority (of IXFR only) · additional (OPT, others, TSIG last)
//! ```
//!
//! What is not as it must be is told to the asker (FORMERR), not guessed at. One thing is let pass, as BIND and NSD do: bytes
//! behind the last record. They are not looked at.

use naming::RecordType;

use crate::edns::Edns;

/// A question, and what came with it.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    name: [u8; 256],
    name_bytes: usize,
    /// What is asked for.
    pub record_type: RecordType,
    /// In which class.
    pub class: u16,
    /// The first byte of the message behind the question.
    pub end: usize,
    /// What the asker's side can do.
    pub edns: Option<Edns>,
    /// Whether the last record is a signature with a shared key.
    pub has_tsig: bool,
}

/// A message that is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadError {
    /// The first byte behind the question, if that could be read.
    pub question_end: Option<usize>,
}

impl Question {
    /// Reads a message that has a whole header.
    ///
    /// # Errors
    /// When it has not exactly one question, or is malformed.
    pub(crate) fn read(message: &[u8]) -> Result<Self, ReadError> {
        let unread = ReadError { question_end: None };
        if count(message, 4) != 1 {
            return Err(unread);
        }
        let name_end = plain_name_end(message, HEADER_BYTES).ok_or(unread)?;
        let fixed = message.get(name_end..name_end + 4).ok_or(unread)?;
        let mut question = Self {
            name: [0; 256],
            name_bytes: name_end - HEADER_BYTES,
            record_type: RecordType(u16::from_be_bytes([fixed[0], fixed[1]])),
            class: u16::from_be_bytes([fixed[2], fixed[3]]),
            end: name_end + 4,
            edns: None,
            has_tsig: false,
        };
        // The lengths of labels lie below the letters, so they stay as they are.
        let name = &mut question.name[..question.name_bytes];
        name.copy_from_slice(&message[HEADER_BYTES..name_end]);
        name.make_ascii_lowercase();
        let malformed = ReadError {
            question_end: Some(question.end),
        };
        question.read_rest(message).ok_or(malformed)?;
        Ok(question)
    }

    /// The name as in a message: absolute, with the root's zero byte, in lower case.
    pub(crate) fn name(&self) -> &[u8] {
        &self.name[..self.name_bytes]
    }

    /// The sections behind the question; none where they are malformed.
    fn read_rest(&mut self, message: &[u8]) -> Option<()> {
        let (answers, authority, additional) =
            (count(message, 6), count(message, 8), count(message, 10));
        // The SOA that the asker has (RFC 1995, section 3).
        let has_own_soa = self.record_type == RecordType::IXFR;
        if answers != 0 || (authority != 0 && !has_own_soa) {
            return None;
        }
        let mut at = self.end;
        for _ in 0..authority {
            at = Record::read(message, at)?.end;
        }
        for left in (0..additional).rev() {
            let record = Record::read(message, at)?;
            match record.record_type {
                RecordType::OPT => {
                    if self.edns.is_some() || !record.is_root {
                        return None;
                    }
                    self.edns = Some(Edns::read(record.class, record.ttl, record.data)?);
                }
                RecordType::TSIG if left > 0 => return None,
                RecordType::TSIG => self.has_tsig = true,
                _ => {}
            }
            at = record.end;
        }
        Some(())
    }
}

/// A record where it lies.
struct Record<'a> {
    is_root: bool,
    record_type: RecordType,
    class: u16,
    ttl: u32,
    data: &'a [u8],
    end: usize,
}

impl<'a> Record<'a> {
    fn read(message: &'a [u8], at: usize) -> Option<Self> {
        let name_end = name_end(message, at)?;
        let (fixed, rest) = message.get(name_end..)?.split_first_chunk::<10>()?;
        let data_bytes = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        Some(Self {
            is_root: message[at] == 0,
            record_type: RecordType(u16::from_be_bytes([fixed[0], fixed[1]])),
            class: u16::from_be_bytes([fixed[2], fixed[3]]),
            ttl: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            data: rest.get(..data_bytes)?,
            end: name_end + 10 + data_bytes,
        })
    }
}

/// The number at that place of the header.
fn count(message: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([message[at], message[at + 1]])
}

/// Where a name ends that has no pointer in it: of at most 255 bytes, in labels of at most 63.
fn plain_name_end(message: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let length = *message.get(at)?;
        at += 1;
        match length {
            0 => break,
            1..=LABEL_BYTES_MAX => at += usize::from(length),
            _ => return None,
        }
    }
    (at - start <= NAME_BYTES_MAX).then_some(at)
}

/// Where a name ends that may end in a pointer. A pointer leads back (RFC 1035, section 4.1.4); it is not followed.
fn name_end(message: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return (at + 1 - start <= NAME_BYTES_MAX).then_some(at + 1),
            1..=LABEL_BYTES_MAX => at += 1 + usize::from(length),
            0xc0.. => {
                let target = usize::from(length & 0x3f) << 8 | usize::from(*message.get(at + 1)?);
                let leads_back = (HEADER_BYTES..start).contains(&target);
                return (leads_back && at - start < NAME_BYTES_MAX).then_some(at + 2);
            }
            _ => return None,
        }
    }
}

/// RFC 1035, section 4.1.1.
pub(crate) const HEADER_BYTES: usize = 12;

/// RFC 1035, section 2.3.4.
const LABEL_BYTES_MAX: u8 = 63;

/// RFC 1035, section 2.3.4.
const NAME_BYTES_MAX: usize = 255;
