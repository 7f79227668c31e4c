//! Things by small numbers that are used again, each use told apart from the one before.
//!
//! ```text
//!   place        0          1          2          3
//!   generation   5          0          2          9
//!   thing        c          –          a          –        free: 3, 1
//! ```
//!
//! A thing is found by the index of its place in one step, O(1), as it is put there and taken out. Memory
//! is that of the most things there have been at once.

/// A number of a thing and of the use of its place: what the kernel is given to hand back. Events of a
/// thing that has gone are told from those of its successor in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Which place.
    pub index: u32,
    /// How many things had the place before.
    pub generation: u32,
}

impl Key {
    /// As the kernel keeps it: the generation in the upper half.
    pub const fn to_u64(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    /// What [`Key::to_u64`] gave.
    pub const fn from_u64(word: u64) -> Self {
        Self {
            index: word as u32,
            generation: (word >> 32) as u32,
        }
    }
}

/// See the file's description. Generations are numbers of `GENERATION_BITS` bits and go round after the
/// last, which leaves the other bits of a word to its owner: by default the highest.
#[derive(Debug)]
pub struct Slab<T, const GENERATION_BITS: u32 = 31> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    thing: Option<T>,
}

impl<T, const GENERATION_BITS: u32> Slab<T, GENERATION_BITS> {
    /// Without memory. With the first thing there is room for one, and no more: a worker of the generator,
    /// of which there may be a hundred thousand, mostly has one connection.
    pub const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts a thing into a free place.
    ///
    /// # Panics
    /// With more than 2^32 things.
    pub fn insert(&mut self, thing: T) -> Key {
        let index = self.free.pop().unwrap_or_else(|| self.add_place());
        let place = &mut self.places[index as usize];
        place.thing = Some(thing);
        Key {
            index,
            generation: place.generation,
        }
    }

    /// The thing of that number, unless it has gone.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let place = self.places.get_mut(key.index as usize)?;
        let is_same = place.generation == key.generation;
        place.thing.as_mut().filter(|_| is_same)
    }

    /// The thing of that number, unless it has gone.
    pub fn get(&self, key: Key) -> Option<&T> {
        let place = self.places.get(key.index as usize)?;
        let is_same = place.generation == key.generation;
        place.thing.as_ref().filter(|_| is_same)
    }

    /// Takes a thing out; its number means nothing from then on.
    pub fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        let place = &mut self.places[key.index as usize];
        place.generation = (place.generation + 1) & Self::LAST_GENERATION;
        self.free.push(key.index);
        place.thing.take()
    }

    /// The numbers of all things that are there.
    pub fn keys(&self) -> Vec<Key> {
        let places = self.places.iter().zip(0..);
        let there = places.filter(|(place, _)| place.thing.is_some());
        let key = |(place, index): (&Place<T>, u32)| Key {
            index,
            generation: place.generation,
        };
        there.map(key).collect()
    }

    fn add_place(&mut self) -> u32 {
        let index = u32::try_from(self.places.len()).expect("connections are counted in u32");
        // Growing by doubling would begin with room for four.
        if self.places.is_empty() {
            self.places.reserve_exact(1);
        }
        self.places.push(Place {
            generation: 0,
            thing: None,
        });
        index
    }

    const LAST_GENERATION: u32 = u32::MAX >> (u32::BITS - GENERATION_BITS);
}

impl<T, const GENERATION_BITS: u32> Default for Slab<T, GENERATION_BITS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_under_another_number() {
        let mut slab: Slab<char> = Slab::new();
        let first = slab.insert('a');
        assert_eq!(slab.remove(first), Some('a'));
        assert_eq!(slab.remove(first), None);
        let second = slab.insert('b');
        assert_eq!(first.index, second.index);
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.get_mut(first), None);
        assert_eq!(slab.remove(first), None);
        assert_eq!(slab.get(second), Some(&'b'));
        assert_eq!(slab.get_mut(second), Some(&mut 'b'));
        assert_eq!((slab.len(), slab.keys()), (1, vec![second]));
        assert_eq!(Key::from_u64(second.to_u64()), second);
    }

    #[test]
    fn things_are_counted_and_the_place_left_last_is_taken_first() {
        let mut slab: Slab<usize> = Slab::new();
        assert!(slab.is_empty());
        let keys: Vec<Key> = (0..5).map(|thing| slab.insert(thing)).collect();
        assert_eq!((slab.len(), slab.keys()), (5, keys.clone()));
        assert_eq!(slab.remove(keys[2]), Some(2));
        assert_eq!((slab.len(), slab.keys().len()), (4, 4));
        assert!(!slab.is_empty());
        assert_eq!(slab.insert(7).index, keys[2].index);
    }

    #[test]
    fn room_for_one_thing_is_all_that_one_takes() {
        let mut slab: Slab<[u64; 100]> = Slab::new();
        assert_eq!(slab.places.capacity(), 0);
        slab.insert([0; 100]);
        assert_eq!(slab.places.capacity(), 1);
    }

    #[test]
    fn generations_go_round_within_their_bits() {
        let mut slab: Slab<(), 2> = Slab::new();
        let found: Vec<u32> = (0..6)
            .map(|_| {
                let key = slab.insert(());
                slab.remove(key);
                key.generation
            })
            .collect();
        assert_eq!(found, [0, 1, 2, 3, 0, 1]);
    }
}
