//! What everybody has of everybody's packets in one view: what is missing is asked for, what others miss is sent again, what all
//! have is forgotten.
//!
//! The ideas are those of reliable multicast by negative acknowledgements (RFC 5401; SRM, Floyd et al. 1997): who misses packets says
//! so to all after a short random time, unless another did; the sender answers at once, others only if it does not.

mod acks;
mod asking;
mod habits;
mod lane;
mod repairing;
mod streams;

pub(crate) use lane::Coming;
pub(crate) use streams::{Action, Arrival, Streams};

#[cfg(test)]
mod tests;
