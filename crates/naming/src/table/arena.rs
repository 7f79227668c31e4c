//! Blocks of memory in large chunks, addressed by 32 bits, and used again by size.

/// Blocks of memory, counted in units of [`UNIT`] bytes.
///
/// A block that is given back goes to the list of its size and is the next of that size to be given out. Sizes above 32
/// units are rounded up to one of four steps between a power of two and the next, so at most a quarter is lost. When the
/// chunk in use is full, the largest block that is free, if it is more than twice what is asked for, is cut up before a new
/// chunk is made. Blocks are not joined again, except that an arena in which nothing is left gives all of its memory back:
/// so it is never larger than the sum, over all sizes, of the most blocks of that size there ever were at once.
#[derive(Default)]
pub struct Arena {
    chunks: Vec<Box<[u8]>>,
    /// Chunks without memory, each of which was a block too large to share one.
    vacant: Vec<usize>,
    /// By class: the first free block. The first four bytes of a free block lead to the next.
    free: Vec<u32>,
    /// Where what was never given out begins, and how many units of it there are.
    fresh: u32,
    fresh_units: u32,
    blocks: u64,
    bytes: u64,
}

impl Arena {
    /// A block of at least so many bytes.
    ///
    /// # Panics
    /// When there are 2^15 chunks.
    pub fn take(&mut self, bytes: usize) -> u32 {
        self.blocks += 1;
        let units = bytes.div_ceil(UNIT);
        if units > CHUNK_UNITS as usize {
            return self.chunk(units * UNIT);
        }
        let class = Class::of(units as u32);
        if let Some(place) = self.pop(class) {
            return place;
        }
        if self.fresh_units < class.units() {
            self.refresh(class.units());
        }
        self.cut(class.units())
    }

    /// Takes a block of so many bytes back.
    pub fn give(&mut self, place: u32, bytes: usize) {
        self.blocks -= 1;
        if self.blocks == 0 {
            *self = Self::default();
            return;
        }
        let units = bytes.div_ceil(UNIT);
        if units > CHUNK_UNITS as usize {
            let chunk = chunk_of(place);
            self.bytes -= self.chunks[chunk].len() as u64;
            self.chunks[chunk] = Box::default();
            self.vacant.push(chunk);
            return;
        }
        self.push(place, Class::of(units as u32));
    }

    /// Whether blocks of these sizes are as large as each other, so that one will do for the other.
    pub fn is_same(bytes: usize, other: usize) -> bool {
        let [units, others] = [bytes, other].map(|bytes| bytes.div_ceil(UNIT));
        let is_shared = units.max(others) <= CHUNK_UNITS as usize;
        is_shared && Class::of(units as u32) == Class::of(others as u32)
    }

    /// The bytes from a place to the end of its chunk.
    pub fn tail(&self, place: u32) -> &[u8] {
        &self.chunks[chunk_of(place)][offset_of(place)..]
    }

    /// The bytes from a place to the end of its chunk.
    pub fn tail_mut(&mut self, place: u32) -> &mut [u8] {
        &mut self.chunks[chunk_of(place)][offset_of(place)..]
    }

    /// How many bytes all chunks take.
    pub fn bytes(&self) -> u64 {
        self.bytes + (self.chunks.capacity() * size_of::<Box<[u8]>>()) as u64
    }

    /// Cuts from what was never given out.
    fn cut(&mut self, units: u32) -> u32 {
        let place = self.fresh;
        self.fresh_units -= units;
        // At the end of the last chunk there is no next place; then nothing is left of it either.
        self.fresh = self.fresh.wrapping_add(units);
        place
    }

    /// Finds something to cut from, and puts what is left of the old into the lists.
    fn refresh(&mut self, units: u32) {
        while let Some(class) = Class::within(self.fresh_units) {
            let rest = self.cut(class.units());
            self.push(rest, class);
        }
        let larger = (0..self.free.len()).rev().map(|class| Class(class as u8));
        let mut larger = larger.take_while(|class| class.units() > 2 * units);
        if let Some(class) = larger.find(|class| self.free[usize::from(class.0)] != NONE) {
            self.fresh = self.pop(class).expect("it was looked at");
            self.fresh_units = class.units();
            return;
        }
        self.fresh = self.chunk(CHUNK_UNITS as usize * UNIT);
        self.fresh_units = CHUNK_UNITS;
    }

    fn chunk(&mut self, bytes: usize) -> u32 {
        self.bytes += bytes as u64;
        let chunk = vec![0; bytes].into_boxed_slice();
        let at = match self.vacant.pop() {
            Some(at) => {
                self.chunks[at] = chunk;
                at
            }
            None => {
                self.chunks.push(chunk);
                self.chunks.len() - 1
            }
        };
        assert!(at < CHUNKS_MAX, "a draft refuses what would not fit");
        (at as u32) << CHUNK_BITS
    }

