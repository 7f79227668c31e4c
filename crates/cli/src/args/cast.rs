//! Flags of `cast` and its commands.

mod bench;
mod chat;
mod doctor;

use std::{path::PathBuf, time::Duration};

use super::values::{bytes, duration};

pub use bench::{CastBenchArgs, Phase};
pub use chat::{AmongArgs, ChatArgs};
pub use doctor::DoctorArgs;

/// Flags of `cast`.
#[derive(Debug, clap::Args)]
pub struct CastArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CastCommand,
}

/// What to do with datagrams.
#[derive(Debug, clap::Subcommand)]
pub enum CastCommand {
    /// Send datagrams to one, to a group or to everybody
    Send(SendArgs),
    /// Receive what is sent to one, to a group or to everybody, and print it
    Recv(RecvArgs),
    /// Chat with the other members of a group, and see what concurrency, loss and disorder do to it
    Chat(ChatArgs),
    /// Say why datagrams do not arrive here, and what to do about it
    Doctor(DoctorArgs),
    /// Measure datagrams: how many a second, how many are lost, how long each takes
    Bench(CastBenchArgs),
}

/// Whom datagrams are for; the same for every command that casts.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Whom it is for (default --multicast 224.1.1.1:5007)")]
pub struct WhomArgs {
    /// One receiver, or several with commas between them or the flag again: each is sent to by itself. Also
    /// name:NAME, which is asked of a name service
    #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',', group = "whom")]
    pub unicast: Vec<String>,
    /// All who have joined a group: 224.1.1.1:5007, [ff02::114%eth0]:5007
    #[arg(long, value_name = "GROUP:PORT", group = "whom")]
    pub multicast: Option<String>,
    /// Everybody on a network: a port, and the network is that of --interface (to send, the loopback's unless
    /// it is given; to receive, all); or a subnet's broadcast address and a port. 255.255.255.255 only if
    /// written
    #[arg(long, value_name = "PORT|ADDR:PORT", group = "whom")]
    pub broadcast: Option<String>,
    /// Interface, by its name or one of its addresses; for a group default the one that the routing table
    /// names, where programs listen that choose none, else lo
    #[arg(short, long, value_name = "NAME|ADDR")]
    pub interface: Option<String>,
}

/// Flags of `cast send`.
#[derive(Debug, clap::Args)]
#[command(after_help = SEND_EXAMPLES)]
pub struct SendArgs {
    /// What to send, in one datagram, with a space between words; default the lines of standard input, a
    /// datagram each
    pub text: Vec<String>,
    /// Send the lines of a file, a datagram each
    #[arg(short, long, value_name = "FILE", conflicts_with = "text")]
    pub file: Option<PathBuf>,
    /// Send any bytes, up to 65,507 in a datagram, not only UTF-8 up to 1024; the whole of a file or of
    /// standard input is then one datagram
    #[arg(long)]
    pub raw: bool,
    /// Send it so many times; not what comes from standard input
    #[arg(short = 'n', long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub count: u64,
    /// Let so much time pass from one datagram to the next
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub interval: Option<Duration>,
    /// Send so many datagrams a second; default as fast as they come
    #[arg(long, value_name = "HZ", conflicts_with = "interval", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub rate: Option<u32>,
    /// How far a datagram goes: for a group 0 is this machine (the default), 1 the network of the interface,
    /// more with routers that pass it on
    #[arg(long, value_name = "N")]
    pub ttl: Option<u8>,
    /// To a group: members on this machine receive nothing
    #[arg(long)]
    pub no_loop: bool,
    /// Say nothing but what went wrong
    #[arg(short, long)]
    pub quiet: bool,
    /// Whom it is for.
    #[command(flatten)]
    pub whom: WhomArgs,
}

/// Flags of `cast recv`.
#[derive(Debug, clap::Args)]
#[command(after_help = RECV_EXAMPLES)]
pub struct RecvArgs {
    /// End after so many datagrams; when fewer have come by the end of --for, or ^C, the exit status is 2
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// End after so much time; default at ^C
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub lasting: Option<Duration>,
    /// Write the bytes as they came, with nothing before, between or after them
    #[arg(long, conflicts_with = "json")]
    pub raw: bool,
    /// Print a JSON object a line: from, to, cast, interface, bytes, text or hex, when
    #[arg(long)]
    pub json: bool,
    /// Say of each datagram when and how it came, from whom
    #[arg(short, long)]
    pub verbose: bool,
    /// Take so many bytes of a datagram, as `recvfrom(N)` does; what is cut is told. Default all
    #[arg(long, value_name = "SIZE", default_value = "65535", value_parser = bytes)]
    pub room: usize,
    /// Receive buffer to ask the kernel for; what it grants is told
    #[arg(long, value_name = "SIZE", default_value = "4MiB", value_parser = bytes)]
    pub buffer: usize,
    /// Say nothing but what went wrong
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Whom it is for.
    #[command(flatten)]
    pub whom: WhomArgs,
}

const SEND_EXAMPLES: &str = "\
Examples:
  wharf cast send hello                                    to the group 224.1.1.1:5007, on this machine
  wharf cast send hello --ttl 1                            the same, to its network too
  wharf cast send hello --unicast 127.0.0.1:5007
  wharf cast send hello --broadcast 5007 --interface eth0  everybody on the network of eth0
  wharf cast send tick -n 60 --interval 1s
  seq 1000 | wharf cast send --rate 100

Exit status: 0 sent (whether received, a datagram does not tell), 1 an address said that nobody receives \
there, 3 it could not be sent.";

const RECV_EXAMPLES: &str = "\
Examples:
  wharf cast recv                                 what is sent to the group 224.1.1.1:5007
  wharf cast recv -n 3 --for 5s -v                three datagrams, or 5 s
  wharf cast recv --unicast 127.0.0.1:5007
  wharf cast recv --broadcast 5007 --json

Text is printed as it came, after `Received data: `, with a line end after it. Control characters within it are \
spelled out (\\n, \\u{1b}), so that a stranger's datagram neither steers a terminal nor makes a line of its own; \
tabs and a line end at the very end stay. --raw changes nothing, --json tells one thing from another.

The port of a group or a broadcast is shared with programs that set SO_REUSEADDR or SO_REUSEPORT. Joining a \
group on a network tells its routers so.

Exit status: 0, or 2 when --count datagrams have not come, 3 when nothing can be received or printed.";
