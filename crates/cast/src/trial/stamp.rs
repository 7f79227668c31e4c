//! What the bytes of a trial's datagram are.
//!
//! | bytes | what |
//! |---|---|
//! | 0 to 7 | its number, from 0 |
//! | 8 to 15 | when it was meant to leave, in nanoseconds of the run's clock |
//! | 16 to 19 | the run's token |
//! | from 20 | words that follow from all of the above |
//!
//! All numbers are little-endian.

use stats::{GOLDEN, mixed};

/// What a datagram says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its number in the run, from 0.
    pub number: u64,
    /// When it was meant to leave, in nanoseconds of the run's clock.
    pub intended_ns: u64,
    /// Tells the run's datagrams from others.
    pub token: u32,
}

/// Why bytes are no datagram of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// They are somebody else's.
    Stray,
    /// They say that they are the run's, and are not what was sent.
    Corrupt,
}

/// The shortest datagram that has room for a stamp, and for a few bytes that follow from it.
pub const STAMP_BYTES: usize = 24;

impl Stamp {
    /// Fills a datagram.
    ///
    /// # Panics
    /// When it is shorter than [`STAMP_BYTES`].
    pub fn write(&self, datagram: &mut [u8]) {
        assert!(datagram.len() >= STAMP_BYTES, "a datagram has a stamp");
        let (head, rest) = datagram.split_at_mut(HEAD_BYTES);
        head[..8].copy_from_slice(&self.number.to_le_bytes());
        head[8..16].copy_from_slice(&self.intended_ns.to_le_bytes());
        head[16..].copy_from_slice(&self.token.to_le_bytes());
        let mut word = self.first_word();
        let mut chunks = rest.chunks_exact_mut(8);
        for chunk in &mut chunks {
            chunk.copy_from_slice(&word.to_le_bytes());
            word = word.wrapping_add(GOLDEN);
        }
        let end = chunks.into_remainder();
        end.copy_from_slice(&word.to_le_bytes()[..end.len()]);
    }

    /// Reads a datagram and checks each of its bytes; it should be `whole_bytes` long.
    ///
    /// # Errors
    /// When it is none of the run's, or not what was sent.
    pub fn read(datagram: &[u8], whole_bytes: usize, token: u32) -> Result<Self, Wrong> {
        let number = |at: usize| Some(u64::from_le_bytes(*datagram.get(at..)?.first_chunk()?));
        let own = datagram.get(16..).and_then(|rest| rest.first_chunk());
        let (Some(number), Some(intended_ns), Some(own)) = (number(0), number(8), own) else {
            return Err(Wrong::Stray);
        };
        if u32::from_le_bytes(*own) != token {
            return Err(Wrong::Stray);
        }
        let stamp = Self {
            number,
            intended_ns,
            token,
        };
        let is_whole =
            datagram.len() == whole_bytes && stamp.is_followed_by(&datagram[HEAD_BYTES..]);
        if is_whole {
            Ok(stamp)
        } else {
            Err(Wrong::Corrupt)
        }
    }

    fn is_followed_by(&self, rest: &[u8]) -> bool {
        let mut word = self.first_word();
        let chunks = rest.chunks_exact(8);
        let end = chunks.remainder();
        // Without a branch a word, so that several are compared at once.
        let mut differing = 0;
        for chunk in chunks {
            let found = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
            differing |= found ^ word;
            word = word.wrapping_add(GOLDEN);
        }
        differing == 0 && word.to_le_bytes().starts_with(end)
    }

    /// Mixes all that the stamp says.
    fn first_word(&self) -> u64 {
        let number = self.number.wrapping_mul(GOLDEN);
        mixed(number ^ self.intended_ns.rotate_left(32) ^ u64::from(self.token))
    }
}

const HEAD_BYTES: usize = 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datagram(stamp: Stamp, bytes: usize) -> Vec<u8> {
        let mut datagram = vec![0; bytes];
        stamp.write(&mut datagram);
        datagram
    }

    fn stamps() -> impl Strategy<Value = Stamp> {
        let all = (any::<u64>(), any::<u64>(), any::<u32>());
        all.prop_map(|(number, intended_ns, token)| Stamp {
            number,
            intended_ns,
            token,
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(stamp in stamps(), bytes in STAMP_BYTES..3000) {
            let datagram = datagram(stamp, bytes);
            prop_assert_eq!(Stamp::read(&datagram, bytes, stamp.token), Ok(stamp));
        }

        #[test]
        fn no_byte_can_be_another(
            stamp in stamps(), bytes in STAMP_BYTES..300, at in any::<prop::sample::Index>(), by in 1..=255_u8,
        ) {
            let mut datagram = datagram(stamp, bytes);
            datagram[at.index(bytes)] ^= by;
            prop_assert!(Stamp::read(&datagram, bytes, stamp.token).is_err());
        }

        #[test]
        fn no_length_can_be_another(stamp in stamps(), bytes in STAMP_BYTES..300, cut in 0..300_usize) {
            let mut datagram = datagram(stamp, bytes);
            datagram.resize(cut, 0);
            let read = Stamp::read(&datagram, bytes, stamp.token);
            prop_assert_eq!(read.is_ok(), cut == bytes);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100), token in any::<u32>()) {
            let _ = Stamp::read(&bytes, bytes.len(), token);
        }
    }

    #[test]
    fn somebody_elses_datagram_is_a_stray() {
        let stamp = Stamp {
            number: 1,
            intended_ns: 2,
            token: 3,
        };
        let datagram = datagram(stamp, 64);
        assert_eq!(Stamp::read(&datagram, 64, 4), Err(Wrong::Stray));
        assert_eq!(Stamp::read(b"hello", 64, 3), Err(Wrong::Stray));
        assert_eq!(Stamp::read(&datagram, 65, 3), Err(Wrong::Corrupt));
    }
}
