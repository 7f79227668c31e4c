//! Flags for how the workers of a concurrency model are laid out.

use anyhow::anyhow;
use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use run::{CpuWork, Crew, Sharing};
use serve::{Choice, Model};

use super::unheeded;

/// The layout of a model's workers, where the model leaves a choice.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The model's workers")]
pub struct CrewArgs {
    /// pool: threads (default 64); prefork: processes (64); percore, async, uring-percore: as many as
    /// processors
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=4096))]
    size: Option<u32>,
    /// pool: connections that may wait for a thread; past it --when-full decides (default 1024)
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=65_535))]
    queue: Option<u32>,
    /// prefork, percore, uring-percore: all accept from one listener (default), or each has one of its own
    #[arg(long, value_name = "listener|reuseport")]
    sharing: Option<Sharing>,
    /// Event loops: calculate where the connection is attended to (default), or on threads of their own
    #[arg(long, value_name = "inline|offload")]
    cpu_work: Option<CpuWork>,
}

/// The flags by themselves.
#[derive(clap::Parser)]
#[command(disable_help_flag = true)]
struct Line {
    #[command(flatten)]
    crew: CrewArgs,
}

impl CrewArgs {
    /// The layout that these flags give: for who has them from elsewhere than the command line.
    ///
    /// # Errors
    /// When one is unknown or its value is out of range.
    pub fn from_flags(flags: &[String]) -> anyhow::Result<Self> {
        let nothing = String::new();
        let parsed = Line::try_parse_from([&nothing].into_iter().chain(flags));
        parsed.map(|line| line.crew).map_err(|error| {
            let is_unknown = error.kind() == ErrorKind::UnknownArgument;
            match is_unknown {
                true => anyhow!("the choices that there are: {}", names().join(", ")),
                false => anyhow!("{}", headline(&error)),
            }
        })
    }

    /// The layout as the models take it.
    pub fn crew(&self) -> Crew {
        let standard = Crew::default();
        Crew {
            size: self.size.map(|size| size as usize),
            queue: self.queue.map_or(standard.queue, |queue| queue as usize),
            sharing: self.sharing.unwrap_or(standard.sharing),
            cpu_work: self.cpu_work.unwrap_or(standard.cpu_work),
        }
    }

    /// The flags that were given and mean nothing to this model.
    pub fn without_effect(&self, model: &Model) -> Vec<&'static str> {
        let given = [
            (self.size.is_some(), Choice::Size),
            (self.queue.is_some(), Choice::Queue),
            (self.sharing.is_some(), Choice::Sharing),
            (self.cpu_work.is_some(), Choice::CpuWork),
        ];
        unheeded(model, &given)
    }
}

/// Their names, without dashes.
fn names() -> Vec<String> {
    let line = Line::command();
    let names = line.get_arguments().filter_map(|flag| flag.get_long());
    names.map(str::to_owned).collect()
}

/// What an error says, without how the whole command is used.
fn headline(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
