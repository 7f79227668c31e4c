//! `wharf group`: ordered, reliable groups, live.

pub mod attended;
mod bench;
pub mod join;
mod journal;
mod lines;
mod load;
mod meeting;
mod said;
pub mod screen;
pub mod terms;
pub mod ways;

use anyhow::Result;
use history::Verdict;

use crate::args::{GroupArgs, GroupCommand};

/// Runs the command.
///
/// # Errors
/// When it cannot begin: no such address or interface, a port that is taken, settings that make no sense.
pub fn run(args: &GroupArgs) -> Result<Verdict> {
    match &args.command {
        GroupCommand::Join(args) => join::run(args),
        GroupCommand::Bench(args) => bench::run(args),
        GroupCommand::Load(args) => load::run(args),
    }
}
