//! CPU work shared out: one thread, several threads, several processes.
//!
//! ```text
//!   Job ─▶ Split cuts pieces ─▶ Mode has workers search them ─▶ results, in order ─▶ Sink
//!                                      └── Stint: who did which piece when
//! ```
//!
//! **Whatever the mode and the split, the sink is given the same primes in the same order, each once, and
//! memory stays bounded**: what is found ahead of its turn waits, and whoever is too far ahead waits with it.

mod job;
mod mode;
mod modes;
mod outcome;
mod split;
mod splits;

pub use job::{Control, Job, Progress, Sink, Want};
pub use mode::{Mode, SearchError};
pub use modes::MODES;
pub use outcome::{Outcome, Stint};
pub use split::Split;
pub use splits::SPLITS;
