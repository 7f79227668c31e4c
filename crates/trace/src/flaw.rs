//! What is wrong with a log.

use crate::Place;

/// How many flaws a log holds; more are only counted ([`Log::flaws_left_out`](crate::Log::flaws_left_out)).
pub const FLAWS_MAX: usize = 1000;

/// Something in a text that could not be read, or cannot have happened as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What sort of thing.
    pub kind: FlawKind,
    /// Where.
    pub place: Place,
    /// A sentence: what was found, what was expected, what became of it.
    pub text: String,
}

/// The sorts of flaws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlawKind {
    /// Two writers' lines run into each other, and all of them could be told apart.
    Torn,
    /// The same, and something of them is lost: an event, or whose the stamps are.
    TornLoss,
    /// The text ends in the middle of an event.
    Truncated,
    /// A line that should be an event of this form, and is none.
    Unreadable,
    /// An event of which a part could not be read: its clock, or its kind. It was kept without.
    Part,
    /// Words that are not what the text holds: too long, or bytes that are no UTF-8.
    Altered,
    /// Lines that are nothing to a reader of clocks: without stamp or clock, or a whole text that is there twice. No
    /// harm is done.
    LeftOut,
    /// Whose event it is was guessed from words that may mean another.
    HostGuessed,
    /// An event's clock lacks its own host, or counts it as 0.
    OwnEntryMissing,
    /// A host's own entry jumps: events are missing.
    Hole,
    /// A host's own entry stands still or goes back: lines are out of order, or an event is there twice.
    Backwards,
    /// A clock names a host that has no events.
    UnknownHost,
    /// A clock counts more events of a host than it has.
    Ahead,
    /// A message was received that nobody sent, or sent or received twice where it cannot be.
    Message,
}
