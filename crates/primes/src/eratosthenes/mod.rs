//! The sieve of Eratosthenes, a stretch of numbers at a time.
//!
//! ```text
//!   presieve: multiples of 7 … 163, copied from patterns ─▶ walkers: primes to 2^20, from stretch to stretch
//!     ─▶ big: the primes above, each looked up when it is needed ─▶ edges of the piece ─▶ bytes of primes
//! ```
//!
//! A byte stands for 30 numbers, a bit for each of the 8 that 2, 3 and 5 do not divide ([`wheel`]).

mod buckets;
mod presieve;
mod sieve;
mod walker;
mod wheel;

pub(crate) use sieve::Sieve;
