//! Multiples of great primes lie anywhere; buckets keep those that lie near each other until there are many.
//!
//! To cross one off at once is to wait for memory, for each of them. A bucket holds those of one stretch, which stays in
//! the second-level cache while the bucket is emptied. (Oliveira e Silva, "Fast implementation of the segmented sieve of
//! Eratosthenes", 2002, keeps primes in lists by stretch; here the primes are not kept at all.)

use super::sieve::STRETCH;

/// A bucket for each stretch of some bytes.
pub(super) struct Buckets {
    /// Of each bucket in turn [`ROOM`] places: the byte in the stretch, and behind it three bits for the bit.
    places: Vec<u32>,
    filled: Vec<usize>,
}

impl Buckets {
    pub(super) fn new(bytes: usize) -> Self {
        let count = bytes.div_ceil(STRETCH);
        Self {
            places: vec![0; count * ROOM],
            filled: vec![0; count],
        }
    }

    /// Crosses off bit `bit` of byte `offset`, now or later.
    #[inline(always)]
    pub(super) fn put(&mut self, bytes: &mut [u8], offset: usize, bit: u32) {
        let bucket = offset / STRETCH;
        let filled = self.filled[bucket];
        self.places[bucket * ROOM + filled] = ((offset % STRETCH) as u32) << 3 | bit;
        self.filled[bucket] = filled + 1;
        if filled + 1 == ROOM {
            self.empty(bytes, bucket);
        }
    }

    /// Crosses off what is left.
    pub(super) fn empty_all(&mut self, bytes: &mut [u8]) {
        for bucket in 0..self.filled.len() {
            self.empty(bytes, bucket);
        }
    }

    #[inline(never)]
    fn empty(&mut self, bytes: &mut [u8], bucket: usize) {
        let end = bytes.len().min((bucket + 1) * STRETCH);
        let stretch = &mut bytes[bucket * STRETCH..end];
        for place in &self.places[bucket * ROOM..][..self.filled[bucket]] {
            stretch[(place >> 3) as usize] &= !(1 << (place & 7));
        }
        self.filled[bucket] = 0;
    }
}

/// Places in a bucket: four for each cache line of its stretch.
const ROOM: usize = 1 << 14;
