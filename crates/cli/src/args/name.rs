//! Flags of `name` and its commands.

mod serve;

use std::{path::PathBuf, time::Duration};

use clap::Subcommand;

use super::values::duration;

pub use serve::NameServeArgs;

/// Flags of `name`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct NameArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: NameCommand,
}

/// What there is to do with names.
#[derive(Debug, Subcommand)]
pub enum NameCommand {
    /// Serve names: by DNS, so that any program resolves them, and by HTTP
    Serve(NameServeArgs),
    /// Register a name: where it is, what is known about it, and for how long
    Register(RegisterArgs),
    /// Take a name away
    Deregister(DeregisterArgs),
    /// Resolve a name, and show each step of it
    Resolve(ResolveArgs),
    /// List names, by where they stand and by their attributes
    List(ListArgs),
    /// Watch names: print each change as it happens
    Watch(WatchArgs),
    /// Register all names of a file: a zone file, or dictionaries as TOML or JSON
    Import(ImportArgs),
    /// Write names into a file: a zone file, or dictionaries as TOML or JSON
    Export(ExportNamesArgs),
    /// Make a key that signs updates by DNS
    Key(KeyArgs),
    /// Say how the name service stands
    Status(StatusArgs),
}

/// Which name service is asked; the same for every command.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "The name service")]
pub struct ServiceArgs {
    /// Where its HTTP is
    #[arg(long = "names", value_name = "HOST:PORT", env = "WHARF_NAMES", default_value = DEFAULT_HTTP)]
    pub service: String,
    /// File with the token that changes must bring along where the service is on another machine
    #[arg(long, value_name = "FILE", env = "WHARF_NAMES_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
    /// How long to wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub timeout: Duration,
}

