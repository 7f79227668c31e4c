//! How many datagrams a system call carries.

/// How many datagrams a system call carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// One: `send` and `recvmsg`, what every program does.
    #[default]
    One,
    /// Up to [`Way::BATCH`]: `sendmmsg` and `recvmmsg`. Each passes through the network's layers by itself.
    Batch,
    /// Those of one length as one, cut and joined by the kernel (GSO and GRO): they pass through the layers
    /// once.
    Segments,
}

impl Way {
    /// All there are, the slowest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Batch, Self::Segments];

    /// How many datagrams a call of [`Way::Batch`] carries at most; more gain nothing that can be measured.
    pub const BATCH: usize = 64;

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Batch => "batch",
            Self::Segments => "segments",
        }
    }
}
