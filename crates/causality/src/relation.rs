//! How two events, or two stamps, stand to each other.

/// Where one event stands to another in *happened-before* (Lamport 1978).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// They are the same.
    Same,
    /// The first may have caused the second.
    Before,
    /// The second may have caused the first.
    After,
    /// Neither may have caused the other.
    Concurrent,
}

impl Relation {
    /// The same, seen from the other event.
    pub const fn reversed(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversing_swaps_before_and_after_only() {
        assert_eq!(Relation::Before.reversed(), Relation::After);
        assert_eq!(Relation::After.reversed(), Relation::Before);
        assert_eq!(Relation::Concurrent.reversed(), Relation::Concurrent);
        assert_eq!(Relation::Same.reversed(), Relation::Same);
    }
}