    fn push(&mut self, place: u32, class: Class) {
        if self.free.is_empty() {
            self.free = vec![NONE; CLASSES];
        }
        let head = std::mem::replace(&mut self.free[usize::from(class.0)], place);
        self.tail_mut(place)[..4].copy_from_slice(&head.to_ne_bytes());
    }

    fn pop(&mut self, class: Class) -> Option<u32> {
        let place = *self.free.get(usize::from(class.0))?;
        if place == NONE {
            return None;
        }
        let next = self.tail(place).first_chunk().expect("a block has a unit");
        self.free[usize::from(class.0)] = u32::from_ne_bytes(*next);
        Some(place)
    }
}

/// A size of blocks: 1 to 32 units, then in steps of 8 to 64, in steps of 16 to 128, and so on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Class(u8);

impl Class {
    /// The smallest that holds so many units, of which there are at most [`CHUNK_UNITS`].
    fn of(units: u32) -> Self {
        let units = units.max(1);
        if units <= EXACT {
            return Self(units as u8 - 1);
        }
        let power = (units - 1).ilog2();
        let step = (units - (1 << power)).div_ceil(1 << (power - 2));
        Self((EXACT + (power - EXACT.ilog2()) * 4 + step - 1) as u8)
    }

    /// The largest that so many units hold; none of nothing.
    fn within(units: u32) -> Option<Self> {
        let class = Self::of(units);
        match class.units() > units {
            true => class.0.checked_sub(1).map(Self),
            false => Some(class),
        }
    }

    fn units(self) -> u32 {
        let class = u32::from(self.0);
        if class < EXACT {
            return class + 1;
        }
        let power = EXACT.ilog2() + (class - EXACT) / 4;
        (1 << power) + ((class - EXACT) % 4 + 1) * (1 << (power - 2))
    }
}

fn chunk_of(place: u32) -> usize {
    (place >> CHUNK_BITS) as usize
}

fn offset_of(place: u32) -> usize {
    (place & (CHUNK_UNITS - 1)) as usize * UNIT
}

/// What blocks are counted in, in bytes: with it 32 bits address 32 GiB.
const UNIT: usize = 8;
/// Units of a chunk, as a power of two: a mebibyte.
const CHUNK_BITS: u32 = 17;
const CHUNK_UNITS: u32 = 1 << CHUNK_BITS;
/// One fewer than the places allow, so that no place is [`NONE`].
const CHUNKS_MAX: usize = (1 << (32 - CHUNK_BITS)) - 1;
/// Up to here each number of units is a size.
const EXACT: u32 = 32;
const CLASSES: usize = (EXACT + (CHUNK_BITS - EXACT.ilog2()) * 4) as usize;
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_the_smallest_class_that_holds_it() {
        for units in 1..=CHUNK_UNITS {
            let class = Class::of(units);
            assert!(usize::from(class.0) < CLASSES);
            assert!(class.units() >= units && class.units() * 4 <= (units * 5).max(4 * units));
            assert!(class.0 == 0 || Class(class.0 - 1).units() < units);
            assert!(Class::within(units).expect("at least a unit").units() <= units);
        }
        assert!(Class::within(0).is_none());
        assert_eq!(Class(CLASSES as u8 - 1).units(), CHUNK_UNITS);
    }

    #[test]
    fn blocks_do_not_overlap_and_are_used_again() {
        let mut arena = Arena::default();
        let sizes = [1, 8, 9, 40, 300, 5_000, 70_000, 1 << 20, (1 << 20) + 1];
        let keep = arena.take(1);
        let mut most = 0;
        for round in 0..4_u8 {
            let mut blocks = Vec::new();
            for at in 0..90_usize {
                let bytes = sizes[at % sizes.len()];
                let place = arena.take(bytes);
                let marks = [at as u8, round];
                // The first and the last byte are enough to see an overlap.
                let block = &mut arena.tail_mut(place)[..bytes];
                block[0] = marks[0];
                block[bytes - 1] = marks[bytes.min(2) - 1];
                blocks.push((place, bytes, marks));
            }
            for (place, bytes, marks) in &blocks {
                let block = &arena.tail(*place)[..*bytes];
                let last = marks[(*bytes).min(2) - 1];
                assert_eq!((block[0], block[bytes - 1]), (marks[0], last));
            }
            for (place, bytes, _) in blocks {
                arena.give(place, bytes);
            }
            if round == 0 {
                most = arena.bytes();
            }
        }
        assert!(arena.bytes() <= most, "{} {most}", arena.bytes());
        arena.give(keep, 1);
    }

    #[test]
    fn an_empty_arena_takes_nothing() {
        let mut arena = Arena::default();
        let place = arena.take(100);
        assert!(arena.bytes() >= 1 << 20);
        arena.give(place, 100);
        assert_eq!(arena.bytes(), 0);
    }
}
