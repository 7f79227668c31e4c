//! What stands behind the header.

use causality::{DecodeError, Hybrid, Lamport, VectorMap};

use super::{MEMBERS_MAX, SEQUENCE_MAX, TEXT_BYTES_MAX, reader::Reader};
use crate::{Name, Reason};

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The sender has begun.
    Hello {
        /// What it is called.
        name: Name,
    },
    /// The answer to *hello*: the sender is there, and knows of others.
    Here {
        /// What it is called.
        name: Name,
        /// The members that it heard of, in ascending order, itself not among them.
        known: Vec<(u64, Known)>,
    },
    /// A message.
    Say(Box<Say>),
    /// The sender ends.
    Bye {
        /// What it is called.
        name: Name,
    },
}

/// A message with its stamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// What the sender is called.
    pub name: Name,
    /// When it was sent, by Lamport's clock.
    pub lamport: Lamport,
    /// The same by the hybrid clock.
    pub hybrid: Hybrid,
    /// The same by the vector clock, whose own member is the sender.
    pub vector: VectorMap,
    /// Of each member of the vector but the sender, in its order.
    pub known: Vec<Known>,
    /// What is said: at most [`TEXT_BYTES_MAX`] bytes.
    pub text: String,
}

/// What a sender knows of another member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The highest number of that member's messages in the sender's past.
    pub sequence: u64,
    /// What it is called.
    pub name: Name,
}

impl Body {
    /// The name of the sender.
    pub fn name(&self) -> &Name {
        match self {
            Self::Hello { name } | Self::Here { name, .. } | Self::Bye { name } => name,
            Self::Say(say) => &say.name,
        }
    }

    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Hello { .. } => HELLO,
            Self::Here { .. } => HERE,
            Self::Say(_) => SAY,
            Self::Bye { .. } => BYE,
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        write_name(self.name(), out);
        match self {
            Self::Hello { .. } | Self::Bye { .. } => {}
            Self::Here { known, .. } => {
                out.extend_from_slice(&(known.len() as u16).to_be_bytes());
                for (incarnation, known) in known {
                    out.extend_from_slice(&incarnation.to_be_bytes());
                    known.encode(out);
                }
            }
            Self::Say(say) => {
                say.lamport.encode(out);
                say.hybrid.encode(out);
                say.vector.encode(out);
                say.known.iter().for_each(|known| known.encode(out));
                out.extend_from_slice(&(say.text.len() as u16).to_be_bytes());
                out.extend_from_slice(say.text.as_bytes());
            }
        }
    }

    pub(super) fn read(kind: u8, sender: u64, input: &mut Reader<'_>) -> Result<Self, Reason> {
        input.is_vouched_for();
        if !matches!(kind, HELLO | HERE | SAY | BYE) {
            return Err(Reason::Kind);
        }
        let name = input.name()?;
        Ok(match kind {
            HELLO => Self::Hello { name },
            HERE => Self::Here {
                name,
                known: read_known(sender, input)?,
            },
            SAY => Self::Say(Box::new(Say::read(name, sender, input)?)),
            _ => Self::Bye { name },
        })
    }
}

impl Say {
    fn read(name: Name, sender: u64, input: &mut Reader<'_>) -> Result<Self, Reason> {
        let malformed = |_| Reason::Malformed;
        let lamport = Lamport::read(&mut input.rest).map_err(malformed)?;
        let hybrid = Hybrid::read(&mut input.rest).map_err(malformed)?;
        let vector = VectorMap::read(&mut input.rest, MEMBERS_MAX);
        let vector = vector.map_err(|error| match error {
            DecodeError::TooManyEntries { .. } => Reason::Vector,
            _ => Reason::Malformed,
        })?;
        // A message is an event of its sender's.
        if vector.own() != sender || vector.entry(sender) == 0 || lamport.value() == 0 {
            return Err(Reason::Malformed);
        }
        if vector.entries().iter().any(|entry| entry.1 > SEQUENCE_MAX) {
            return Err(Reason::Sequence);
        }
        let others = vector.entries().len() - 1;
        let known: Result<_, _> = (0..others).map(|_| Known::read(input)).collect();
        let known = known?;
        let length = usize::from(input.u16()?);
        if length > TEXT_BYTES_MAX {
            return Err(Reason::Malformed);
        }
        Ok(Self {
            name,
            lamport,
            hybrid,
            vector,
            known,
            text: input.text(length)?.to_owned(),
        })
    }

    /// The other members of the vector, with how many of their events and messages the sender knows.
    pub fn others(&self) -> impl Iterator<Item = (u64, &Known)> {
        let own = self.vector.own();
        let members = self.vector.entries().iter().map(|entry| entry.0);
        members
            .filter(move |member| *member != own)
            .zip(&self.known)
    }
}

impl Known {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.sequence.to_be_bytes());
        write_name(&self.name, out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, Reason> {
        let sequence = input.u64()?;
        if sequence > SEQUENCE_MAX {
            return Err(Reason::Malformed);
        }
        let name = input.name()?;
        Ok(Self { sequence, name })
    }
}

fn read_known(sender: u64, input: &mut Reader<'_>) -> Result<Vec<(u64, Known)>, Reason> {
    let count = usize::from(input.u16()?);
    if count >= MEMBERS_MAX {
        return Err(Reason::Vector);
    }
    let mut all: Vec<(u64, Known)> = Vec::new();
    for _ in 0..count {
        let incarnation = input.u64()?;
        if incarnation == sender || all.last().is_some_and(|last| last.0 >= incarnation) {
            return Err(Reason::Malformed);
        }
        all.push((incarnation, Known::read(input)?));
    }
    Ok(all)
}

fn write_name(name: &Name, out: &mut Vec<u8>) {
    out.push(name.as_str().len() as u8);
    out.extend_from_slice(name.as_str().as_bytes());
}

const HELLO: u8 = 1;
const HERE: u8 = 2;
const SAY: u8 = 3;
const BYE: u8 = 4;
