//! Flags of `clock`.

use std::path::PathBuf;

use clap::Subcommand;

use super::FolderArgs;

/// Flags of `clock`.
#[derive(Debug, clap::Args)]
pub struct ClockArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ClockCommand,
}

/// What there is to do with logical clocks.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Lamport's clock in two lines: one process sends, the other receives
    Demo,
    /// Judge logs of any program: what happened before what, which clocks kept their promise; and draw them
    Order(OrderArgs),
    /// Say whether one event may have caused another, and by which messages
    Why(WhyArgs),
    /// Write logs in another tool's form
    Export(ExportArgs),
}

/// Which logs, and how they are to be read.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The logs")]
pub struct LogArgs {
    /// Logs: of one form, all of one run; `-` is standard input. A run's folder stands for its trace.jsonl
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Their form: wharf, shiviz, govector, tsviz, lamport; default what they look like
    #[arg(long, value_name = "FORM")]
    pub form: Option<String>,
    /// An event's look, as ShiViz takes it: a regular expression with the groups host, event and clock,
    /// such as '(?<host>\S+) (?<clock>\{.*\}) (?<event>.*)'
    #[arg(long, value_name = "REGEX", conflicts_with = "form")]
    pub parser: Option<String>,
    /// What stands between executions, as ShiViz takes it; a group named trace names them
    #[arg(long, value_name = "REGEX", requires = "parser")]
    pub delimiter: Option<String>,
    /// Of several executions, the one of that name or number
    #[arg(long, value_name = "NAME")]
    pub execution: Option<String>,
}

/// Flags of `clock order`.
#[derive(Debug, clap::Args)]
#[command(after_help = ORDER_HELP)]
pub struct OrderArgs {
    /// The logs.
    #[command(flatten)]
    pub logs: LogArgs,
    /// Draw the surroundings of this event, such as bob:12; default the first that breaks a promise, or the
    /// beginning. It matters where a log has too many events for one page
    #[arg(long, value_name = "EVENT")]
    pub around: Option<String>,
    /// Also write the diagram as a picture without a script
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// Flags of `clock why`.
#[derive(Debug, clap::Args)]
#[command(after_help = WHY_HELP)]
pub struct WhyArgs {
    /// The event that may be the cause, such as alice:3: a host and which of its events
    #[arg(value_name = "A")]
    pub cause: String,
    /// The event that may be its effect
    #[arg(value_name = "B")]
    pub effect: String,
    /// The logs.
    #[command(flatten)]
    pub logs: LogArgs,
}

/// Flags of `clock export`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPORT_HELP)]
pub struct ExportArgs {
    /// The form to write: wharf, shiviz, govector, tsviz
    #[arg(long = "as", value_name = "FORM")]
    pub written_as: String,
    /// The logs.
    #[command(flatten)]
    pub logs: LogArgs,
    /// Where to; default standard output
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

const ORDER_HELP: &str = "\
What happened before what is rebuilt from each host's own order and from who received whose message. \
A log that names no messages (ShiViz's, GoVector's) has its order in its clocks only: then less can \
be judged, and where the order comes from is printed.

Exit status: 0 every promise kept, 1 a promise broken or the log cannot have happened, 2 nothing can \
be said, 3 wrong usage, or the result cannot be printed or written.

A program of yours writes the form `wharf`, a line an event; host and kind must be there:
  {\"log\":\"wharf events\",\"version\":1}
  {\"host\":\"bob\",\"n\":1,\"kind\":\"receive\",\"message\":\"m1\",\"lamport\":2,\"vector\":{\"al\":1,\"bob\":1}}
n counts the host's events from 1, so that a missing line is seen; kind is local, send, receive \
or deliver; a send and its receipts have the same message. In Python:
  print(json.dumps(dict(log=\"wharf events\", version=1)), flush=True)
  print(json.dumps(dict(host=me, n=n, kind=\"send\", message=name, lamport=clock)), flush=True)
docs/logs.md has every field, the other forms, and what is judged.

Any other form: --parser says what an event looks like, here `alice {\"alice\":1} said hello`:
  wharf clock order my.log --parser '(?<host>\\S+) (?<clock>\\{.*\\}) (?<event>.*)'

Examples:
  wharf clock order alice/trace.jsonl bob/trace.jsonl    logs of two members of `wharf cast chat`
  wharf clock order shiviz.log                           a log with ShiViz's two header lines
  wharf clock order *-Log.txt --form govector            what GoVector's processes left
  python3 lamport.py | wharf clock order -               lines with (LAMPORT_TIME=n)";

const WHY_HELP: &str = "\
Exit status: 0 whatever the answer is, 3 wrong usage.

Examples:
  wharf clock why alice:1 carol:4 runs/*-chat-*          the way from one to the other, or `concurrent`
  wharf clock why a:2 b:2 shiviz.log";

const EXPORT_HELP: &str = "\
Examples:
  wharf clock export --as shiviz runs/*-chat-* -o chat.log     for https://bestchai.bitbucket.io/shiviz
  wharf clock export --as govector trace.jsonl";
