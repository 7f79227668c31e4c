//! `wharf sim`: what this program runs over sockets, in virtual time.

mod bench;
pub mod group;
mod rules;

use anyhow::Result;
use history::Verdict;

use crate::args::{SimArgs, SimCommand};

/// Runs the command.
///
/// # Errors
/// When what is to be simulated makes no sense or is out of range, or something cannot be read or written.
pub fn run(args: &SimArgs) -> Result<Verdict> {
    match &args.command {
        SimCommand::Group(args) => group::run(args),
        SimCommand::Rules(args) => rules::run(args),
        SimCommand::Bench(args) => bench::run(args),
    }
}
