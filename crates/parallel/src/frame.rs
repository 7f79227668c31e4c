//! What a worker hands over: a piece and what is in it, as bytes.
//!
//! ```text
//!   share · first · last · count · steps · begin · end · bytes      eight 64-bit words, and then
//!   the primes: the distance of each from the one before (of the first, from the piece's first number),
//!   seven bits a byte, the lowest first, the top bit set where more follow (LEB128)
//! ```
//! Below 2^64 no two neighbours among the primes are 1,600 apart, and nearly all are less than 128: a
//! byte for each.

use primes::{Range, Steps};
use timing::Tick;

/// A piece that was searched; the primes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The share that the piece is a part of.
    pub(crate) share: u64,
    pub(crate) piece: Range,
    pub(crate) count: u64,
    pub(crate) steps: Steps,
    pub(crate) begin: Tick,
    pub(crate) end: Tick,
    /// How many bytes of primes follow.
    pub(crate) bytes: usize,
}

impl Header {
    /// The header as bytes, at the front of a frame.
    pub(crate) fn write(&self, frame: &mut [u8; HEADER]) {
        let words = [
            self.share,
            self.piece.first(),
            self.piece.last(),
            self.count,
            self.steps.0,
            self.begin.as_nanos(),
            self.end.as_nanos(),
            self.bytes as u64,
        ];
        for (place, word) in frame.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }

    /// # Panics
    /// When the bytes are not what a worker wrote.
    pub(crate) fn read(frame: &[u8; HEADER]) -> Self {
        let word = |index: usize| {
            let bytes = &frame[index * 8..index * 8 + 8];
            u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
        };
        Self {
            share: word(0),
            piece: Range::new(word(1), word(2)).expect("a worker's piece has numbers"),
            count: word(3),
            steps: Steps(word(4)),
            begin: Tick::from_nanos(word(5)),
            end: Tick::from_nanos(word(6)),
            bytes: usize::try_from(word(7)).expect("a worker's piece fits in memory"),
        }
    }
}

/// Appends the primes of a piece.
pub(crate) fn pack(piece: Range, primes: &[u64], bytes: &mut Vec<u8>) {
    let mut before = piece.first();
    for &prime in primes {
        let mut gap = prime - before;
        before = prime;
        while gap >= 0x80 {
            bytes.push(gap as u8 | 0x80);
            gap >>= 7;
        }
        bytes.push(gap as u8);
    }
}

/// Appends the primes that [`pack`] was given.
pub(crate) fn unpack(piece: Range, bytes: &[u8], primes: &mut Vec<u64>) {
    let (mut prime, mut gap, mut shift) = (piece.first(), 0, 0);
    for &byte in bytes {
        gap |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            prime += gap;
            primes.push(prime);
            (gap, shift) = (0, 0);
        }
    }
}

/// Bytes of a header.
pub(crate) const HEADER: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: u64, last: u64, primes: &[u64], length: usize) {
        let piece = Range::new(first, last).expect("numbers");
        let (mut bytes, mut back) = (Vec::new(), Vec::new());
        pack(piece, primes, &mut bytes);
        unpack(piece, &bytes, &mut back);
        assert_eq!((back.as_slice(), bytes.len()), (primes, length));
    }

    #[test]
    fn primes_come_back_a_byte_each_where_they_are_near() {
        check(0, 10, &[2, 3, 5, 7], 4);
        check(2, 10, &[2, 3, 5, 7], 4);
        check(24, 28, &[], 0);
        check(1, 1_000, &[127, 257, 997], 5);
        check(0, u64::MAX, &[u64::MAX], 10);
    }

    #[test]
    fn a_header_comes_back() {
        let header = Header {
            share: 3,
            piece: Range::new(5, u64::MAX).expect("numbers"),
            count: 7,
            steps: Steps(u64::MAX),
            begin: Tick::from_nanos(1),
            end: Tick::from_nanos(2),
            bytes: 70_000,
        };
        let mut bytes = [0; HEADER];
        header.write(&mut bytes);
        assert_eq!(Header::read(&bytes), header);
    }
}
