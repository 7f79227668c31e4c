//! `wharf sim`: the machines of this program in virtual time.

mod bench;

use anyhow::Result;
use history::Verdict;

use crate::args::{SimArgs, SimCommand};

/// Runs the command.
///
/// # Errors
/// When what is to be simulated is none, or out of range.
pub fn run(args: &SimArgs) -> Result<Verdict> {
    match &args.command {
        SimCommand::Bench(args) => bench::run(args),
    }
}
