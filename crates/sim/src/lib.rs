//! A seeded network and virtual time, in which the machines of this program run by the thousands in one thread.
//!
//! Everything that happens follows from the seed: the same seed gives the same run, to the byte.
//!
//! ```text
//!   seed, knobs ─▶ Schedule: who sends what when, which faults from when to when (data: printed, read back, shrunk)
//!                     │
//!                     ▼
//!   World: a queue of events, hosts with clocks of their own, a network that delays, loses, doubles and parts
//!                     │
//!                     ▼
//!   Outcome: a trace::Log for the judges, and what nobody can tell from a log
//! ```
//!
//! - [`World`] knows nothing of what runs in it but that it is a [`Host`].
//! - [`groups`] are members of ordered groups in such a world.

pub mod clients;
mod clock;
mod delay;
pub mod groups;
mod host;
mod instant;
mod link;
mod queue;
mod schedule;
mod shrink;
mod world;

pub use delay::{Delay, DelayError};
pub use host::{Host, Outbox, Strewn, Turn, Whom};
pub use link::Link;
pub use schedule::{Fault, FaultKind, Knobs, Meddling, PLACES_MAX, Places, Schedule, Sending};
pub use shrink::{Shrunk, shrink};
pub use world::{Counts, World};
