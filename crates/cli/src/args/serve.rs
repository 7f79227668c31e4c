//! Flags of `serve`.

use std::path::PathBuf;

use super::{CrewArgs, DialectArgs, FolderArgs, LimitArgs};

/// Flags of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// What to serve; `wharf list` tells what there is
    pub service: String,
    /// The port, as the course's `server.py PORT` takes it
    #[arg(value_name = "PORT", conflicts_with = "port")]
    pub positional_port: Option<u16>,
    /// Address or host name to listen on; 0.0.0.0 for all of this machine's addresses
    #[arg(short, long, default_value = "127.0.0.1")]
    pub address: String,
    /// Port to listen on, 0 for any free one; each service has its own default
    #[arg(short, long, allow_hyphen_values = true)]
    pub port: Option<u16>,
    /// Concurrency model: iter(ative), thr(ead), proc(ess) or one of those that `wharf models` explains
    #[arg(
        short,
        long = "model",
        visible_alias = "concurrency-mode",
        value_name = "MODEL",
        default_value = "thread"
    )]
    pub model: String,
    /// Print what clients send, too
    #[arg(short, long)]
    pub verbose: bool,
    /// Print nothing while serving
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Write every event into events.jsonl in the run's folder
    #[arg(long, conflicts_with = "no_folder")]
    pub record: bool,
    /// Register under this name while serving, with a lease that is kept: region1/mean, or
    /// region1/mean@HOST:PORT to say where the name service is (default $WHARF_NAMES, else 127.0.0.1:5380)
    #[arg(long, value_name = "NAME[@HOST:PORT]")]
    pub name: Option<String>,
    /// The address and port to register, where clients reach this server otherwise than it listens
    #[arg(long, value_name = "ADDR[:PORT]", requires = "name")]
    pub advertise: Option<String>,
    /// How the service speaks.
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// The model's workers.
    #[command(flatten)]
    pub crew: CrewArgs,
    /// Limits.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Write the address and process number as JSON into this file once connections are accepted
    #[arg(long, value_name = "FILE", help_heading = "For programs")]
    pub ready_file: Option<PathBuf>,
    /// Write the result as JSON into this file at the end
    #[arg(long, value_name = "FILE", help_heading = "For programs")]
    pub summary_file: Option<PathBuf>,
    /// Write every event as a line of JSON into this file
    #[arg(long, value_name = "FILE", help_heading = "For programs")]
    pub events_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  wharf serve timestamps --port 55000 --concurrency-mode thr --verbose
  wharf serve mean 8081
  wharf serve slow-reverse --task 3s -m proc
  wharf serve tasks --separator ' ' --one-shot
  wharf serve mean --name region1/mean              and wharf load mean --server name:region1/mean";
