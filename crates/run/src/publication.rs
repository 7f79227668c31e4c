//! Words that one writer replaces as a whole and that anybody may read, also after the writer was
//! killed in the middle.
//!
//! Two buffers and a version: the writer fills the buffer that is not current, then makes it current
//! with one atomic store. A writer that dies while it fills leaves the current buffer as it was. A
//! lock would stay locked, a sequence lock would stay odd, two separate atomics could be torn.

use std::sync::atomic::{AtomicU64, Ordering, fence};

/// A view of `1 + 2 n` shared words: the version, then the two buffers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Publication<'a> {
    version: &'a AtomicU64,
    buffers: [&'a [AtomicU64]; 2],
}

impl<'a> Publication<'a> {
    /// Shared words that a publication of `n` words takes.
    pub(crate) const fn words(n: usize) -> usize {
        1 + 2 * n
    }

    /// # Panics
    /// When the number of words is even.
    pub(crate) fn new(words: &'a [AtomicU64]) -> Self {
        let (version, buffers) = words.split_first().expect("a publication has a version");
        assert!(
            buffers.len().is_multiple_of(2),
            "a publication has two buffers"
        );
        let (even, odd) = buffers.split_at(buffers.len() / 2);
        Self {
            version,
            buffers: [even, odd],
        }
    }

    /// Replaces the words; for the single writer only.
    pub(crate) fn publish(&self, words: &[u64]) {
        let next = self.version.load(Ordering::Relaxed).wrapping_add(1);
        // Whoever sees one of the following stores also sees that the version has moved on.
        fence(Ordering::Release);
        let spare = self.buffers[(next & 1) as usize];
        assert_eq!(spare.len(), words.len(), "a publication keeps its size");
        for (cell, &word) in spare.iter().zip(words) {
            cell.store(word, Ordering::Relaxed);
        }
        self.version.store(next, Ordering::Release);
    }

    /// Copies the current words. Tries again while the writer publishes: each try fails only when a
    /// whole publication passed meanwhile.
    pub(crate) fn read(&self, words: &mut [u64]) {
        loop {
            let before = self.version.load(Ordering::Acquire);
            let current = self.buffers[(before & 1) as usize];
            assert_eq!(current.len(), words.len(), "a publication keeps its size");
            for (word, cell) in words.iter_mut().zip(current) {
                *word = cell.load(Ordering::Relaxed);
            }
            fence(Ordering::Acquire);
            if self.version.load(Ordering::Relaxed) == before {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::region::Region;

    #[test]
    fn a_reader_never_sees_half_of_a_publication() {
        let region = Region::new(Publication::words(8)).expect("mapped");
        let publication = Publication::new(region.words(0, Publication::words(8)));
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=200_000_u64 {
                    publication.publish(&[round; 8]);
                }
            });
            let (mut words, mut last) = ([0; 8], 0);
            while last < 200_000 {
                publication.read(&mut words);
                assert!(
                    words.iter().all(|&word| word == words[0]),
                    "torn: {words:?}"
                );
                assert!(words[0] >= last, "went back: {words:?} after {last}");
                last = words[0];
            }
        });
    }

    #[test]
    fn what_a_dead_writer_left_half_done_is_not_seen() {
        let region = Region::new(Publication::words(2)).expect("mapped");
        let words = region.words(0, Publication::words(2));
        let publication = Publication::new(words);
        publication.publish(&[1, 1]);
        // The second publication dies after its first word: buffer 0, first cell.
        words[1].store(2, Ordering::Relaxed);
        let mut seen = [0; 2];
        publication.read(&mut seen);
        assert_eq!(seen, [1, 1]);
        publication.publish(&[3, 3]);
        publication.read(&mut seen);
        assert_eq!(seen, [3, 3]);
    }
}
