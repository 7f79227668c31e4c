//! What a group promises, and with which patience: the same for every command that has a group.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use group::{Level, ORDERS, Order, Partitions, Reliability, Slow};

use crate::args::values::{bytes, duration};

/// What a group promises, and with which patience.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What the group promises (all members alike)")]
pub struct TermsArgs {
    /// In which order messages are delivered
    #[arg(short, long, value_name = "ORDER", default_value = "total-sequencer", value_parser = orders())]
    pub order: &'static Order,
    /// The rest.
    #[command(flatten)]
    pub rest: PromiseArgs,
}

/// What a group promises beside its order, and with which patience.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What the group promises (all members alike)")]
pub struct PromiseArgs {
    /// When: as soon as a message's place is known, or when so many members have it that whoever goes on will
    /// deliver it
    #[arg(long, value_name = "LEVEL", default_value = "agreed", value_parser = named(&[
        ("agreed", "as soon as its place is known", Level::Agreed),
        ("safe", "when whoever goes on will deliver it", Level::Safe),
    ]))]
    pub deliver: Level,
    /// What becomes of datagrams that are lost
    #[arg(long, value_name = "HOW", default_value = "nak", value_parser = named(&[
        ("nak", "they are asked for and sent again", Reliability::Nak),
        ("none", "they stay lost: only with the orders none and fifo", Reliability::None),
    ]))]
    pub reliability: Reliability,
    /// Who goes on when the group falls apart
    #[arg(long, value_name = "WHO", default_value = "primary", value_parser = named(&[
        ("primary", "the part that has the quorum", Partitions::Primary),
        ("partitionable", "every part for itself, until they meet", Partitions::Partitionable),
    ]))]
    pub partitions: Partitions,
    /// More than half of so many members found a group, and go on when others are lost; default: one founds it,
    /// and more than half of the last view go on, or half with its first member
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub quorum: Option<u8>,
    /// What becomes of senders while a member does not keep up
    #[arg(long, value_name = "WHAT", default_value = "block", value_parser = named(&[
        ("block", "they wait", Slow::Block),
        ("shed", "what finds the queue full is dropped and counted", Slow::Shed),
        ("expel", "the member has to go, when it holds up others for too long", Slow::Expel),
    ]))]
    pub slow: Slow,
    /// The largest datagram; a message is up to 96 bytes shorter
    #[arg(long, value_name = "SIZE", default_value = "1400", value_parser = bytes, help_heading = PATIENCE)]
    pub datagram: usize,
    /// How many packets of a sender may be on their way
    #[arg(long, value_name = "N", default_value = "512", help_heading = PATIENCE)]
    pub window: usize,
    /// How many bytes of messages wait while none may be sent
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = bytes, help_heading = PATIENCE)]
    pub queue: usize,
    /// The longest time between two signs of life
    #[arg(long, value_name = "DURATION", default_value = "50ms", value_parser = duration, help_heading = PATIENCE)]
    pub heartbeat: Duration,
    /// How long a member must be silent, at the least, before it is suspected
    #[arg(long, value_name = "DURATION", default_value = "250ms", value_parser = duration, help_heading = PATIENCE)]
    pub suspect_after: Duration,
    /// Within which time, drawn at random, what is missing is asked for; less in a group of less than 18
    #[arg(long, value_name = "DURATION", default_value = "1ms", value_parser = duration, help_heading = PATIENCE)]
    pub nak_delay: Duration,
    /// How long to look for a group before founding one
    #[arg(long, value_name = "DURATION", default_value = "300ms", value_parser = duration, help_heading = PATIENCE)]
    pub found_after: Duration,
}

/// An order, by its name.
pub(super) fn orders() -> impl TypedValueParser<Value = &'static Order> {
    among_orders(|_| true)
}

/// Orders that promise something.
pub fn orders_proper() -> impl TypedValueParser<Value = &'static Order> {
    among_orders(|order| order.is_fifo)
}

fn among_orders(is_taken: fn(&Order) -> bool) -> impl TypedValueParser<Value = &'static Order> {
    let values = ORDERS
        .iter()
        .filter(|order| is_taken(order))
        .map(|order| PossibleValue::new(order.name).help(order.promise));
    PossibleValuesParser::new(values).map(|name| {
        let found = ORDERS.iter().find(|order| order.name == name);
        found.expect("only names of the registry are taken")
    })
}

/// One of several, by its name.
fn named<T: Copy + Send + Sync + 'static>(
    all: &'static [(&'static str, &'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let values = all
        .iter()
        .map(|(name, about, _)| PossibleValue::new(*name).help(*about));
    PossibleValuesParser::new(values).map(|given| {
        let found = all.iter().find(|(name, ..)| *name == given);
        found.expect("only those names are taken").2
    })
}

const PATIENCE: &str = "Sizes and patience";
