//! Logical time: clocks that know what may have caused what.
//!
//! This crate is pure: a clock is a value, and physical time, where a clock wants it, is an argument.
//!
//! ```text
//!   local() ─▶ the clock ticks
//!   send()  ─▶ the clock ticks; a copy of it is the stamp that goes with the message
//!   receive(stamp) ─▶ the clock takes in what the stamp knows, then ticks
//! ```
//!
//! | clock | a stamp takes | if a may have caused b | if stamp a is less than stamp b |
//! |---|---|---|---|
//! | [`Lamport`] | 1 number | a is less | nothing follows, but that b did not cause a |
//! | [`Hybrid`] | 1 number, near physical time | a is less | the same |
//! | [`Vector`], [`VectorMap`] | a number a host | a is less | a may have caused b |
//!
//! **A clock never goes back, never wraps and never panics**: what it cannot take is refused with a [`ClockError`],
//! and then it is as it was. Stamps from outside are bytes: each type's `decode` refuses, with a [`DecodeError`], what
//! its `encode` does not write, and allocates no more than eight bytes a byte of the input.

mod error;
mod hybrid;
mod lamport;
mod relation;
pub mod varint;
mod vector;
mod vector_map;

pub use error::{ClockError, DecodeError};
pub use hybrid::Hybrid;
pub use lamport::Lamport;
pub use relation::Relation;
pub use vector::Vector;
pub use vector_map::VectorMap;
