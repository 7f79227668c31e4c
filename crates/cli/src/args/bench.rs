//! Flags of `bench`.

use std::time::Duration;

use super::{
    FolderArgs,
    values::{counts, duration},
};

/// Flags of `bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct BenchArgs {
    /// Concurrency models to compare
    #[arg(
        short,
        long,
        value_delimiter = ',',
        value_name = "MODELS",
        default_value = "iter,thr,proc"
    )]
    pub models: Vec<String>,
    /// Numbers of clients at once: 10,20,50 or 10..100+10
    #[arg(short, long, default_value = "10..100+10", allow_hyphen_values = true, value_parser = Counts::parse)]
    pub clients: Counts,
    /// How long a request waits in the server; default: as long as lets the whole end within a minute
    #[arg(short, long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration, conflicts_with = "full")]
    pub task: Option<Duration>,
    /// How often each point is measured
    #[arg(short, long, default_value = "3", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs_per_point: u32,
    /// The seed experiment itself: a task of 3 s (about 90 minutes with the default sweep)
    #[arg(long)]
    pub full: bool,
    /// Leave out the measurement of gaps between messages
    #[arg(long)]
    pub no_gaps: bool,
    /// Where the random gaps come from
    #[arg(long, default_value = "42")]
    pub seed: u64,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// A list of counts, parsed as one value.
#[derive(Clone, Debug)]
pub struct Counts(pub Vec<u64>);

impl Counts {
    fn parse(text: &str) -> Result<Self, String> {
        counts(text).map(Self)
    }
}

const EXAMPLES: &str = "\
Examples:
  wharf bench                                        iter, thr, proc; 10, 20 … 100 clients; under a minute
  wharf bench --clients 100 --task 3s -r 1           one point of the seed experiment
  wharf bench --models thr,proc --clients 100,1000   only the concurrent ones, more clients";
