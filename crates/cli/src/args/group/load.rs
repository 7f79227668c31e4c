//! Flags of `group load`.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;

use super::{
    MeetArgs, TermsArgs,
    bench::{lasting, payload, rate},
};

/// Flags of `group load`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct GroupLoadArgs {
    /// The group: members find each other who give the same, on the same address
    #[arg(default_value = "load", value_parser = NonEmptyStringValueParser::new())]
    pub group: String,
    /// What to be called; default the user's name
    #[arg(short, long)]
    pub name: Option<String>,
    /// How many members there are to be
    #[arg(short, long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub members: u8,
    /// This member sends nothing
    #[arg(long)]
    pub silent: bool,
    /// Bytes of a message, at least 16
    #[arg(short, long, value_name = "SIZE", default_value = "64", value_parser = payload)]
    pub bytes: usize,
    /// How long each run counts, from 10ms to 60s
    #[arg(long = "for", value_name = "DURATION", default_value = "2s", value_parser = lasting)]
    pub lasting: Duration,
    /// Low load: messages a second, of this member
    #[arg(long, value_name = "HERTZ", default_value = "333", value_parser = rate)]
    pub rate: f64,
    /// What the group promises.
    #[command(flatten)]
    pub terms: TermsArgs,
    /// Where it meets.
    #[command(flatten)]
    pub meet: MeetArgs,
}

const EXAMPLES: &str = "\
A conversation of lines, so that a program can have all members begin together:
  ready                      on standard output, when all members are there
  go                         on standard input: the member sends on schedule
  latency OWN OWN OTHERS OTHERS
                             nanoseconds until its own messages were delivered here, median and 99th percentile;
                             those of others likewise (all members on one machine, whose clock is theirs); a dash
                             where there were none
  go                         on standard input: the member sends as fast as the group takes it
  rate N                     messages a second that it was given
  and again, until standard input ends: then it leaves

Every delivery is checked; what is wrong is told on standard error, and the exit status is 1.

Example, in each of three terminals or network namespaces:
  wharf group load --interface eth0 --ttl 1 --order total-sequencer";
