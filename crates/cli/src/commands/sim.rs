//! `wharf sim`: what this program runs over sockets, in virtual time.

mod group;

use anyhow::Result;
use history::Verdict;

use crate::args::{SimArgs, SimCommand};

/// Runs the command.
///
/// # Errors
/// When the settings make no sense, or something cannot be read or written.
pub fn run(args: &SimArgs) -> Result<Verdict> {
    match &args.command {
        SimCommand::Group(args) => group::run(args),
    }
}
