//! The name of something that a host attends to: one of its workers, or one connection of one.

use run::Key;

/// Which worker of a host, and which of its connections if it is about one.
///
/// ```text
///   63            40 39         24 23            0
///   │ worker's place │ index        │ generation  │
/// ```
///
/// The generation tells a connection from an earlier one of the same index: what the system or the heap of
/// deadlines still says of that one must not reach its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token(u64);

impl Token {
    /// The request to stop.
    pub(crate) const STOP: Self = Self(u64::MAX);

    /// The worker itself: its next request.
    pub(crate) const fn of_worker(place: u32) -> Self {
        Self::new(place, NO_INDEX, 0)
    }

    /// A connection of a worker.
    pub(crate) const fn of_connection(place: u32, key: Key) -> Self {
        assert!(
            key.index < NO_INDEX as u32,
            "the limit of open connections is lower"
        );
        Self::new(place, key.index as u16, key.generation)
    }

    const fn new(place: u32, index: u16, generation: u32) -> Self {
        Self(((place as u64) << 40) | ((index as u64) << 24) | (generation & GENERATIONS) as u64)
    }

    /// As the system keeps it.
    pub(crate) const fn from_u64(bits: u64) -> Self {
        Self(bits)
    }

    /// For the system to keep.
    pub(crate) const fn as_u64(self) -> u64 {
        self.0
    }

    /// The worker's place in its host.
    pub(crate) const fn place(self) -> usize {
        (self.0 >> 40) as usize
    }

    /// Which connection; none when it is about the worker itself.
    pub(crate) const fn key(self) -> Option<Key> {
        let generation = self.0 as u32 & GENERATIONS;
        match (self.0 >> 24) as u16 {
            NO_INDEX => None,
            index => Some(Key {
                index: index as u32,
                generation,
            }),
        }
    }
}

/// The connections that a worker has at once are fewer than this.
const NO_INDEX: u16 = u16::MAX;
/// Generations go round when these are used up, long after anything refers to the first.
pub(crate) const GENERATION_BITS: u32 = 24;
const GENERATIONS: u32 = (1 << GENERATION_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_what_it_was_made_of() {
        for (place, index, generation) in [(0, 0, 0), (199_999, 19_999, GENERATIONS), (7, 1, 5)] {
            let key = Key { index, generation };
            let token = Token::from_u64(Token::of_connection(place, key).as_u64());
            assert_eq!((token.place(), token.key()), (place as usize, Some(key)));
            assert_eq!(Token::of_worker(place).key(), None);
            assert_eq!(Token::of_worker(place).place(), place as usize);
            assert_ne!(token, Token::STOP);
        }
    }
}
