//! Things by small numbers that are used again, each use told apart from the one before.

/// A number of a thing and of the use of its place: what the kernel is given to hand back. Events of a
/// connection that has gone are told from those of its successor in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

impl Key {
    pub(crate) const fn to_u64(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    pub(crate) const fn from_u64(word: u64) -> Self {
        Self {
            index: word as u32,
            generation: (word >> 32) as u32,
        }
    }
}

/// See the file's description.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    thing: Option<T>,
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn insert(&mut self, thing: T) -> Key {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place {
                generation: 0,
                thing: None,
            });
            u32::try_from(self.places.len() - 1).expect("connections are counted in u32")
        });
        let place = &mut self.places[index as usize];
        place.thing = Some(thing);
        Key {
            index,
            generation: place.generation,
        }
    }

    /// The thing of that number, unless it has gone.
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let place = self.places.get_mut(key.index as usize)?;
        let is_same = place.generation == key.generation;
        place.thing.as_mut().filter(|_| is_same)
    }

    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let place = self.places.get(key.index as usize)?;
        place
            .thing
            .as_ref()
            .filter(|_| place.generation == key.generation)
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        self.get_mut(key)?;
        let place = &mut self.places[key.index as usize];
        place.generation = (place.generation + 1) & GENERATIONS;
        self.free.push(key.index);
        place.thing.take()
    }

    /// The numbers of all things that are there.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let places = self.places.iter().zip(0..);
        let there = places.filter(|(place, _)| place.thing.is_some());
        let key = |(place, index): (&Place<T>, u32)| Key {
            index,
            generation: place.generation,
        };
        there.map(key).collect()
    }
}

/// Generations stay below 2^31, so that a driver has numbers above them for its own.
const GENERATIONS: u32 = (1 << 31) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_under_another_number() {
        let mut slab = Slab::new();
        let first = slab.insert('a');
        assert_eq!(slab.remove(first), Some('a'));
        let second = slab.insert('b');
        assert_eq!(first.index, second.index);
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.remove(first), None);
        assert_eq!(slab.get_mut(second), Some(&mut 'b'));
        assert_eq!((slab.len(), slab.keys()), (1, vec![second]));
        assert_eq!(Key::from_u64(second.to_u64()), second);
    }
}
