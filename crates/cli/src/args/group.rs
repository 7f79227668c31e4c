//! Flags of `group` and its commands.

mod join;
mod terms;

pub use join::{GroupJoinArgs, MeetArgs, Output};
pub use terms::{TermsArgs, orders_proper};

/// Flags of `group`.
#[derive(Debug, clap::Args)]
pub struct GroupArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GroupCommand,
}

/// What to do with groups.
#[derive(Debug, clap::Subcommand)]
pub enum GroupCommand {
    /// Be a member of a group that agrees on who is there and on what was said in which order
    Join(Box<GroupJoinArgs>),
}
