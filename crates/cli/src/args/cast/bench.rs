//! Flags of `cast bench`.

use std::time::Duration;

use cast::{CASTS, Cast, Receiver, Way, trial::STAMP_BYTES};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::args::{
    FolderArgs,
    values::{bytes, duration},
};

/// Flags of `cast bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct CastBenchArgs {
    /// Whom datagrams are for; default all that the interface does
    #[arg(long, value_name = "CAST", value_delimiter = ',', value_parser = casts())]
    pub cast: Vec<&'static Cast>,
    /// Sizes of a datagram without its headers, from 24 bytes to 65507
    #[arg(long, value_name = "SIZE", value_delimiter = ',', default_value = "64,1400", allow_hyphen_values = true, value_parser = payload)]
    pub payload: Vec<usize>,
    /// Numbers of receivers, each a thread with a socket of its own
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1,4", allow_hyphen_values = true, value_parser = receivers)]
    pub receivers: Vec<usize>,
    /// How the kernel is called, on both sides
    #[arg(long, value_name = "WAY", value_delimiter = ',', default_value = "one,batch,segments", value_parser = ways())]
    pub way: Vec<Way>,
    /// What is measured of each: `flat`, as fast as it goes (rate, loss, processor time), and `paced`, on
    /// schedule (latency)
    #[arg(
        long,
        value_name = "PHASE",
        value_delimiter = ',',
        default_value = "flat,paced"
    )]
    pub phase: Vec<Phase>,
    /// paced: datagrams a second to each receiver
    #[arg(long, value_name = "HERTZ", default_value = "10000", allow_hyphen_values = true, value_parser = rate)]
    pub rate: f64,
    /// How long each run sends, from 10ms to 60s; default as long as lets the whole end within 40 s, and
    /// at most 500ms
    #[arg(long = "for", value_name = "DURATION", allow_hyphen_values = true, value_parser = lasting)]
    pub lasting: Option<Duration>,
    /// How often each point is measured, in turns
    #[arg(short, long, value_name = "N", default_value = "3", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub repeats: u32,
    /// Receive buffer of each receiver; what was granted is told
    #[arg(long, value_name = "SIZE", default_value_t = Receiver::BUFFER_BYTES, allow_hyphen_values = true, value_parser = bytes)]
    pub buffer: usize,
    /// Interface, by its name or one of its addresses
    #[arg(short, long, value_name = "NAME|ADDR", default_value = "lo")]
    pub interface: String,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// What is measured of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Phase {
    /// As fast as it goes.
    Flat,
    /// On schedule.
    Paced,
}

impl Phase {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Paced => "paced",
        }
    }
}

fn casts() -> impl TypedValueParser<Value = &'static Cast> {
    let values = CASTS.iter().map(|cast| PossibleValue::new(cast.name));
    PossibleValuesParser::new(values).map(|name| {
        let found = CASTS.iter().find(|cast| cast.name == name);
        *found.expect("only names of the registry are taken")
    })
}

fn ways() -> impl TypedValueParser<Value = Way> {
    PossibleValuesParser::new(Way::ALL.map(Way::name)).map(|name| {
        let found = Way::ALL.into_iter().find(|way| way.name() == name);
        found.expect("only names of ways are taken")
    })
}

fn payload(text: &str) -> Result<usize, String> {
    let bytes = bytes(text.trim()).ok();
    bytes
        .filter(|bytes| (STAMP_BYTES..=LONGEST).contains(bytes))
        .ok_or_else(|| {
            format!(
                "`{text}` is no size from {STAMP_BYTES} bytes (what says a datagram's number and instant) to \
                 {LONGEST}: write 64 or 64,1400"
            )
        })
}

fn receivers(text: &str) -> Result<usize, String> {
    let count = text.trim().parse::<usize>().ok();
    count
        .filter(|count| (1..=MOST_RECEIVERS).contains(count))
        .ok_or_else(|| {
            format!(
                "`{text}` is no number of receivers from 1 to {MOST_RECEIVERS}: write 1 or 1,2,4"
            )
        })
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.trim().parse::<f64>().ok();
    rate.filter(|rate| (1.0..=MOST_HZ).contains(rate))
        .ok_or_else(|| {
            format!("`{text}` is no rate from 1 to {MOST_HZ} datagrams a second: write 10000")
        })
}

fn lasting(text: &str) -> Result<Duration, String> {
    let lasting = duration(text)?;
    match (SHORTEST..=LONGEST_RUN).contains(&lasting) {
        true => Ok(lasting),
        false => Err(format!("`{text}` is not between 10ms and 60s")),
    }
}

/// The longest payload of a datagram over IPv4.
const LONGEST: usize = 65_507;
const MOST_RECEIVERS: usize = 64;
const MOST_HZ: f64 = 1e6;
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST_RUN: Duration = Duration::from_secs(60);

const EXAMPLES: &str = "\
Ways:
  one       a datagram a call, what every program does
  batch     up to 64 a call (sendmmsg, recvmmsg); each passes through the network's layers by itself
  segments  up to 64 as one block (GSO, GRO), which passes through the layers once; on the loopback it is
            never cut, so its rate is the software's ceiling and not a wire's

Examples:
  wharf cast bench                                          three casts, under 40 s
  wharf cast bench --cast multicast --receivers 1,2,4,8     what a group of receivers costs
  wharf cast bench --phase paced --rate 50000 --payload 64  latency under more load
  wharf cast bench --phase flat --buffer 64KiB --way one    what a small buffer loses

Nothing leaves the machine: unicast goes to the interface's own address, a group with a time to live of 0; \
but a broadcast over another interface than lo is heard by its network.";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        bench: CastBenchArgs,
    }

    #[track_caller]
    fn refused(flags: &[&str], expected: &str) {
        let error = Line::try_parse_from([&["wharf"], flags].concat()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn lists_are_read_and_defaults_are_there() {
        let line =
            Line::try_parse_from(["wharf", "--cast", "unicast,multicast", "--payload", "24"]);
        let bench = line.expect("read").bench;
        let casts: Vec<&str> = bench.cast.iter().map(|cast| cast.name).collect();
        assert_eq!(casts, ["unicast", "multicast"]);
        assert_eq!((bench.payload, bench.receivers), (vec![24], vec![1, 4]));
        assert_eq!(bench.way, Way::ALL);
        assert_eq!(bench.phase, [Phase::Flat, Phase::Paced]);
    }

    #[test]
    fn values_out_of_range_are_told_with_what_would_do() {
        refused(&["--cast", "anycast"], "possible values");
        refused(&["--way", "io"], "possible values");
        refused(&["--phase", "slow"], "possible values");
        refused(&["--payload", "23"], "`23` is no size from 24 bytes");
        refused(&["--payload", "64,65508"], "`65508` is no size");
        refused(&["--receivers", "0"], "from 1 to 64");
        refused(&["--rate", "0"], "`0` is no rate");
        refused(&["--rate", "nan"], "`nan` is no rate");
        refused(&["--for", "1ms"], "between 10ms and 60s");
        refused(&["--repeats", "0"], "1..=100");
        refused(&["--buffer", "0"], "`0` is no size");
    }
}
