//! The search for prime numbers: the laboratory's CPU-bound work.
//!
//! ```text
//!   Method (a line of data, a file) ── prepare ─▶ Search ── find, count: a piece at a time ─▶ primes, steps
//! ```
//!
//! Nothing here knows of threads, processes or time: a [`Search`] is asked for one piece after another,
//! by as many workers as somebody else decides.

mod divider;
mod divisibility;
mod eratosthenes;
mod method;
mod methods;
mod one_by_one;
mod range;
mod root;
mod strong;

pub use divider::{add_many, divide_many};
pub use method::{Method, Search, Steps};
pub use methods::METHODS;
pub use range::Range;
