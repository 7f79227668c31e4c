//! The name of something that a host attends to: one of its workers, or one connection of one.

/// Which worker of a host, and which of its connections if it is about one.
///
/// ```text
///   63            40 39         24 23            0
///   │ worker's place │ slot         │ generation  │
/// ```
///
/// The generation tells a connection from an earlier one in the same slot: what the system or the heap of
/// deadlines still says of that one must not reach its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token(u64);

/// A connection of a worker: its slot, and how many had the slot before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) slot: u16,
    pub(crate) generation: u32,
}

impl Token {
    /// The request to stop.
    pub(crate) const STOP: Self = Self(u64::MAX);

    /// The worker itself: its next request.
    pub(crate) const fn of_worker(place: u32) -> Self {
        Self::new(place, NO_SLOT, 0)
    }

    /// A connection of a worker.
    pub(crate) const fn of_connection(place: u32, key: Key) -> Self {
        Self::new(place, key.slot, key.generation)
    }

    const fn new(place: u32, slot: u16, generation: u32) -> Self {
        Self(((place as u64) << 40) | ((slot as u64) << 24) | (generation & GENERATIONS) as u64)
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
        let slot = (self.0 >> 24) as u16;
        let generation = self.0 as u32 & GENERATIONS;
        match slot {
            NO_SLOT => None,
            slot => Some(Key { slot, generation }),
        }
    }
}

/// Slots of one worker are fewer than this.
pub(crate) const NO_SLOT: u16 = u16::MAX;
/// Generations go round after so many, long after anything refers to the first.
pub(crate) const GENERATIONS: u32 = 0xff_ffff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_what_it_was_made_of() {
        for (place, slot, generation) in [(0, 0, 0), (199_999, 19_999, GENERATIONS), (7, 1, 5)] {
            let key = Key { slot, generation };
            let token = Token::from_u64(Token::of_connection(place, key).as_u64());
            assert_eq!((token.place(), token.key()), (place as usize, Some(key)));
            assert_eq!(Token::of_worker(place).key(), None);
            assert_eq!(Token::of_worker(place).place(), place as usize);
            assert_ne!(token, Token::STOP);
        }
    }
}
