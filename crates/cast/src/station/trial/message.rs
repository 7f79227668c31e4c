//! What is said: when it was meant to be, its number, and bytes that are always the same.

/// Writes and checks messages of one length.
#[derive(Clone, Debug)]
pub(super) struct Form {
    rest: Vec<u8>,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// `CLOCK_MONOTONIC` when it was meant to be said, in nanoseconds: the same clock for all processes of a machine.
    pub intended_ns: u64,
    /// Which of its sender's messages, from 1.
    pub number: u64,
}

impl Form {
    /// Messages of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            rest: vec![FILL; bytes.saturating_sub(STAMP_BYTES)],
        }
    }

    /// Appends a message.
    pub(super) fn write(&self, stamp: Stamp, out: &mut Vec<u8>) {
        out.extend_from_slice(&stamp.intended_ns.to_be_bytes());
        out.extend_from_slice(&stamp.number.to_be_bytes());
        out.extend_from_slice(&self.rest);
    }

    /// What a message says; nothing where it is none of this form.
    pub(super) fn read(&self, message: &[u8]) -> Option<Stamp> {
        let (intended, rest) = message.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        (rest == self.rest).then(|| Stamp {
            intended_ns: u64::from_be_bytes(*intended),
            number: u64::from_be_bytes(*number),
        })
    }
}

/// The least that a message has.
pub const STAMP_BYTES: usize = 16;
const FILL: u8 = b'x';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let stamp = Stamp {
            intended_ns: 7,
            number: 1 << 40,
        };
        for bytes in [STAMP_BYTES, 64] {
            let (form, mut message) = (Form::new(bytes), Vec::new());
            form.write(stamp, &mut message);
            assert_eq!((message.len(), form.read(&message)), (bytes, Some(stamp)));
            assert_eq!(form.read(&message[1..]), None);
            message.push(FILL);
            assert_eq!(form.read(&message), None);
        }
        let (form, mut message) = (Form::new(64), Vec::new());
        form.write(stamp, &mut message);
        message[63] ^= 1;
        assert_eq!(form.read(&message), None);
    }
}
