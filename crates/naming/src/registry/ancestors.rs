//! How many names stand below a name.

use crate::table::Pairs;

/// How many names stand below each name below which there are any; the apex, of which it is all, is left out.
#[derive(Default)]
pub(super) struct Ancestors {
    counts: Pairs,
}

impl Ancestors {
    /// How many names stand below one that is not the apex.
    pub(super) fn below(&self, wire: &[u8]) -> u64 {
        match self.counts.find(wire) {
            Some(place) => count(self.counts.value(place)).into(),
            None => 0,
        }
    }

    /// A name was added.
    pub(super) fn add(&mut self, wire: &[u8]) {
        for above in above(wire) {
            match self.counts.find(above) {
                Some(place) => {
                    let value = self.counts.value_mut(place);
                    value.copy_from_slice(&(count(value) + 1).to_ne_bytes());
                }
                None => {
                    self.counts.put(above, &1_u32.to_ne_bytes());
                }
            }
        }
    }

    /// A name was taken away.
    pub(super) fn remove(&mut self, wire: &[u8]) {
        for above in above(wire) {
            let place = self.counts.find(above).expect("it was added");
            let value = self.counts.value_mut(place);
            match count(value) - 1 {
                0 => {
                    self.counts.remove(above);
                }
                left => value.copy_from_slice(&left.to_ne_bytes()),
            }
        }
    }

    /// How many bytes of memory they take.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.counts.memory_bytes()
    }
}

/// The names that a name stands below, without the apex.
fn above(mut wire: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = usize::from(*wire.first()?);
        wire = &wire[1 + length..];
        (!wire.is_empty()).then_some(wire)
    })
}

/// 32 bits are enough: see [`Registry::NAMES_MAX`](crate::Registry::NAMES_MAX).
fn count(value: &[u8]) -> u32 {
    u32::from_ne_bytes(value.try_into().expect("four bytes were put"))
}
