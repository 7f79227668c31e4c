//! Keys and values as bytes, both short.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use super::{Shards, arena::Arena};

/// Keys of at most 255 bytes, and values.
///
/// ```text
///   block := length of the key u8 · key · length of the value varint · value
/// ```
#[derive(Default)]
pub(crate) struct Pairs {
    arena: Arena,
    shards: Shards<u32>,
    /// With a seed of its own, so that nobody can choose names that all fall together.
    hash: RandomState,
}

impl Pairs {
    /// Where a key lies: until its value is put anew or it is taken away.
    pub(crate) fn find(&self, key: &[u8]) -> Option<u32> {
        let hash = hash(&self.hash, key);
        let is_it = |place: &u32| key_at(&self.arena, *place) == key;
        self.shards.find(hash, is_it).copied()
    }

    /// The key at a place.
    pub(crate) fn key(&self, place: u32) -> &[u8] {
        key_at(&self.arena, place)
    }

    /// The value at a place.
    pub(crate) fn value(&self, place: u32) -> &[u8] {
        let (head, length) = self.head(place);
        &self.arena.tail(place)[head..][..length]
    }

    /// The value at a place, to be changed but for its length.
    pub(crate) fn value_mut(&mut self, place: u32) -> &mut [u8] {
        let (head, length) = self.head(place);
        &mut self.arena.tail_mut(place)[head..][..length]
    }

    /// Puts a value under a key, in the place of what is there.
    pub(crate) fn put(&mut self, key: &[u8], value: &[u8]) -> u32 {
        let bytes = head_bytes(key.len(), value.len()) + value.len();
        let hashed = hash(&self.hash, key);
        let (arena, state) = (&mut self.arena, &self.hash);
        let is_it = |place: &u32| key_at(arena, *place) == key;
        let Some(known) = self.shards.find_mut(hashed, is_it) else {
            let place = arena.take(bytes);
            write(arena.tail_mut(place), key, value);
            let rehash = |place: &u32| hash(state, key_at(arena, *place));
            self.shards.insert(hashed, place, rehash);
            return place;
        };
        let old = block_bytes(arena, *known);
        if !Arena::is_same(old, bytes) {
            arena.give(*known, old);
            *known = arena.take(bytes);
        }
        write(arena.tail_mut(*known), key, value);
        *known
    }

    /// Makes room for so many keys more.
    pub(crate) fn reserve(&mut self, count: u64) {
        let (arena, state) = (&self.arena, &self.hash);
        let rehash = |place: &u32| hash(state, key_at(arena, *place));
        self.shards.reserve(count, rehash);
    }

    /// Takes a key away, and says whether it was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> bool {
        let hash = hash(&self.hash, key);
        let arena = &mut self.arena;
        let is_it = |place: &u32| key_at(arena, *place) == key;
        let Some(place) = self.shards.remove(hash, is_it) else {
            return false;
        };
        let bytes = block_bytes(arena, place);
        arena.give(place, bytes);
        true
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> u64 {
        self.shards.len()
    }

    /// Where all keys lie, in no particular order.
    pub(crate) fn places(&self) -> impl Iterator<Item = u32> {
        self.shards.iter().copied()
    }

    /// How many bytes of memory it takes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.arena.bytes() + self.shards.memory_bytes()
    }

    /// How many bytes keys and values take, with what is free among them.
    pub(crate) fn arena_bytes(&self) -> u64 {
        self.arena.bytes()
    }

    /// How long what stands before the value is, and the value.
    fn head(&self, place: u32) -> (usize, usize) {
        head_at(&self.arena, place)
    }
}

fn hash(state: &RandomState, key: &[u8]) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(key);
    hasher.finish()
}

fn key_at(arena: &Arena, place: u32) -> &[u8] {
    let block = arena.tail(place);
    &block[1..][..usize::from(block[0])]
}

fn head_at(arena: &Arena, place: u32) -> (usize, usize) {
    let block = arena.tail(place);
    let key = usize::from(block[0]);
    let mut length = 0;
    for (at, byte) in block[1 + key..].iter().enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return (head_bytes(key, length), length);
        }
    }
    unreachable!("a block is written whole")
}

fn block_bytes(arena: &Arena, place: u32) -> usize {
    let (head, length) = head_at(arena, place);
    head + length
}

fn head_bytes(key: usize, value: usize) -> usize {
    let digits = match value {
        0 => 1,
        _ => value.ilog2() as usize / 7 + 1,
    };
    1 + key + digits
}

fn write(block: &mut [u8], key: &[u8], value: &[u8]) {
    block[0] = u8::try_from(key.len()).expect("a name has at most 255 bytes");
    block[1..][..key.len()].copy_from_slice(key);
    let mut at = 1 + key.len();
    let mut length = value.len();
    while length >= 0x80 {
        block[at] = length as u8 | 0x80;
        length >>= 7;
        at += 1;
    }
    block[at] = length as u8;
    block[at + 1..][..value.len()].copy_from_slice(value);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn check(pairs: &Pairs, model: &BTreeMap<Vec<u8>, Vec<u8>>) {
        assert_eq!(pairs.len(), model.len() as u64);
        for (key, value) in model {
            let place = pairs.find(key).expect("it was put");
            assert_eq!((pairs.key(place), pairs.value(place)), (&**key, &**value));
        }
        let all: BTreeMap<_, _> = pairs
            .places()
            .map(|place| (pairs.key(place).to_vec(), pairs.value(place).to_vec()))
            .collect();
        assert_eq!(&all, model);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn it_holds_what_a_map_holds(
            steps in prop::collection::vec((0..60_u8, prop::option::of(0..40_000_usize)), 1..400)
        ) {
            let mut pairs = Pairs::default();
            let mut model = BTreeMap::new();
            for (at, (key, value)) in steps.into_iter().enumerate() {
                let key = vec![key; usize::from(key) * 4];
                match value {
                    Some(length) => {
                        // Lengths around the sizes of blocks, and some large ones.
                        let length = if length % 7 == 0 { length } else { length % 300 };
                        let value = vec![at as u8; length];
                        pairs.put(&key, &value);
                        model.insert(key, value);
                    }
                    None => prop_assert_eq!(pairs.remove(&key), model.remove(&key).is_some()),
                }
            }
            check(&pairs, &model);
        }
    }

    #[test]
    fn many_keys_are_found_and_others_are_not() {
        let mut pairs = Pairs::default();
        let mut model = BTreeMap::new();
        for number in 0..20_000_u32 {
            pairs.put(&number.to_be_bytes(), &number.to_le_bytes());
            model.insert(number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec());
        }
        check(&pairs, &model);
        assert_eq!(pairs.find(&20_000_u32.to_be_bytes()), None);
        assert_eq!(pairs.find(&[]), None);
    }

    #[test]
    fn names_that_come_and_go_take_no_more_memory() {
        let mut pairs = Pairs::default();
        let mut most = 0;
        for round in 0..12_u32 {
            for number in 0..20_000_u32 {
                let number = round * 10_000 + number;
                let bytes = 16 + (number as usize * 7) % 200;
                pairs.put(&number.to_be_bytes(), &vec![0; bytes]);
            }
            for number in 0..10_000_u32 {
                assert!(pairs.remove(&(round * 10_000 + number).to_be_bytes()));
            }
            if round == 1 {
                most = pairs.memory_bytes();
            }
        }
        assert!(
            pairs.memory_bytes() <= most + most / 8,
            "{} {most}",
            pairs.memory_bytes()
        );
    }
}
