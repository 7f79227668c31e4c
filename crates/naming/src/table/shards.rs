//! A hash table in many small ones, so that growing never takes long.

use hashbrown::HashTable;

/// Entries by hash.
pub(crate) struct Shards<T> {
    tables: Box<[HashTable<T>]>,
    count: u64,
}

impl<T> Shards<T> {
    /// The entry that is meant.
    pub(crate) fn find(&self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<&T> {
        self.tables[shard(hash)].find(hash, is_it)
    }

    /// The entry that is meant; it must keep its hash.
    pub(crate) fn find_mut(&mut self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.tables[shard(hash)].find_mut(hash, is_it)
    }

    /// Adds an entry; `rehash` gives the hashes of those that are there.
    pub(crate) fn insert(&mut self, hash: u64, entry: T, rehash: impl Fn(&T) -> u64) {
        self.count += 1;
        self.tables[shard(hash)].insert_unique(hash, entry, rehash);
    }

    /// Makes room for so many entries more, so that they come without growing. Entries spread evenly, but not quite: a table
    /// that gets more than its share grows after all.
    pub(crate) fn reserve(&mut self, count: u64, rehash: impl Fn(&T) -> u64) {
        let share = count / SHARDS as u64;
        let more = usize::try_from(share + 4 * share.isqrt()).unwrap_or(0);
        self.tables
            .iter_mut()
            .for_each(|table| table.reserve(more, &rehash));
    }

    /// Takes the entry away that is meant.
    pub(crate) fn remove(&mut self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<T> {
        let found = self.tables[shard(hash)].find_entry(hash, is_it).ok()?;
        self.count -= 1;
        Some(found.remove().0)
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        self.count
    }

    /// All entries, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.tables.iter().flatten()
    }

    /// How many bytes of memory they take.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let tables = self.tables.iter().map(HashTable::allocation_size);
        (tables.sum::<usize>() + size_of_val(&*self.tables)) as u64
    }
}

impl<T> Default for Shards<T> {
    fn default() -> Self {
        Self {
            tables: (0..SHARDS).map(|_| HashTable::new()).collect(),
            count: 0,
        }
    }
}

/// By bits that the small table uses for nothing: it takes the lowest for the place and the highest seven for the tag.
fn shard(hash: u64) -> usize {
    (hash >> 40) as usize % SHARDS
}

/// A power of two.
const SHARDS: usize = 1024;
