//! CPU work shared out: one thread, several threads, several processes.
//!
//! ```text
//!   Job ─▶ Split cuts shares ─▶ Mode has workers search them, piece by piece ─▶ lead: in order ─▶ Sink
//!                                      └── Stint: who did which piece when
//! ```
//!
//! **Whatever the mode and the split, the sink is given the same primes in the same order, each once, and
//! memory stays bounded**: what is found ahead of its turn waits, and whoever is too far ahead waits with it.

mod cut;
mod estimate;
mod frame;
mod inlet;
mod job;
mod lead;
mod mode;
mod modes;
mod outcome;
mod pace;
mod plan;
mod scale;
mod shelf;
mod spill;
mod split;
mod splits;
mod stints;
mod worker;

pub use job::{Control, Job, Progress, Sink, Want};
pub use mode::{Mode, SearchError};
pub use modes::MODES;
pub use outcome::{Outcome, Stint};
pub use split::Split;
pub use splits::SPLITS;
