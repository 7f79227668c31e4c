//! What is to be sent and the peer has not taken.

/// Bytes in order, taken from the front.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    taken: usize,
}

impl Kept {
    pub(crate) const fn is_empty(&self) -> bool {
        self.taken == self.bytes.len()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The first `count` bytes have been taken.
    pub(crate) fn take(&mut self, count: usize) {
        self.taken += count;
        if self.is_empty() {
            self.taken = 0;
            self.bytes.clear();
            self.bytes.shrink_to(KEPT_BYTES);
        }
    }
}

/// What an emptied queue may hold on to: one large answer must not pin its size.
const KEPT_BYTES: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_stays_in_order_and_a_large_answer_is_not_held_on_to() {
        let mut kept = Kept::default();
        kept.push(&[1; 100_000]);
        kept.push(b"end");
        kept.take(99_999);
        assert_eq!(kept.bytes(), b"\x01end");
        kept.take(4);
        assert!(kept.is_empty() && kept.bytes.capacity() <= KEPT_BYTES);
    }
}
