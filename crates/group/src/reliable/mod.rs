//! What everybody has of everybody's packets in one view: what is missing is asked for, what others miss is sent again, what all
//! have is forgotten.
//!
//! ```text
//!   packet ─▶ ring of its sender ─▶ ready: in order, or as they came ─▶ handed over ─▶ delivered ─▶ all have it: forgotten
//!                   │ gap                                                 ▲
//!                   └─▶ gaps: a Nak after a random delay ──▶ others' repairs: the sender at once, other holders when it is silent
//! ```

mod gaps;
mod holding;
mod pool;
mod repairs;
mod ring;
mod stability;
mod streams;

pub(crate) use streams::{Action, Arrival, Streams};

#[cfg(test)]
mod tests;
