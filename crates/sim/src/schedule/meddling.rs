//! In which ways somebody who listens may meddle.

/// In which way somebody who listens meddles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meddling {
    /// Bytes that no member can have written: noise, datagrams cut short, lengthened or damaged, of another version, of
    /// another group.
    Garbled,
    /// What was overheard before, in this view or an earlier one.
    Replayed,
    /// What was said when another group of that name met.
    Ghosts,
    /// What was overheard with something else in it, and a checksum that is right.
    Forged,
}

impl Meddling {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Garbled, Self::Replayed, Self::Ghosts, Self::Forged];

    /// Its name in schedules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Garbled => "garbled",
            Self::Replayed => "replayed",
            Self::Ghosts => "ghosts",
            Self::Forged => "forged",
        }
    }

    /// Whether members promise what they promise all the same.
    pub const fn is_harmless(self) -> bool {
        !matches!(self, Self::Forged)
    }
}
