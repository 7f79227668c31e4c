//! From flags to what a group promises.

use anyhow::Result;
use group::{Quorum, Settings};

use crate::args::TermsArgs;

/// The settings that the flags say.
///
/// # Errors
/// When they make no sense together.
pub fn settings(args: &TermsArgs) -> Result<Settings> {
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
        ..Settings::new(args.order)
    };
    settings.check()?;
    Ok(settings)
}
