//! What was found ahead of its turn, until it is.
//!
//! A static block of the second worker is ahead of its turn from its first number to its last, and 10^9
//! primes do not fit in memory. So primes wait as one byte each, up to [`Bounds::memory`] in memory, past
//! that in a temporary file without a name, up to [`Bounds::file`]; and past that, or where there can be no
//! such file, there is no room: the worker waits (`inlet.rs`).

use std::{collections::BTreeMap, io, mem};

use primes::{Range, Steps};

use crate::{frame::Header, spill::Spill};

/// Pieces that wait for their turn.
#[derive(Debug)]
pub(crate) struct Shelf {
    bounds: Bounds,
    waiting: BTreeMap<u64, Waiting>,
    /// Of primes that wait in memory.
    bytes: usize,
    spill: Spill,
    /// The most that all has ever taken in memory.
    peak: usize,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) memory: usize,
    pub(crate) file: u64,
}

/// A piece, or several that follow on each other.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) piece: Range,
    pub(crate) count: u64,
    pub(crate) steps: Steps,
    place: Place,
}

impl Waiting {
    /// A piece that does not have to wait.
    pub(crate) fn new(header: &Header) -> Self {
        Self::at(header, Place::Memory(Vec::new()))
    }

    fn at(header: &Header, place: Place) -> Self {
        Self {
            piece: header.piece,
            count: header.count,
            steps: header.steps,
            place,
        }
    }
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File { from: u64, bytes: usize },
}

impl Shelf {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            waiting: BTreeMap::new(),
            bytes: 0,
            spill: Spill::default(),
            peak: 0,
        }
    }

    /// Whether a piece can be put here.
    pub(crate) fn has_room(&self, header: &Header) -> bool {
        if header.bytes == 0 && self.before(header).is_some() {
            return true;
        }
        let entries = (self.waiting.len() + 1) * ENTRY;
        let is_in_file = self.spill.has_room(header.bytes, self.bounds.file);
        entries <= self.bounds.memory / 2 && (self.is_in_memory(header.bytes) || is_in_file)
    }

    /// Puts a piece here, for which there is room. One that the file would not take, as when the disk is full,
    /// stays in memory past the bound; there is no room for the next.
    pub(crate) fn put(&mut self, header: &Header, primes: &[u8]) {
        if primes.is_empty() && self.join(header) {
            return;
        }
        let place = match self.is_in_memory(primes.len()) {
            true => Place::Memory(primes.to_vec()),
            false => self.write(primes),
        };
        self.bytes += place.memory();
        self.waiting
            .insert(header.piece.first(), Waiting::at(header, place));
        self.peak = self.peak.max(self.bytes + self.waiting.len() * ENTRY);
    }

    /// Takes the piece that begins with a number, and its primes as bytes.
    ///
    /// # Errors
    /// When it cannot be read back.
    pub(crate) fn take(&mut self, first: u64) -> io::Result<Option<(Waiting, Vec<u8>)>> {
        let Some(mut waiting) = self.waiting.remove(&first) else {
            return Ok(None);
        };
        self.bytes -= waiting.place.memory();
        let bytes = match &mut waiting.place {
            Place::Memory(bytes) => mem::take(bytes),
            &mut Place::File { from, bytes } => self.spill.read(from, bytes)?,
        };
        Ok(Some((waiting, bytes)))
    }

    /// The most bytes that have waited in memory at once.
    pub(crate) fn peak(&self) -> usize {
        self.peak
    }

    /// One half of the memory is for primes, the other for the entries of all pieces, also of those in the file.
    fn is_in_memory(&self, bytes: usize) -> bool {
        self.bytes + bytes <= self.bounds.memory / 2
    }

    /// A piece without primes that follows on one which waits needs no entry of its own.
    fn join(&mut self, header: &Header) -> bool {
        let Some(before) = self.before(header) else {
            return false;
        };
        let before = self.waiting.get_mut(&before).expect("it waits");
        before.piece = Range::new(before.piece.first(), header.piece.last()).expect("longer");
        before.count += header.count;
        before.steps.0 += header.steps.0;
        true
    }

    /// The piece without primes that ends where another begins.
    fn before(&self, header: &Header) -> Option<u64> {
        let first = header.piece.first();
        let (&before, waiting) = self.waiting.range(..first).next_back()?;
        let is_empty = matches!(&waiting.place, Place::Memory(bytes) if bytes.is_empty());
        (is_empty && waiting.piece.last() + 1 == first).then_some(before)
    }

    /// To the file; what cannot be written there stays in memory, and is the last for which there was room.
    fn write(&mut self, primes: &[u8]) -> Place {
        match self.spill.write(primes) {
            Ok(from) => Place::File {
                from,
                bytes: primes.len(),
            },
            Err(_) => {
                self.spill.give_up();
                Place::Memory(primes.to_vec())
            }
        }
    }
}

impl Place {
    fn memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File { .. } => 0,
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            file: 16 << 30,
        }
    }
}

/// What a piece takes in the tree, about.
const ENTRY: usize = 160;

#[cfg(test)]
mod tests {
    use timing::Tick;

    use super::*;

    fn header(first: u64, bytes: usize) -> Header {
        Header {
            share: 0,
            piece: Range::new(first, first + 9).expect("numbers"),
            count: 3,
            steps: Steps(2),
            begin: Tick::ZERO,
            end: Tick::ZERO,
            bytes,
        }
    }

    fn shelf(memory: usize, file: u64) -> Shelf {
        Shelf::new(Bounds { memory, file })
    }

    #[test]
    fn pieces_come_back_whether_they_lay_in_memory_or_in_a_file() {
        let mut shelf = shelf(6 * ENTRY, 1_000);
        for (first, byte) in [(30, 3), (10, 1), (20, 2)] {
            let header = header(first, 300);
            assert!(shelf.has_room(&header));
            shelf.put(&header, &[byte; 300]);
        }
        assert!(shelf.peak() <= 6 * ENTRY);
        assert_eq!(shelf.bytes, 300, "the others are in the file");
        assert!(!shelf.has_room(&header(40, 100)), "not even of an entry");
        assert!(shelf.take(5).expect("a disk").is_none());
        for (first, byte) in [(10, 1), (20, 2), (30, 3)] {
            let (waiting, bytes) = shelf.take(first).expect("a disk").expect("a piece");
            assert_eq!((waiting.piece.first(), bytes), (first, vec![byte; 300]));
        }
        assert_eq!((shelf.bytes, shelf.waiting.len()), (0, 0));
    }

    #[test]
    fn counts_that_follow_on_each_other_are_one_entry() {
        let mut shelf = shelf(2 * ENTRY, 0);
        for first in [10, 20, 30] {
            shelf.put(&header(first, 0), &[]);
        }
        let (waiting, _) = shelf.take(10).expect("memory").expect("a piece");
        assert_eq!((waiting.piece.last(), waiting.count), (39, 9));
        assert_eq!(waiting.steps, Steps(6));
        assert_eq!((shelf.bytes, shelf.waiting.len()), (0, 0));
    }

    #[test]
    fn a_file_that_is_full_leaves_no_room() {
        let mut shelf = shelf(4 * ENTRY, 100);
        let large = header(10, 100 + 2 * ENTRY);
        assert!(!shelf.has_room(&large), "neither here nor there");
        shelf.put(&header(20, 2 * ENTRY), &[7; 2 * ENTRY]);
        assert!(shelf.has_room(&header(30, 100)));
        shelf.put(&header(30, 100), &[8; 100]);
        assert!(!shelf.has_room(&header(40, 100)));
    }
}
