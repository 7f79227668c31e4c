//! Flags of `bench`.

use std::{path::PathBuf, time::Duration};

use bench::{ClientChoice, Sheet, Span};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use history::BenchKind;

use super::{
    FolderArgs,
    values::{bytes, counts, duration},
};

/// Flags of `bench`. Each sweep flag has its field in `experiment.toml`; one that was not given leaves
/// the file's value, or the default.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct BenchArgs {
    /// A sweep as a file, in the form of the experiment.toml that every run leaves; flags go before it
    #[arg(value_name = "FILE", conflicts_with_all = ["experiment", "from"])]
    pub file: Option<PathBuf>,
    /// The same as FILE
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub experiment: Option<PathBuf>,
    /// Make the sweep of that run's folder again
    #[arg(long, value_name = "RUN")]
    pub from: Option<PathBuf>,
    /// What the clients do; default burst
    #[arg(short, long, value_name = "KIND", value_parser = PossibleValuesParser::new(KINDS).map(|name| kind_of(&name)))]
    pub kind: Option<BenchKind>,
    /// What is served. burst, churn: any service; default slow-reverse, echo. throughput, idle: any whose
    /// connections carry a session (elsewhere no client could ask again, or stand and be silent);
    /// default echo. mixed: work, whose requests alone can be told how long to wait and calculate
    #[arg(short, long, verbatim_doc_comment)]
    pub service: Option<String>,
    /// Concurrency models to compare, with choices as `wharf serve` has them: pool:size=128,
    /// reactor:cpu-work=offload; default iter,thr,proc
    #[arg(short, long, value_delimiter = ',', value_name = "MODELS")]
    pub models: Option<Vec<String>>,
    /// Numbers of clients at once: 10,20,50 or 10..100+10; default 10..100+10 (burst), 1,10,100
    /// (throughput, churn), 10,100,1000 (idle), 50 (mixed)
    #[arg(short, long, allow_hyphen_values = true, value_parser = Counts::parse)]
    pub clients: Option<Counts>,
    /// How long a request waits in the server (slow-reverse; default as long as lets the whole end within
    /// a minute), or waits or calculates (work; default 2ms)
    #[arg(short, long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration, conflicts_with = "full")]
    pub task: Option<Duration>,
    /// throughput, churn, mixed: how long each run asks; default 1s
    #[arg(long = "for", value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub lasting: Option<Duration>,
    /// throughput: requests that a client has under way at once; default 1
    #[arg(long, value_name = "N")]
    pub pipeline: Option<u32>,
    /// echo, tasks, slow-reverse: size of a request's text; default 64 (throughput, churn), else a text
    /// that numbers itself
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = bytes)]
    pub payload: Option<usize>,
    /// mixed: proportions of the requests' time that is calculation: so many of the clients always
    /// calculate, the others always wait, both as long as --task; default 0,0.1,0.5,1
    #[arg(long, value_name = "SHARES", value_delimiter = ',')]
    pub cpu_share: Option<Vec<f64>>,
    /// How clients are driven: each in a thread, or all in event loops (async); default threads up to
    /// 1,000 clients and async beyond, in idle always async
    #[arg(long, value_name = "auto|threads|async", value_parser = PossibleValuesParser::new(["auto", "threads", "async"]).map(|name| client_of(&name)))]
    pub client: Option<ClientChoice>,
    /// How often each point is measured; default 3
    #[arg(short, long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs_per_point: Option<u32>,
    /// A run whose least time by arithmetic is longer than this is not made, and the table says so;
    /// default 10m
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    pub longest: Option<Duration>,
    /// The seed experiment itself: a task of 3 s (about 90 minutes with the default sweep)
    #[arg(long)]
    pub full: bool,
    /// burst: leave out the measurement of gaps between messages
    #[arg(long)]
    pub no_gaps: bool,
    /// Where the random gaps come from; default 42
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

impl BenchArgs {
    /// What the flags say of the sweep, and nothing else.
    pub fn sheet(&self) -> Sheet {
        let full = self.full.then_some(SEED_TASK);
        Sheet {
            kind: self.kind,
            service: self.service.clone(),
            models: self.models.clone(),
            clients: self.clients.as_ref().map(|counts| counts.0.clone()),
            runs: self.runs_per_point,
            task: full.or(self.task).map(Span),
            lasting: self.lasting.map(Span),
            pipeline: self.pipeline,
            payload_bytes: self.payload.map(|bytes| bytes as u64),
            cpu_shares: self.cpu_share.clone(),
            client: self.client,
            longest: self.longest.map(Span),
            gaps: self.no_gaps.then_some(false),
            seed: self.seed,
        }
    }
}

/// A list of counts, parsed as one value.
#[derive(Clone, Debug)]
pub struct Counts(pub Vec<u64>);

impl Counts {
    fn parse(text: &str) -> Result<Self, String> {
        counts(text).map(Self)
    }
}

fn kind_of(name: &str) -> BenchKind {
    let mut kinds = BenchKind::ALL.into_iter();
    kinds
        .find(|kind| kind.name() == name)
        .expect("only names of kinds are taken")
}

fn client_of(name: &str) -> ClientChoice {
    match name {
        "threads" => ClientChoice::Threads,
        "async" => ClientChoice::Async,
        _ => ClientChoice::Auto,
    }
}

const KINDS: [&str; 5] = {
    let all = BenchKind::ALL;
    [
        all[0].name(),
        all[1].name(),
        all[2].name(),
        all[3].name(),
        all[4].name(),
    ]
};
const SEED_TASK: Duration = Duration::from_secs(3);

const EXAMPLES: &str = "\
Kinds:
  burst       all connect at once and ask once; how long until the last is answered
  throughput  each asks again as soon as it is answered (a closed loop); answers a second
  churn       each connects, asks, closes, and again; connections a second
  idle        they connect and are silent; memory a connection
  mixed       requests that wait beside requests that calculate; who holds up whom

Examples:
  wharf bench                                        iter, thr, proc; 10, 20 … 100 clients; under a minute
  wharf bench --clients 100 --task 3s -r 1           one point of the seed experiment
  wharf bench --models thr,proc --clients 100,1000   only the concurrent ones, more clients
  wharf bench --kind throughput -c 50 --pipeline 16  64-byte echo, 16 requests under way on each
  wharf bench experiment.toml -r 5                   a sweep from a file, with five runs a point
  wharf bench --from runs/latest                     the last sweep again";
