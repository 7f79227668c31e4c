//! Flags of `load`.

use std::time::Duration;

use services::work::MOST_STEPS;

use super::{
    DialectArgs, FolderArgs,
    values::{bytes, duration},
};

/// Flags of `load`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, allow_negative_numbers = true)]
pub struct LoadArgs {
    /// Whose protocol to speak; `wharf list` tells what there is
    pub service: String,
    /// Where to, as the course's `client.py HOST:PORT` takes it; or name:NAME, see --server
    #[arg(value_name = "HOST:PORT", conflicts_with_all = ["server", "port"])]
    pub target: Option<String>,
    /// mean: the number to send, as the course's client takes it
    #[arg(value_name = "VALUE")]
    pub value: Option<f64>,
    /// How many workers, each with a schedule and a connection of its own
    #[arg(short, long, default_value = "1")]
    pub workers: u32,
    /// How many intervals, each followed by a request, for each worker; default 10 in a session, 1 where
    /// a request is a connection
    #[arg(short = 'n', long)]
    pub intervals: Option<u64>,
    /// Law of the intervals: d(eterministic), u(niform in [0, p]) or e(xponential); default d
    #[arg(short, long, value_name = "LAW")]
    pub dist: Option<String>,
    /// Its parameter: seconds for d and u, events a second for e; default 0.1 s in a session, 0 where a
    /// request is a connection
    #[arg(short, long, value_name = "P")]
    pub param: Option<f64>,
    /// Server's address or host name; or name:NAME, which is asked of a name service: of the one at
    /// $WHARF_NAMES, else 127.0.0.1:5380, or of that in name:NAME@HOST:PORT
    #[arg(short, long, default_value = "127.0.0.1")]
    pub server: String,
    /// Server's port; each service has its own default
    #[arg(short = 'P', long, allow_hyphen_values = true)]
    pub port: Option<u16>,
    /// Print what is sent and what comes back
    #[arg(short, long)]
    pub verbose: bool,
    /// Where the random intervals come from; the same seed gives the same schedule
    #[arg(long, default_value = "42")]
    pub seed: u64,
    /// Closed loop: begin the next interval when the answer has come. A slow server then thins the load
    #[arg(long)]
    pub closed: bool,
    /// What runs the workers: `threads`, one for each, the most punctual; or `async`, event loops with
    /// thousands of workers each, for tens of thousands of connections or the most requests a second.
    /// Default threads up to 1000 workers, async beyond
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<ClientArg>,
    /// Keep so many requests outstanding on each connection; needs --closed
    #[arg(long, value_name = "N", requires = "closed", default_value = "1")]
    pub pipeline: u32,
    /// Take up no request later than this after the start; -n is then the most for each worker, by
    /// default as many as there is time for
    #[arg(long = "for", value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub lasting: Option<Duration>,
    /// Close a connection after so many requests and make the next when a request needs it, which is then
    /// part of that request's time
    #[arg(long, value_name = "N")]
    pub per_connection: Option<u64>,
    /// How long to wait for a connection
    #[arg(long, value_name = "DURATION", default_value = "10s", allow_hyphen_values = true, value_parser = duration)]
    pub connect_timeout: Duration,
    /// How long to wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "1m", allow_hyphen_values = true, value_parser = duration)]
    pub timeout: Duration,
    /// echo, tasks, slow-reverse: the text to send; default one that numbers itself. primes: the question, as
    /// 999983 or 1-1000000; default some of about a million divisions each
    #[arg(long, help_heading = "Requests")]
    pub text: Option<String>,
    /// echo, tasks, slow-reverse: fill the text up to this size
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = bytes, help_heading = "Requests")]
    pub bytes: Option<usize>,
    /// mean: the numbers to send, worker by worker; default random ones
    #[arg(
        long,
        value_delimiter = ',',
        conflicts_with = "value",
        help_heading = "Requests"
    )]
    pub values: Vec<f64>,
    /// mean: how long to wait before saying `ready`, default 5 s; work: how long each request waits in the
    /// server, default 1 ms, at most 1 h
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration, help_heading = "Requests")]
    pub wait: Option<Duration>,
    /// work: how many steps each request calculates, a nanosecond or two each; default 100000
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u64).range(0..=MOST_STEPS), help_heading = "Requests")]
    pub steps: Option<u64>,
    /// mean: the client's number in what is printed, as the course's client takes it
    #[arg(long, value_name = "N", help_heading = "Requests")]
    pub number: Option<u32>,
    /// How the service speaks.
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// What runs the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ClientArg {
    /// A thread for each worker.
    Threads,
    /// Event loops.
    Async,
}

impl LoadArgs {
    /// The flags that were given and mean nothing to this service.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let texts: &[&str] = &["echo", "tasks", "slow-reverse"];
        let numbers: &[&str] = &["mean"];
        let given: [(bool, &'static str, &[&str]); 7] = [
            (
                self.text.is_some(),
                "--text",
                &["echo", "tasks", "slow-reverse", "primes"],
            ),
            (self.bytes.is_some(), "--bytes", texts),
            (self.value.is_some(), "VALUE", numbers),
            (!self.values.is_empty(), "--values", numbers),
            (self.wait.is_some(), "--wait", &["mean", "work"]),
            (self.steps.is_some(), "--steps", &["work"]),
            (self.number.is_some(), "--number", numbers),
        ];
        let mut idle = super::without_effect(&self.service, &given);
        idle.extend(self.dialect.without_effect(&self.service));
        idle
    }
}

const EXAMPLES: &str = "\
Examples:
  wharf load timestamps --workers 3 --intervals 5 --dist u --param 2.0 --server 127.0.0.1 --port 55000 --verbose
  wharf load timestamps -w 4 -n 6 -d e -p 0.5 -s 127.0.0.1 -P 55001 -v
  wharf load mean 127.0.0.1:8081 7 --number 1
  wharf load slow-reverse -w 100                 100 clients at once, one request each
  wharf load echo -w 50 -p 0 --closed --for 10s --client async
                                                 as many requests as the server answers, for 10 s
  wharf load echo -w 50000 -n 1                  50,000 connections at once

Requests leave at their instants whether or not earlier answers have come (an open loop), and response \
times count from those instants.";
