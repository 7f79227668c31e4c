//! Flags of `group bench`.

use std::{net::Ipv4Addr, time::Duration};

use cast::{Cast, MULTICAST, UNICAST, station::trial::STAMP_BYTES};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use group::{ORDERS, Order};

use super::PromiseArgs;
use crate::args::{
    FolderArgs, Printed,
    values::{bytes, duration},
};

/// Flags of `group bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct GroupBenchArgs {
    /// Which orders, with commas between them
    #[arg(short, long, value_name = "ORDER", value_delimiter = ',', default_value = ALL, value_parser = orders())]
    pub order: Vec<Orders>,
    /// How many members, each a thread with its own sockets
    #[arg(short, long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub members: u8,
    /// How many of them send; default all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub senders: Option<u8>,
    /// Bytes of a message, at least 16
    #[arg(short, long, value_name = "SIZE", default_value = "64", value_parser = payload)]
    pub bytes: usize,
    /// How long each run counts, from 10ms to 60s
    #[arg(long = "for", value_name = "DURATION", default_value = "2s", value_parser = lasting)]
    pub lasting: Duration,
    /// Low load: messages a second, of all senders together
    #[arg(long, value_name = "HERTZ", default_value = "1000", value_parser = rate)]
    pub rate: f64,
    /// What is measured of each order: `flat`, as fast as the group takes it, and `paced`, on schedule
    #[arg(
        long,
        value_name = "PHASE",
        value_delimiter = ',',
        default_value = "flat,paced"
    )]
    pub phase: Vec<crate::args::Phase>,
    /// How often each order is measured under each load, in turns
    #[arg(short, long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub repeats: u16,
    /// How often a member is stopped without a word, one after another; 0: never
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub crashes: u16,
    /// Whether members send to a group's address or to each other by themselves
    #[arg(long, value_name = "CAST", default_value = "multicast", value_parser = casts())]
    pub cast: &'static Cast,
    /// The group's address
    #[arg(long, value_name = "GROUP", default_value = "239.255.0.1", value_parser = group_address)]
    pub group: Ipv4Addr,
    /// Interface, by its name or one of its addresses
    #[arg(short, long, value_name = "NAME|ADDR", default_value = "lo")]
    pub interface: String,
    /// How to print the result
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
    /// What the group promises beside its order.
    #[command(flatten)]
    pub promise: PromiseArgs,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// One order, or all.
#[derive(Clone, Copy, Debug)]
pub struct Orders(Option<&'static Order>);

impl GroupBenchArgs {
    /// The orders that were asked for, each once.
    pub fn orders(&self) -> Vec<&'static Order> {
        let mut all: Vec<&'static Order> = Vec::new();
        for asked in &self.order {
            let asked = asked.0.map_or(ORDERS, std::slice::from_ref);
            for order in asked {
                if !all.iter().any(|one| one.name == order.name) {
                    all.push(order);
                }
            }
        }
        all
    }
}

fn orders() -> impl TypedValueParser<Value = Orders> {
    let values = ORDERS
        .iter()
        .map(|order| PossibleValue::new(order.name).help(order.promise));
    let all = PossibleValue::new(ALL).help("each of them");
    PossibleValuesParser::new(values.chain([all]))
        .map(|name| Orders(ORDERS.iter().find(|order| order.name == name)))
}

fn casts() -> impl TypedValueParser<Value = &'static Cast> {
    let all: [&'static Cast; 2] = [&MULTICAST, &UNICAST];
    PossibleValuesParser::new(all.map(|cast| PossibleValue::new(cast.name))).map(move |name| {
        let found = all.into_iter().find(|cast| cast.name == name);
        found.expect("only those names are taken")
    })
}

/// A size of messages that say their number.
pub(super) fn payload(text: &str) -> Result<usize, String> {
    let bytes = bytes(text)?;
    match bytes >= STAMP_BYTES {
        true => Ok(bytes),
        false => Err(format!(
            "`{text}` is less than the {STAMP_BYTES} bytes that say a message's number and instant: write 64"
        )),
    }
}

/// Messages a second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches("/s").parse::<f64>().ok();
    number
        .filter(|rate| (1.0..=MOST_HZ).contains(rate))
        .ok_or_else(|| {
            format!("`{text}` is no rate from 1 to {MOST_HZ} messages a second: write 1000")
        })
}

/// How long a run counts.
pub(super) fn lasting(text: &str) -> Result<Duration, String> {
    let lasting = duration(text)?;
    match (SHORTEST..=LONGEST).contains(&lasting) {
        true => Ok(lasting),
        false => Err(format!("`{text}` is not between 10ms and 60s")),
    }
}

fn group_address(text: &str) -> Result<Ipv4Addr, String> {
    let address = text.parse::<Ipv4Addr>().ok();
    address.filter(Ipv4Addr::is_multicast).ok_or_else(|| {
        format!(
            "`{text}` is no group's address from 224.0.0.0 to 239.255.255.255: write 239.255.0.1"
        )
    })
}

const ALL: &str = "all";
const MOST_HZ: f64 = 100_000.0;
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(60);

const EXAMPLES: &str = "\
Measured, for each order:
  full load     every sender sends as fast as the group takes it: messages a second that every member was given
  low load      on schedule: from the instant at which a message was meant to be sent until its sender delivered
                it, and until the last member did
  a death       a member ends without a word: until all others have installed the view without it

Every delivery is checked: whose numbers came, how often, in which order; and that the members of a total order were \
given one sequence.

Examples:
  wharf group bench                                             five orders, about a minute
  wharf group bench --order total-sequencer,total-lamport -r 5
  wharf group bench --order fifo --members 5 --senders 1        one to four others
  wharf group bench --deliver safe --crashes 0                  what it costs to be safe

The members are threads of one process and share the machine's processors. Where each is to have its own: wharf group \
load. Nothing leaves the machine: datagrams to a group have a time to live of 0.

Exit status: 0 all was delivered as promised, 1 something was not, 2 nothing can be concluded, 3 it cannot begin.";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        bench: GroupBenchArgs,
    }

    fn names(flags: &[&str]) -> Vec<&'static str> {
        let line = Line::try_parse_from([&["wharf"], flags].concat()).expect("flags");
        line.bench.orders().iter().map(|order| order.name).collect()
    }

    #[test]
    fn orders_are_named_once_or_all_meant() {
        assert_eq!(names(&[]).len(), ORDERS.len());
        assert_eq!(names(&["-o", "fifo,causal,fifo"]), ["fifo", "causal"]);
        assert_eq!(names(&["--order", "causal,all"])[0], "causal");
        assert_eq!(names(&["--order", "causal,all"]).len(), ORDERS.len());
    }

    #[track_caller]
    fn refused(flags: &[&str], expected: &str) {
        let error = Line::try_parse_from([&["wharf"], flags].concat()).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        refused(&["--order", "best"], "total-sequencer");
        refused(&["--bytes", "15"], "less than the 16 bytes");
        refused(&["--rate", "0/s"], "no rate from 1");
        refused(&["--for", "61s"], "between 10ms and 60s");
        refused(&["--group", "127.0.0.1"], "no group's address");
        refused(&["--members", "0"], "1..=64");
        refused(&["--cast", "broadcast"], "unicast");
    }

    #[test]
    fn a_rate_may_have_its_unit() {
        assert_eq!(rate("1000/s"), Ok(1000.0));
    }
}
