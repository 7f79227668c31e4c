//! Flags of `sim` and its commands.

mod bench;
mod group;
mod rules;

use clap::{Subcommand, ValueEnum};

pub use bench::{SimBenchArgs, SimFormat};
pub use group::{ChanceArgs, GroupSimArgs};
pub use rules::SimRulesArgs;

/// Flags of `sim`.
#[derive(Debug, clap::Args)]
pub struct SimArgs {
    /// What to simulate.
    #[command(subcommand)]
    pub command: SimCommand,
}

/// What there is to simulate.
#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// Groups: members send, crash, pause, come and go in a network that loses and parts; and every history is judged
    Group(Box<GroupSimArgs>),
    /// Rules of groups, each broken on purpose: in how many simulations the promise that it is needed for notices, and the
    /// smallest history that shows it
    Rules(SimRulesArgs),
    /// The services and the concurrency models with any number of clients, beside the arithmetic; alone, the whole
    /// benchmark of the seed experiment
    Bench(Box<SimBenchArgs>),
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    /// For people
    Text,
    /// The summary as JSON
    Json,
}
