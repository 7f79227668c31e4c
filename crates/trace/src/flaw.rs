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
    /// Two writers' lines run into each other.
    Torn,
    /// The text ends in the middle of an event.
    Truncated,
    /// A line that is no event of this form.
    Unreadable,
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
