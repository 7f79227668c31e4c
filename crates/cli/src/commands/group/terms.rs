//! From flags to what a group promises.

use anyhow::Result;
use group::{Level, Order, Partitions, Quorum, Reliability, Settings};
use verdict::{GroupCondition, Promise, PromisedOrder};

use crate::args::{PromiseArgs, TermsArgs};

/// The settings that the flags say.
///
/// # Errors
/// When they make no sense together.
pub fn settings(args: &TermsArgs) -> Result<Settings> {
    with_order(args.order, &args.rest)
}

/// The same for an order that was chosen elsewhere.
///
/// # Errors
/// When they make no sense together.
pub fn with_order(order: &'static Order, args: &PromiseArgs) -> Result<Settings> {
    let settings = Settings {
        level: args.deliver,
        reliability: args.reliability,
        partitions: args.partitions,
        quorum: match args.quorum {
            Some(number) => Quorum::Of(usize::from(number)),
            None => Quorum::LastView,
        },
        slow: args.slow,
        datagram_bytes: args.datagram,
        window_packets: args.window,
        queue_bytes: args.queue,
        heartbeat: args.heartbeat,
        suspect_after: args.suspect_after,
        nak_delay: args.nak_delay,
        found_after: args.found_after,
        ..Settings::new(order)
    };
    settings.check()?;
    Ok(settings)
}

/// What a group of these settings promises, as it is judged.
pub fn conditions(settings: &Settings) -> Vec<&'static GroupCondition> {
    let promise = Promise {
        order: match settings.order.name {
            "none" => PromisedOrder::None,
            "fifo" => PromisedOrder::Fifo,
            "causal" => PromisedOrder::Causal,
            _ => PromisedOrder::Total,
        },
        is_reliable: settings.reliability == Reliability::Nak,
        is_safe: settings.level == Level::Safe,
        is_partitionable: settings.partitions == Partitions::Partitionable,
    };
    promise.conditions()
}

/// What a group promises beside its order, in words.
pub fn promises(settings: &Settings) -> String {
    let level = match settings.level {
        Level::Agreed => "delivered when agreed",
        Level::Safe => "delivered when safe",
    };
    let reliability = match settings.reliability {
        Reliability::Nak => "repaired",
        Reliability::None => "not repaired",
    };
    let partitions = match settings.partitions {
        Partitions::Primary => "one part goes on",
        Partitions::Partitionable => "every part goes on",
    };
    format!("{level}, {reliability}, {partitions}")
}
