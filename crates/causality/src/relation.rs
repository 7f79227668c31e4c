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

    /// Of vectors of which one entry or more of the first is smaller, or greater, than the second's.
    pub(crate) const fn of_entries(is_behind: bool, is_ahead: bool) -> Self {
        match (is_behind, is_ahead) {
            (false, false) => Self::Same,
            (true, false) => Self::Before,
            (false, true) => Self::After,
            (true, true) => Self::Concurrent,
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
