//! Flags of `group join`.

use std::{path::PathBuf, time::Duration};

use clap::builder::NonEmptyStringValueParser;

use super::TermsArgs;
use crate::args::values::duration;

/// Flags of `group join`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct GroupJoinArgs {
    /// The group: members find each other who give the same, on the same address
    #[arg(default_value = "lab", value_parser = NonEmptyStringValueParser::new())]
    pub group: String,
    /// What to be called: 1 to 32 bytes of letters, digits, `.`, `_` and `-`; default the user's name
    #[arg(short, long)]
    pub name: Option<String>,
    /// Leave so long after standard input has ended and all that was said is delivered
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration)]
    pub linger: Duration,
    /// Stay when standard input ends, until ^C or the end of --for
    #[arg(long, conflicts_with = "linger")]
    pub stay: bool,
    /// Leave after so much time in any case
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub lasting: Option<Duration>,
    /// Begin to say what comes from standard input when so many members are there
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub await_members: u8,
    /// Write what is sent, delivered and who is there to a file that must not be there yet, for `wharf clock order`
    /// and `wharf verdict`
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// How to print what happens
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Output,
    /// Print messages and nothing else
    #[arg(short, long)]
    pub quiet: bool,
    /// What the group promises.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// Where it meets.
    #[command(flatten)]
    pub meet: MeetArgs,
}

/// How to print what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Messages as lines on standard output, the rest on standard error
    Text,
    /// A JSON object a line on standard output, for all that happens
    Json,
}

/// Where a group meets.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where it meets")]
pub struct MeetArgs {
    /// A multicast group's address
    #[arg(
        long,
        value_name = "GROUP:PORT",
        default_value = "239.255.0.1:5009",
        group = "where"
    )]
    pub multicast: String,
    /// All members by themselves, with commas between them or the flag again, this one may be among them; needs
    /// --listen
    #[arg(
        long,
        value_name = "ADDR:PORT",
        value_delimiter = ',',
        group = "where",
        requires = "listen"
    )]
    pub to: Vec<String>,
    /// --to: where the others reach this member, and where it sends from
    #[arg(long, value_name = "ADDR:PORT", requires = "to")]
    pub listen: Option<String>,
    /// Interface, by its name or one of its addresses; default lo for a multicast group
    #[arg(short, long, value_name = "NAME|ADDR")]
    pub interface: Option<String>,
    /// How far datagrams to a multicast group go: 0 is this machine (the default), 1 the network of the
    /// interface, more with routers that pass it on
    #[arg(long, value_name = "N")]
    pub ttl: Option<u8>,
}

const EXAMPLES: &str = "\
Examples:
  wharf group join --name alice                             in one terminal
  wharf group join --name bob                               in another one
  wharf group join lab --order causal --interface eth0 --ttl 1
  wharf group join lab --listen 10.0.0.1:6000 --to 10.0.0.1:6000,10.0.0.2:6000,10.0.0.3:6000
  seq 1000 | wharf group join --name carol --await-members 3 --log carol.jsonl

Each line of standard input is a message. What is delivered is printed with its position in this member's sequence, its \
sender and its number: under a total order the lines of all members are the same. A member that the others had to do \
without comes back by itself and says again what they have not delivered, and nothing twice.

^C leaves in order: the others agree that this member is gone. A second ^C ends at once, and the others notice by its \
silence. A terminal or a pipe that takes nothing holds the member up; the others go on without it.

Exit status: 0 it left in order, 2 it ended at once, or something of its own may be lost, 3 it cannot begin.";
