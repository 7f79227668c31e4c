//! The connections of one worker, each found by its key in one step.

use crate::token::{GENERATIONS, Key};

/// Values in numbered slots; a slot that has become free is used again.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u16>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Slots<T> {
    /// Without memory, which most of a hundred thousand workers need for one value only.
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the next value will be.
    pub(crate) fn next_key(&mut self) -> Key {
        let slot = match self.free.last() {
            Some(&slot) => slot,
            None => self.add_slot(),
        };
        let generation = self.slots[usize::from(slot)].generation;
        Key { slot, generation }
    }

    /// Puts a value where [`Slots::next_key`] says.
    pub(crate) fn insert(&mut self, value: T) -> Key {
        let key = self.next_key();
        self.free.pop();
        self.slots[usize::from(key.slot)].value = Some(value);
        key
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(usize::from(key.slot))?;
        slot.value
            .as_mut()
            .filter(|_| slot.generation == key.generation)
    }

    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(usize::from(key.slot))?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == key.generation)
    }

    /// Takes a value out; its key means nothing from then on.
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        let slot = &mut self.slots[usize::from(key.slot)];
        slot.generation = (slot.generation + 1) & GENERATIONS;
        self.free.push(key.slot);
        slot.value.take()
    }

    /// The keys of all values.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let taken = self.slots.iter().zip(0..);
        let taken = taken.filter(|(slot, _)| slot.value.is_some());
        let key = |(slot, index): (&Slot<T>, u16)| Key {
            slot: index,
            generation: slot.generation,
        };
        taken.map(key).collect()
    }

    fn add_slot(&mut self) -> u16 {
        let slot = u16::try_from(self.slots.len()).expect("the limit of open connections is lower");
        // Growing by doubling would begin with room for four.
        if self.slots.is_empty() {
            self.slots.reserve_exact(1);
        }
        self.slots.push(Slot {
            generation: 0,
            value: None,
        });
        self.free.push(slot);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_that_of_the_next_value_in_its_slot() {
        let mut slots = Slots::new();
        let first = slots.insert('a');
        assert_eq!(slots.remove(first), Some('a'));
        assert_eq!(slots.remove(first), None);
        let second = slots.insert('b');
        assert_eq!(second.slot, first.slot);
        assert_eq!((slots.get(first), slots.get(second)), (None, Some(&'b')));
    }

    #[test]
    fn the_next_key_is_where_the_next_value_goes() {
        let mut slots = Slots::new();
        for value in 0..5 {
            let expected = slots.next_key();
            assert_eq!(slots.next_key(), expected);
            assert_eq!(slots.len(), value);
            assert_eq!(slots.insert(value), expected);
        }
        let keys = slots.keys();
        assert_eq!(keys.len(), 5);
        assert_eq!(slots.remove(keys[2]), Some(2));
        assert_eq!((slots.len(), slots.keys().len()), (4, 4));
        assert!(!slots.is_empty());
    }
}
