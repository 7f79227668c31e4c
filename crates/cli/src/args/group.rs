//! Flags of `group` and its commands.

mod bench;
mod join;
mod load;
mod terms;

pub use bench::GroupBenchArgs;
pub use join::{GroupJoinArgs, MeetArgs, Output};
pub use load::GroupLoadArgs;
pub use terms::{PromiseArgs, TermsArgs, orders_proper};

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
    /// Measure what each order costs: messages a second, latency to the own and to the last delivery, time to a new view
    Bench(Box<GroupBenchArgs>),
    /// Be one member of a group that is measured, told when to begin on standard input
    Load(Box<GroupLoadArgs>),
}
