//! The flags: their names, their help, their types. Parsing does no work.

mod bench;
mod cast;
mod clock;
mod compare;
mod crew;
mod dialect;
mod group;
mod limits;
mod load;
mod name;
mod primes;
mod serve;
mod sim;
mod values;
mod verdict;

use std::path::PathBuf;

use ::serve::{Choice, Model};
use clap::{Parser, Subcommand};

pub use bench::BenchArgs;
pub use cast::{
    AmongArgs, CastArgs, CastBenchArgs, CastCommand, ChatArgs, DoctorArgs, Phase, RecvArgs,
    SendArgs, WhomArgs,
};
pub use clock::{ClockArgs, ClockCommand, ExportArgs, LogArgs, OrderArgs, WhyArgs};
pub use compare::CompareArgs;
pub use crew::CrewArgs;
pub use dialect::DialectArgs;
pub use group::{
    GroupArgs, GroupBenchArgs, GroupCommand, GroupJoinArgs, GroupLoadArgs, MeetArgs, Output,
    PromiseArgs, TermsArgs,
};
pub use limits::LimitArgs;
pub use load::{ClientArg, LoadArgs};
pub use name::{
    DEFAULT_HTTP, DeregisterArgs, ExportNamesArgs, ImportArgs, KeyArgs, ListArgs, NameArgs,
    NameCommand, NameServeArgs, RegisterArgs, ResolveArgs, ServiceArgs, StatusArgs, WatchArgs,
};
pub use primes::{FileArgs, PrimesArgs};
pub use serve::ServeArgs;
pub use sim::{
    ChanceArgs, GroupSimArgs, Printed, SimArgs, SimBenchArgs, SimCommand, SimFormat, SimRulesArgs,
};
pub use verdict::VerdictArgs;

/// A laboratory for networked services: serve one definition under every concurrency model, load it,
/// compare the models, look at the report.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 120, after_help = EXAMPLES, propagate_version = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a service under a concurrency model, and measure the gaps between what arrives
    Serve(ServeArgs),
    /// Load a server with workers that send on schedule and check every answer
    Load(LoadArgs),
    /// Compare the concurrency models: under a burst, a closed loop, churn, silence, or mixed work
    Bench(BenchArgs),
    /// Search for prime numbers: work for the processor, by one worker, many threads or many processes
    Primes(PrimesArgs),
    /// Send and receive datagrams: to one, to a group, to everybody
    Cast(CastArgs),
    /// Ordered, reliable groups: members that agree on who is there and on what was said in which order
    Group(GroupArgs),
    /// Logical clocks: judge and draw the log of any distributed program
    Clock(ClockArgs),
    /// Judge what a group promised, from the histories of its members alone: order, agreement, and the rest
    Verdict(VerdictArgs),
    /// Name services: register, resolve and watch names, which any program resolves by DNS
    Name(NameArgs),
    /// Simulate in virtual time: groups with everything going wrong that can, services with any number of clients
    Sim(SimArgs),
    /// Compare two runs of bench or load: what changed, and whether it got worse
    Compare(CompareArgs),
    /// Draw the report of a run folder again, and print its result
    Report(ReportArgs),
    /// Explain the concurrency models: how connections map to execution, what each is good and bad at
    Models(ModelsArgs),
    /// List the services, concurrency models and arrival laws there are
    List,
}

/// Flags of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// The run's folder; default the latest run
    pub run: Option<PathBuf>,
    /// Folder below which runs have their folders
    #[arg(long, value_name = "DIR", env = "WHARF_RUNS", default_value = "runs")]
    pub runs: PathBuf,
}

/// Flags of `models`.
#[derive(Debug, clap::Args)]
pub struct ModelsArgs {
    /// As a table in Markdown, as the README has it
    #[arg(long)]
    pub markdown: bool,
}

/// Where runs are kept; the same for every command that measures.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The run's folder")]
pub struct FolderArgs {
    /// Folder below which the run gets a folder of its own
    #[arg(long, value_name = "DIR", env = "WHARF_RUNS", default_value = "runs")]
    pub runs: PathBuf,
    /// Keep no folder of this run
    #[arg(long)]
    pub no_folder: bool,
}

/// Of flags with whether they were given and the services to which they mean something: those that
/// were given and mean nothing to `service`.
fn without_effect(service: &str, flags: &[(bool, &'static str, &[&str])]) -> Vec<&'static str> {
    let idle = flags
        .iter()
        .map(|(is_given, flag, services)| (*is_given && !services.contains(&service), *flag));
    those(idle)
}

/// Of choices with whether they were given: those that were given and that `model` does not heed.
fn unheeded(model: &Model, choices: &[(bool, Choice)]) -> Vec<&'static str> {
    let idle = choices.iter().map(|(is_given, choice)| {
        let is_idle = *is_given && !model.choices.contains(choice);
        (is_idle, choice.flag())
    });
    those(idle)
}

/// The flags of which it is true.
pub fn those(flags: impl IntoIterator<Item = (bool, &'static str)>) -> Vec<&'static str> {
    let flags = flags.into_iter();
    flags.filter_map(|(is, flag)| is.then_some(flag)).collect()
}

const EXAMPLES: &str = "\
Examples:
  wharf bench                                  the whole comparison, under a minute
  wharf serve timestamps -m thr -v             a server, a thread for each connection
  wharf load timestamps -w 3 -n 5 -d u -p 2.0  three workers, five messages each, gaps uniform in [0, 2] s
  wharf primes --compare                       a calculation on one processor against all of them
  wharf list                                   what there is to serve, and how

Exit status: 0 valid, 1 invalid, 2 unknown (nothing could be concluded), 3 wrong usage or environment.";
