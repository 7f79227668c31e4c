//! Flags of `cast chat`.

use std::time::Duration;

use group::Order;

use super::{
    super::{FolderArgs, group::orders_proper},
    duration,
};

/// Flags of `cast chat`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct ChatArgs {
    /// What to be called: 1 to 32 bytes of letters, digits, `.`, `_` and `-`; default the user's name
    #[arg(short, long)]
    pub name: Option<String>,
    /// The group: members hear each other who give the same, on the same address
    #[arg(short, long, default_value = "lab")]
    pub group: String,
    /// Agree with the others on who is there and on what was said in this order, as `wharf group join` does: nothing is
    /// lost or doubled, and each message has its place. All members need the same; without it nothing is promised
    #[arg(short, long, value_name = "ORDER", value_parser = orders_proper())]
    pub order: Option<&'static Order>,
    /// Stay so long after standard input has ended, and then say good-bye
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration)]
    pub linger: Duration,
    /// Print a JSON object a line: messages with their stamps, and everything else that is told
    #[arg(long)]
    pub json: bool,
    /// Say nothing but messages and what went wrong
    #[arg(short, long)]
    pub quiet: bool,
    /// Whom it is for.
    #[command(flatten)]
    pub among: AmongArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// Among whom one chats.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Among whom")]
pub struct AmongArgs {
    /// A group's address; not that of the plain programs, who could not read it
    #[arg(
        long,
        value_name = "GROUP:PORT",
        default_value = "239.255.0.1:5008",
        group = "whom"
    )]
    pub multicast: String,
    /// These members, with commas between them or the flag again; needs --listen
    #[arg(
        long,
        value_name = "ADDR:PORT",
        value_delimiter = ',',
        group = "whom",
        requires = "listen"
    )]
    pub unicast: Vec<String>,
    /// --unicast: where the others reach this member
    #[arg(long, value_name = "ADDR:PORT", requires = "unicast")]
    pub listen: Option<String>,
    /// Everybody on a network: a port, and the network is that of --interface, or else this machine's own; or
    /// a subnet's broadcast address and a port
    #[arg(long, value_name = "PORT|ADDR:PORT", group = "whom")]
    pub broadcast: Option<String>,
    /// Interface, by its name or one of its addresses; for a group default the one that the routing table
    /// names, else lo
    #[arg(short, long, value_name = "NAME|ADDR")]
    pub interface: Option<String>,
    /// How far datagrams go: for a group 0 is this machine (the default), 1 the network of the interface, more
    /// with routers that pass it on
    #[arg(long, value_name = "N")]
    pub ttl: Option<u8>,
}

const EXAMPLES: &str = "\
Examples:
  wharf cast chat --name alice                              in one terminal
  wharf cast chat --name bob                                in another one
  wharf cast chat --ttl 1 --interface eth0                  with the network of eth0
  wharf cast chat --listen 127.0.0.1:6001 --unicast 127.0.0.1:6002,127.0.0.1:6003
  printf 'one\\ntwo\\n' | wharf cast chat --linger 2s --json
  wharf cast chat --order causal                            an answer never comes before what it answers
  wharf cast chat --order total-sequencer                   the same lines in one order for all

Each line, of up to 1024 bytes, goes to all members. Nothing is promised of whether and in which \
order it comes; what is concurrent, late, lost or missing is told. Each member writes its events into \
trace.jsonl in the run's folder; together these files are a log with three kinds of clocks. The end \
of standard input or ^C says good-bye.

With --order it is the group of `wharf group join`, with its defaults: what is lost is asked for again, a \
message is shown when its place is known, with its position in what this member shows, and all agree on who \
is there. Then `wharf verdict` judges every member's trace.jsonl. A line may have up to 1304 bytes. Members \
with an order and members without one do not hear each other, and say so.

Nobody who can send to the address is kept out: chat where you trust the network.

Exit status: 0, 2 when something could not be sent or written, or with --order may not be delivered, 3 when \
it cannot begin.";
