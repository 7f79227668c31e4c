//! `wharf clock`: logical clocks, and the judgement of logs.
//!
//! ```text
//!   files ─▶ trace reads ─▶ Log ─▶ verdict: Order, conditions ─▶ report: text and space-time diagram
//! ```

mod demo;
mod export;
pub mod judged;
pub mod logs;
pub mod order;
pub mod pages;
mod why;

use anyhow::Result;
use history::Verdict;

use crate::args::{ClockArgs, ClockCommand};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, or what is asked for is not in it.
pub fn run(args: &ClockArgs) -> Result<Verdict> {
    match &args.command {
        ClockCommand::Demo => demo::run(),
        ClockCommand::Order(args) => order::run(args),
        ClockCommand::Why(args) => why::run(args),
        ClockCommand::Export(args) => export::run(args),
    }
}
