//! Flags of `sim bench`.

use std::time::Duration;

use clap::ValueEnum;
use sim::clients::{Backlog, Plan, WhenFull};

use crate::{
    args::values::{counts, duration},
    lists,
};

/// Flags of `sim bench`, named as those of `bench` and `load` where they mean the same.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, allow_negative_numbers = true)]
pub struct SimBenchArgs {
    /// What is served
    #[arg(short, long, default_value = "slow-reverse")]
    pub service: String,
    /// Concurrency models to compare, with choices as `wharf bench` has them: pool:size=128,
    /// reactor:cpu-work=offload
    #[arg(
        short,
        long,
        value_delimiter = ',',
        value_name = "MODELS",
        default_value = "iter,proc,thr"
    )]
    pub models: Vec<String>,
    /// Numbers of clients: 10,20,50 or 10..100+10, up to a million
    #[arg(short, long, allow_hyphen_values = true, default_value = "10..100+10", value_parser = Clients::parse)]
    pub clients: Clients,
    /// How long a request waits in the server: slow-reverse, default 3s; work, default 1ms
    #[arg(short, long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub task: Option<Duration>,
    /// Requests of each client
    #[arg(short = 'n', long, value_name = "N", default_value = "1", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=i64::from(Plan::REQUESTS_MAX)))]
    pub requests: u32,
    /// Law of the gaps before the requests of a client: d(eterministic), u(niform in [0, p]) or e(xponential)
    #[arg(short, long, value_name = "LAW", default_value = "d")]
    pub dist: String,
    /// Its parameter: seconds for d and u, events a second for e; default 0 s
    #[arg(short, long, value_name = "P")]
    pub param: Option<f64>,
    /// Closed loop: begin the next gap when the answer has come
    #[arg(long)]
    pub closed: bool,
    /// Gaps between the beginnings of clients, as a law with its parameter: d:0.01, e:1000; default all at once
    #[arg(long, value_name = "LAW:P")]
    pub arrivals: Option<Arrivals>,
    /// How long a packet travels, each way
    #[arg(long, value_name = "DURATION", default_value = "0", allow_hyphen_values = true, value_parser = duration)]
    pub latency: Duration,
    /// Connections that may wait to be accepted: a number, or unlimited; default as Linux has it
    #[arg(long, value_name = "N", default_value = "4096", allow_hyphen_values = true, value_parser = backlog)]
    pub backlog: Backlog,
    /// What becomes of a client for which there is no place among them: retry, as with Linux, after 1 s, 2 s, 4 s …;
    /// or refuse
    #[arg(long, value_name = "retry|refuse", default_value = "retry", value_parser = overflow)]
    pub overflow: WhenFull,
    /// How long a client tries to connect; the default is what six retries of Linux come to
    #[arg(long, value_name = "DURATION", default_value = "127", allow_hyphen_values = true, value_parser = duration)]
    pub connect_timeout: Duration,
    /// Where random gaps come from; the same seed gives the same run
    #[arg(long, default_value = "42")]
    pub seed: u64,
    /// How the results are printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: SimFormat,
    /// What takes processor time.
    #[command(flatten)]
    pub costs: CostArgs,
}

/// What takes processor time of the server, and how much there is of it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Processor time (default nothing costs any)")]
pub struct CostArgs {
    /// Processors of the server
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=i64::from(Plan::CORES_MAX)))]
    pub cores: u32,
    /// work, primes: what a request calculates
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub work: Option<Duration>,
    /// To accept a connection
    #[arg(long, value_name = "DURATION", default_value = "0", allow_hyphen_values = true, value_parser = duration)]
    pub accept_cost: Duration,
    /// thread: to make one, in the one that accepts
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub thread_cost: Option<Duration>,
    /// process: to make one, in the one that accepts
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub process_cost: Option<Duration>,
    /// To read what has come and answer it, what is calculated for it left out
    #[arg(long, value_name = "DURATION", default_value = "0", allow_hyphen_values = true, value_parser = duration)]
    pub read_cost: Duration,
    /// When a processor goes over from one worker to another
    #[arg(long, value_name = "DURATION", default_value = "0", allow_hyphen_values = true, value_parser = duration)]
    pub switch_cost: Duration,
    /// How long a worker has a processor while others wait for one, at least 1us
    #[arg(long, value_name = "DURATION", default_value = "3ms", allow_hyphen_values = true, value_parser = slice)]
    pub slice: Duration,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimFormat {
    /// For people.
    Table,
    /// Everything, times in nanoseconds.
    Json,
    /// A line a point, times in nanoseconds.
    Csv,
}

/// A list of numbers of clients, parsed as one value.
#[derive(Clone, Debug)]
pub struct Clients(pub Vec<u64>);

impl Clients {
    fn parse(text: &str) -> Result<Self, String> {
        counts(text).map(Self)
    }
}

/// A law of gaps with its parameter.
#[derive(Clone, Debug)]
pub struct Arrivals {
    /// The law's name or letter.
    pub law: &'static stats::LawEntry,
    /// Its parameter.
    pub parameter: f64,
}

impl std::str::FromStr for Arrivals {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no law with a parameter: write d:0.01 or e:1000");
        let (law, parameter) = text.split_once(':').ok_or_else(expected)?;
        Ok(Self {
            law: lists::law(law).map_err(|error| error.to_string())?,
            parameter: parameter.parse().map_err(|_| expected())?,
        })
    }
}

fn backlog(text: &str) -> Result<Backlog, String> {
    match (text, text.parse()) {
        ("unlimited", _) => Ok(Backlog::Unlimited),
        (_, Ok(places)) => Ok(Backlog::Places(places)),
        _ => Err(format!(
            "`{text}` is no number of connections: write 128 or unlimited"
        )),
    }
}

fn overflow(text: &str) -> Result<WhenFull, String> {
    match text {
        "retry" => Ok(WhenFull::Retry),
        "refuse" => Ok(WhenFull::Refuse),
        _ => Err(format!("unknown choice `{text}`: expected retry or refuse")),
    }
}

fn slice(text: &str) -> Result<Duration, String> {
    let slice = duration(text)?;
    match slice >= Duration::from_micros(1) {
        true => Ok(slice),
        false => Err(format!("`{text}` is shorter than 1us")),
    }
}

const EXAMPLES: &str = "\
Examples:
  wharf sim bench                                       the seed experiment's half hour, beside its arithmetic and what
                                                        it published
  wharf sim bench -m pool:size=8,prefork -c 10,100      in rounds of 8 and of 64
  wharf sim bench -m thr,reactor -c 1000000 --backlog unlimited
                                                        a million clients at once
  wharf sim bench -m proc --arrivals d:0.0114           clients that begin one after the other, as the seed's do
  wharf sim bench -s work -m reactor,reactor:cpu-work=offload,thr -c 50 -t 2ms --work 2ms --cores 2
                                                        who holds up whom
  wharf sim bench -s hello -m reactor -c 1 -n 100000 -d e -p 5000 --read-cost 100us
                                                        the queue M/D/1 at half load

The machines of the services run, and every answer is checked; what stands around them is simulated. The same command \
gives the same numbers on every machine.";
