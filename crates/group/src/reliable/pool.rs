//! Buffers that are used again: a steady stream of packets allocates nothing.

/// Buffers that hold nothing at the moment.
#[derive(Debug)]
pub(super) struct Pool {
    free: Vec<Vec<u8>>,
    most: usize,
}

impl Pool {
    /// Keeps at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            free: Vec::new(),
            most,
        }
    }

    /// A buffer with these bytes in it.
    pub fn filled(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut buffer = self.free.pop().unwrap_or_default();
        buffer.extend_from_slice(bytes);
        buffer
    }

    /// Takes a buffer back.
    pub fn give(&mut self, mut buffer: Vec<u8>) {
        if self.free.len() < self.most && buffer.capacity() > 0 {
            buffer.clear();
            self.free.push(buffer);
        }
    }

    /// How many lie here.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_as_large_as_it_was() {
        let mut pool = Pool::new(1);
        pool.give(Vec::with_capacity(1400));
        pool.give(Vec::with_capacity(1400));
        assert_eq!(pool.len(), 1);
        let buffer = pool.filled(b"abc");
        assert_eq!(buffer, b"abc");
        assert!(buffer.capacity() >= 1400);
        assert_eq!(pool.len(), 0);
    }
}
