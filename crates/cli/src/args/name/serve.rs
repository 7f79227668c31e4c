//! Flags of `name serve`.

use std::{net::SocketAddr, path::PathBuf};

use crate::args::FolderArgs;

/// Flags of `name serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct NameServeArgs {
    /// The zone that all names stand in, as DNS sees them: region1/server1 is server1.region1.lab.test
    #[arg(long, value_name = "ZONE", default_value = "lab.test")]
    pub zone: String,
    /// Folder with the names; it is made if it is not there, and survives the server
    #[arg(long, value_name = "DIR", default_value = "wharf-names")]
    pub data: PathBuf,
    /// Where to answer DNS, by UDP and by TCP; several with commas between them. Port 0: any free one
    #[arg(
        long,
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:5300",
        value_delimiter = ','
    )]
    pub dns: Vec<SocketAddr>,
    /// Where to answer HTTP
    #[arg(long, value_name = "ADDR:PORT", default_value = super::DEFAULT_HTTP, value_delimiter = ',')]
    pub http: Vec<SocketAddr>,
    /// Threads that answer datagrams, each with a socket of its own
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: u8,
    /// Revisions to remember, for watches that go on from an older one
    #[arg(long = "log", value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub log_max: u64,
    /// Print nothing while serving
    #[arg(short, long)]
    pub quiet: bool,
    /// Keys that sign updates and transfers by DNS, as `wharf name key` and tsig-keygen write them
    #[arg(long, value_name = "FILE", help_heading = "Who may what")]
    pub keys: Option<PathBuf>,
    /// Ask for signatures also from this machine; without it programs on this machine may change names unsigned
    #[arg(long, requires = "keys", help_heading = "Who may what")]
    pub signed_only: bool,
    /// File with the token that changes by HTTP must bring along when they come from elsewhere
    #[arg(long, value_name = "FILE", help_heading = "Who may what")]
    pub token_file: Option<PathBuf>,
    /// Answers a second that a network elsewhere (a /24, or a /56 of IPv6) gets by UDP; then every other is
    /// cut, so that whoever asks in earnest comes by TCP. 0: any number
    #[arg(
        long,
        value_name = "N",
        default_value = "200",
        help_heading = "Who may what"
    )]
    pub rate_limit: u32,
    /// Secondary servers that are told of changes, such as 127.0.0.1:5301, with a key 10.0.0.2:53=KEY
    #[arg(
        long,
        value_name = "ADDR:PORT[=KEY]",
        value_delimiter = ',',
        help_heading = "Secondaries"
    )]
    pub notify: Vec<String>,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Write the addresses and process number as JSON into this file once all are answered
    #[arg(long, value_name = "FILE", help_heading = "For programs")]
    pub ready_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Nothing is reachable from other machines unless you say so. Programs on this machine may change names; \
others need a key (DNS) or a token (HTTP).

Examples:
  wharf name serve
  wharf name serve --dns 0.0.0.0:53,[::]:53 --keys names.key       for a network; port 53 needs root
  wharf name serve --notify 127.0.0.1:5301                         with a secondary

To have all programs of this machine resolve the names, tell its resolver: systemd-resolved \
DNS=127.0.0.1:5300 and Domains=~lab.test; dnsmasq server=/lab.test/127.0.0.1#5300.";
