//! What a member gives back.

use std::{fmt, ops::RangeInclusive};

use causality::{ClockError, Hybrid, Lamport};
use trace::EventKind;

use crate::{Reason, TEXT_BYTES_MAX};

/// What is to be done, in this order: what is written into the log stands before what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// An event for the log.
    Log(Happening),
    /// A datagram for the group.
    Send(Vec<u8>),
    /// A message for whoever reads along.
    Show(Shown),
    /// Something else that they should know.
    Tell(Notice),
}

/// An event, with the clocks' stamps behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Which of this member's events it is, from 1.
    pub index: u64,
    /// What kind of event.
    pub kind: EventKind,
    /// The message's name in logs, where there is one.
    pub message: Option<String>,
    /// In words.
    pub text: String,
    /// The stamps.
    pub stamp: Stamp,
    /// What the wall clock showed, in milliseconds since 1970.
    pub wall_ms: u64,
}

/// A time, by three clocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// By Lamport's.
    pub lamport: Lamport,
    /// By the hybrid clock.
    pub hybrid: Hybrid,
    /// By the vector clock: hosts as they are named in logs, with how many of their events are known.
    pub vector: Vec<(String, u64)>,
}

/// A message to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What its sender is called: `carol`.
    pub from: String,
    /// Its sender's name in logs.
    pub host: String,
    /// Its number.
    pub sequence: u64,
    /// Its name in logs.
    pub message: String,
    /// What it says. It comes from outside: characters that steer a terminal are in it as they came.
    pub text: String,
    /// Whether this member said it.
    pub is_own: bool,
    /// Whether a later message of its sender was shown before it.
    pub is_late: bool,
    /// The short names of those of the last 64 messages shown that are concurrent with it, the oldest first.
    pub concurrent: Vec<String>,
    /// The short names of messages that its sender knew and that have not come here.
    pub missing: Vec<String>,
    /// The short names of those of the last 64 messages shown whose senders knew it already.
    pub known_to: Vec<String>,
    /// When it was sent.
    pub stamp: Stamp,
}

impl Shown {
    /// Its short name: `carol 4`.
    pub fn short(&self) -> String {
        format!("{} {}", self.from, self.sequence)
    }
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A member was heard for the first time.
    Joined {
        /// What it is called.
        name: String,
    },
    /// A member of a name that another one has already; from now on both are called as they are in logs.
    SameName {
        /// The new one.
        name: String,
    },
    /// A member said good-bye.
    Left {
        /// What it is called.
        name: String,
    },
    /// Messages did not come. If one does come late, it is shown.
    Lost {
        /// Whose.
        name: String,
        /// Their numbers.
        sequences: RangeInclusive<u64>,
    },
    /// A datagram was refused for a reason for which none was before. Later ones are counted only.
    Refused(Reason),
    /// What was to be said is too long, and was not sent.
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The clocks cannot tick, so nothing was sent.
    Stuck(ClockError),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { name } => write!(f, "{name} is here"),
            Self::SameName { name } => write!(f, "another member of that name is here: {name}"),
            Self::Left { name } => write!(f, "{name} left"),
            Self::Lost { name, sequences } => {
                let (first, last) = (sequences.start(), sequences.end());
                match last - first {
                    0 => write!(f, "1 message of {name} was lost: {name} {first}"),
                    more => write!(
                        f,
                        "{} messages of {name} were lost: {name} {first} to {last}",
                        more + 1
                    ),
                }
            }
            Self::Refused(reason) => write!(f, "{reason} (said once, then counted)"),
            Self::TooLong { bytes } => write!(
                f,
                "not sent: {bytes} bytes are more than the {TEXT_BYTES_MAX} of a message; send it in pieces"
            ),
            Self::Stuck(error) => write!(f, "not sent: {error}"),
        }
    }
}
