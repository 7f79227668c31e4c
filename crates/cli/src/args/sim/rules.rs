//! Flags of `sim rules`.

/// Flags of `sim rules`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct SimRulesArgs {
    /// How many seeds to run of each rule
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub seeds: u64,
    /// The first seed
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub first_seed: u64,
    /// Threads; default one for each processor
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Runs that may be spent to make the first failing schedule of each rule smaller
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub shrink: usize,
    /// As a table in Markdown, as docs/groups.md has it
    #[arg(long)]
    pub markdown: bool,
}

const HELP: &str = "\
Each rule is simulated with the flags that it brings, which are shown. `wharf sim group --break RULE` does the \
same for one, keeps a folder and draws the history.

Exit status: 0 every rule was noticed by the promise that it is needed for, 1 one was not.";
