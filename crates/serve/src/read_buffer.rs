//! Where a worker reads into: small, until a read fills it.

use rustix::buffer::{SpareCapacity, spare_capacity};

/// A buffer that is used for one read after another. It grows when a read fills it, so a worker whose
/// clients send little holds little: of a thousand threads each page counts.
#[derive(Debug)]
pub(crate) struct ReadBuffer(Vec<u8>);

impl ReadBuffer {
    /// For a worker with one connection at a time.
    pub(crate) fn small() -> Self {
        Self(Vec::with_capacity(SMALL))
    }

    /// For a worker with many.
    pub(crate) fn large() -> Self {
        Self(Vec::with_capacity(LARGE))
    }

    /// Room for the next read, in place of the last.
    pub(crate) fn room(&mut self) -> SpareCapacity<'_, u8> {
        if self.0.len() == self.0.capacity() {
            let more = (self.0.capacity() * 4).min(LARGE);
            self.0 = Vec::with_capacity(more);
        }
        self.0.clear();
        spare_capacity(&mut self.0)
    }

    /// What the last read brought.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

const SMALL: usize = 512;
/// As much as a socket usually has ready; longer requests take several reads.
const LARGE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_fills_it_makes_it_larger_up_to_a_bound() {
        let mut buffer = ReadBuffer::small();
        for expected in [SMALL, 4 * SMALL, 16 * SMALL, LARGE, LARGE] {
            buffer.room();
            assert_eq!(buffer.0.capacity(), expected);
            buffer.0.resize(expected, 0);
        }
        buffer.0.truncate(5);
        assert_eq!(buffer.bytes().len(), 5);
    }
}
