//! `wharf name`: a name service, and what there is to ask of it.
//!
//! ```text
//!   serve ─▶ nameserver (DNS, HTTP, store)        the others ─▶ nameserver::Client ─▶ its HTTP
//! ```

mod deregister;
mod export;
mod import;
mod key;
mod list;
mod register;
mod resolve;
mod serve;
mod status;
mod watch;

use anyhow::Result;
use history::Verdict;

use crate::args::{NameArgs, NameCommand};

/// Runs the command.
///
/// # Errors
/// When no name service answers, or what is asked for is no name, no address, no file.
pub fn run(args: &NameArgs) -> Result<Verdict> {
    match &args.command {
        NameCommand::Serve(args) => serve::run(args),
        NameCommand::Register(args) => register::run(args),
        NameCommand::Deregister(args) => deregister::run(args),
        NameCommand::Resolve(args) => resolve::run(args),
        NameCommand::List(args) => list::run(args),
        NameCommand::Watch(args) => watch::run(args),
        NameCommand::Import(args) => import::run(args),
        NameCommand::Export(args) => export::run(args),
        NameCommand::Key(args) => key::run(args),
        NameCommand::Status(args) => status::run(args),
    }
}
