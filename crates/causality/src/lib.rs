//! Logical time: clocks that know what may have caused what.
//!
//! This crate is pure: a clock is a value, and physical time, where a clock wants it, is an argument.

mod relation;

pub use relation::Relation;
