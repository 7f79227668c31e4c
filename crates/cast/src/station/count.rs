//! What a station counts beside what its node counts.

/// What a station counts beside what its node counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StationCount {
    /// How often it woke.
    pub turns: u64,
    /// Datagrams that came.
    pub received: u64,
    /// Datagrams that left, each counted once for each address.
    pub sent: u64,
    /// System calls with which they left.
    pub calls: u64,
    /// Datagrams that the system did not send.
    pub not_sent: u64,
    /// How often it was told that nobody received an earlier one.
    pub refusals: u64,
    /// How often receiving failed.
    pub receive_errors: u64,
}