/// Flags of `name register`.
#[derive(Debug, clap::Args)]
#[command(after_help = REGISTER_HELP)]
pub struct RegisterArgs {
    /// The name: server1, region1/server1 or server1.region1
    pub name: String,
    /// Where it is: an address, or an address and a port; several if it is in several places
    #[arg(value_name = "ADDR[:PORT]")]
    pub addresses: Vec<String>,
    /// Its port
    #[arg(short, long)]
    pub port: Option<u16>,
    /// What else there is to know about it
    #[arg(short, long = "attribute", value_name = "KEY=VALUE")]
    pub attributes: Vec<String>,
    /// The name that it stands for: region1/server1; or one elsewhere, such as `example.org.`, with a dot at
    /// its end
    #[arg(long, value_name = "NAME", conflicts_with_all = ["addresses", "port", "attributes", "records"])]
    pub alias: Option<String>,
    /// Any other record, as in a zone file, such as 'MX 10 mail.example.org.'
    #[arg(long = "record", value_name = "RECORD")]
    pub records: Vec<String>,
    /// For how long an answer may be kept; default 30s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub ttl: Option<Duration>,
    /// Give the name a lease: without a sign of life for so long (1s to 1 day) it goes. Default none, and
    /// 10s with --keep
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub lease: Option<Duration>,
    /// Stay and keep the lease until ^C; then the name goes
    #[arg(long)]
    pub keep: bool,
    /// End at the end of standard input, too: when whoever started this is gone
    #[arg(long, requires = "keep", help_heading = "For programs")]
    pub until_closed: bool,
    /// Also if somebody has the name
    #[arg(long)]
    pub replace: bool,
    /// Only if the name was last changed at that revision (compare-and-set)
    #[arg(long, value_name = "REVISION", conflicts_with = "replace")]
    pub if_revision: Option<u64>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name deregister`.
#[derive(Debug, clap::Args)]
pub struct DeregisterArgs {
    /// The name
    pub name: String,
    /// Only if it was last changed at that revision
    #[arg(long, value_name = "REVISION")]
    pub if_revision: Option<u64>,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name resolve`.
#[derive(Debug, clap::Args)]
#[command(after_help = RESOLVE_HELP)]
pub struct ResolveArgs {
    /// The name: server1, region1/server1 or server1.region1
    pub name: String,
    /// Show each step on standard error: in which context which label was looked up, and what it led to
    #[arg(short, long)]
    pub steps: bool,
    /// Ask label by label, and go from context to context oneself; without it the service goes (recursively)
    #[arg(short, long)]
    pub iterative: bool,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "iterative")]
    pub json: bool,
    /// Take the names of a file instead of asking a service
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only the names within this one; default all
    #[arg(value_name = "NAME", default_value = "/")]
    pub within: String,
    /// Only those with this attribute: role=mean, or role whatever it says; several: all of them
    #[arg(short, long = "where", value_name = "KEY[=VALUE]")]
    pub attributes: Vec<String>,
    /// Print JSON, a line a name
    #[arg(long)]
    pub json: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name watch`.
#[derive(Debug, clap::Args)]
pub struct WatchArgs {
    /// Only the names within this one; default all
    #[arg(value_name = "NAME", default_value = "/")]
    pub within: String,
    /// Begin with what happened after this revision; default now
    #[arg(long, value_name = "REVISION")]
    pub since: Option<u64>,
    /// End after so many changes
    #[arg(short = 'n', long, value_name = "N")]
    pub count: Option<u64>,
    /// Print JSON, a line a change
    #[arg(long)]
    pub json: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name import`.
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_HELP)]
pub struct ImportArgs {
    /// The file; - is standard input, and then --form is needed
    pub file: PathBuf,
    /// Its form: zone, toml or json; default what its name ends with
    #[arg(long, value_name = "FORM")]
    pub form: Option<String>,
    /// Also names that somebody has
    #[arg(long)]
    pub replace: bool,
    /// Only look whether it could be imported
    #[arg(long)]
    pub check: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name export`.
#[derive(Debug, clap::Args)]
pub struct ExportNamesArgs {
    /// Only the names within this one; default all
    #[arg(value_name = "NAME", default_value = "/")]
    pub within: String,
    /// The form: zone, toml or json; default what --out ends with, else zone
    #[arg(long = "as", value_name = "FORM")]
    pub form: Option<String>,
    /// Where to; default standard output
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "out")]
    pub force: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Flags of `name key`.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// The key's name, such as laptop
    pub name: String,
    /// Only names within this one may be changed with it
    #[arg(long, value_name = "NAME")]
    pub within: Option<String>,
}

/// Flags of `name status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The service.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Where a name service has its HTTP unless told.
pub const DEFAULT_HTTP: &str = "127.0.0.1:5380";

const EXAMPLES: &str = "\
Examples:
  wharf name serve                                        a name service, for this machine only
  wharf name import examples/names/structured.toml        the names of a file
  wharf name resolve region1/server1 --steps              step by step
  dig @127.0.0.1 -p 5300 server1.region1.lab.test         any program resolves them
  wharf serve mean --name region1/mean                    a server with a name
  wharf load mean --server name:region1/mean              and a client that finds it";

const REGISTER_HELP: &str = "\
Examples:
  wharf name register region1/server1 192.168.1.2
  wharf name register region1/mean 127.0.0.1:8081 -a role=mean --lease 30s --keep
  wharf name register www --alias region1/server1

Exit status: 1 when the name is taken, or has changed since --if-revision.";

const RESOLVE_HELP: &str = "\
Prints the addresses, one a line, with their port if there is one. Exit status 1 when there is no such name. \
Examples:
  wharf name resolve server1 --from examples/names/flat.toml
  wharf name resolve region1/server1 --steps
  wharf name resolve region1/server1 --iterative";

const IMPORT_HELP: &str = "\
Dictionaries are those of any language: a string is an address, a table a region or, with addresses, \
port, attributes, alias, ttl_s or records in it, a value:
  [region1]
  server1 = \"192.168.1.2\"
  mean = { addresses = [\"127.0.0.1\"], port = 8081, attributes = { role = \"mean\" } }";
