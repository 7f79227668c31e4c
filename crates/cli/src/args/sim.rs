//! Flags of `sim` and its commands.

mod bench;

pub use bench::{SimBenchArgs, SimFormat};

/// Flags of `sim`.
#[derive(Debug, clap::Args)]
pub struct SimArgs {
    /// What to simulate.
    #[command(subcommand)]
    pub command: SimCommand,
}

/// What there is to simulate.
#[derive(Debug, clap::Subcommand)]
pub enum SimCommand {
    /// The services and the concurrency models with any number of clients, beside the arithmetic; alone, the whole
    /// benchmark of the seed experiment
    Bench(Box<SimBenchArgs>),
}
