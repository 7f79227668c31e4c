//! Who and what: members, groups, views.

use std::fmt;

/// A member, from its beginning to its end: a number drawn at random. Never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

/// A group: the FNV-1a hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupId(pub u64);

/// A view. Later views of a group have greater ones; two changes that do not know of each other have different ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId {
    /// How many views came before it; 0 is no view.
    pub epoch: u64,
    /// Who led the change to it.
    pub by: MemberId,
}

impl GroupId {
    /// The group of that name.
    pub fn of(name: &str) -> Self {
        Self(fnv(name.as_bytes()))
    }
}

/// FNV-1a, 64 bits.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl ViewId {
    /// No view.
    pub const NONE: Self = Self {
        epoch: 0,
        by: MemberId(0),
    };
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0 >> 32)
    }
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The offset basis, and "a" of the authors' test vectors.
    #[test]
    fn a_group_is_the_hash_of_its_name() {
        assert_eq!(GroupId::of("").0, 0xcbf2_9ce4_8422_2325);
        assert_eq!(GroupId::of("a").0, 0xaf63_dc4c_8601_ec8c);
    }
}
