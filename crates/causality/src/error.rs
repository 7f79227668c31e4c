//! What a clock refuses, and what a decoder refuses.

/// Why a clock did not move. **It is then as it was before.**
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The clock stands at its last value.
    #[error("the clock stands at its last value and cannot tick: begin again with a new one")]
    Exhausted,
    /// A stamp is further ahead of the clock than any run gets.
    #[error("the stamp {stamp} is {ahead} ahead of this clock, and at most {most} is believed")]
    TooFarAhead {
        /// The stamp's number.
        stamp: u64,
        /// How far ahead that is.
        ahead: u64,
        /// How far it may be.
        most: u64,
    },
    /// A hybrid stamp is too far ahead of the wall clock.
    #[error(
        "the stamp is {ahead_ms} ms ahead of the wall clock, and at most {most_ms} ms are believed: one of the two \
         hosts' wall clocks is wrong"
    )]
    AheadOfWallClock {
        /// How far ahead its milliseconds are.
        ahead_ms: u64,
        /// How far they may be.
        most_ms: u64,
    },
    /// The stamp counts events of this very host that did not happen.
    #[error(
        "the stamp counts {claimed} events of this host, which has had {own}: two hosts have the same place, or the \
         stamp is made up"
    )]
    OwnEntryAhead {
        /// What the stamp says.
        claimed: u64,
        /// What is true.
        own: u64,
    },
    /// Two vector clocks are not of the same group.
    #[error("a clock of {other} entries meets one of {own}: they are not of the same group")]
    Size {
        /// How many entries this clock has.
        own: usize,
        /// How many the other has.
        other: usize,
    },
    /// More members than the clock may have entries.
    #[error("the clock would have {needed} entries, and may have {most}: forget members that left")]
    TooManyEntries {
        /// How many it would have.
        needed: usize,
        /// How many it may have.
        most: usize,
    },
    /// The wall clock shows a time that a hybrid clock cannot hold.
    #[error(
        "the wall clock shows {now_ms} ms since 1970, and a hybrid clock holds 48 bits of them"
    )]
    WallClock {
        /// What it shows.
        now_ms: u64,
    },
}

/// Why bytes, or a text, are no stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the stamp does.
    #[error("the stamp is cut short")]
    Truncated,
    /// There are bytes behind the stamp.
    #[error("{count} bytes follow the stamp")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// A number is written with more bytes than it needs.
    #[error("a number of the stamp is written with more bytes than it needs")]
    Overlong,
    /// A number does not fit into 64 bits.
    #[error("a number of the stamp does not fit into 64 bits")]
    TooLarge,
    /// The host that the clock belongs to is none of its hosts.
    #[error("the stamp belongs to host {own} of {size}")]
    Own {
        /// The place that it claims, from 0.
        own: u64,
        /// How many hosts there are.
        size: u64,
    },
    /// The entries are not in ascending order of members, each once.
    #[error("the stamp's members are not in ascending order")]
    Unsorted,
    /// An entry of 0, which is to be left out.
    #[error("the stamp has an entry of 0, which is to be left out")]
    Zero,
    /// More entries than were asked for.
    #[error("the stamp has {size} entries, and may have {most}")]
    TooManyEntries {
        /// How many it has.
        size: usize,
        /// How many it may have.
        most: usize,
    },
    /// The text is not a number in decimal digits.
    #[error("a hybrid stamp is written in decimal digits without a leading zero")]
    Text,
}
