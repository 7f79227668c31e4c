//! `wharf cast`: datagrams to one, to a group, to everybody.

mod bench;
mod chat;
mod diagnosis_text;
mod doctor;
mod print;
mod recv;
mod send;
pub mod whom;
mod words;

use anyhow::Result;
use history::Verdict;

use crate::args::{CastArgs, CastCommand};

/// Runs the command.
///
/// # Errors
/// When it cannot start: no such address or interface, a port that is taken, nothing that can be sent.
pub fn run(args: &CastArgs) -> Result<Verdict> {
    match &args.command {
        CastCommand::Send(args) => send::run(args),
        CastCommand::Recv(args) => recv::run(args),
        CastCommand::Chat(args) => chat::run(args),
        CastCommand::Doctor(args) => doctor::run(args),
        CastCommand::Bench(args) => bench::run(args),
    }
}
