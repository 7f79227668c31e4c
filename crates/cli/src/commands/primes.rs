//! `wharf primes`: a calculation for one processor or for several.
//!
//! ```text
//!   flags ─▶ Quest (what is searched) ─▶ a mode ─▶ Keeper (in order: counts, formats) ─▶ Target (a file, a pipe)
//! ```
//!
//! One search is made by `search`, a comparison of several ways by `compare`.

mod compare;
mod contest;
mod divider;
mod estimate;
mod keeper;
mod part;
mod quest;
mod runs;
mod search;
mod target;
mod watch;

use anyhow::Result;
use history::Verdict;

use crate::args::PrimesArgs;

/// Runs the command.
///
/// # Errors
/// When it cannot start, or cannot keep what it finds: values that contradict each other, a file that is
/// there, a full disk.
pub fn run(args: &PrimesArgs) -> Result<Verdict> {
    match args.compare {
        true => compare::run(args),
        false => search::run(args),
    }
}
