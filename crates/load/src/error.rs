//! Why a run could not take place.

use std::{io, net::SocketAddr};

/// What kept a run from taking place. What goes wrong during a run is no error: it is a finding.
///
/// The messages carry what the system said, so it is no source of theirs and is not said twice.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A setting is not in its range.
    #[error("{name} must be within {lowest} to {highest}, found {found}")]
    OutOfRange {
        /// Which setting, with its unit.
        name: &'static str,
        /// The least allowed.
        lowest: u64,
        /// The greatest allowed.
        highest: u64,
        /// What was given.
        found: u64,
    },
    /// This process may not open a connection for every worker.
    #[error(
        "{workers} workers need {needed} descriptors, and this process may open {limit}; \
         use fewer workers, or raise the limit with `ulimit -Hn`"
    )]
    Descriptors {
        /// How many workers were asked for.
        workers: u32,
        /// How many descriptors they need at least.
        needed: u64,
        /// The hard limit of this process.
        limit: u64,
    },
    /// The system would not start a thread for every worker.
    #[error(
        "cannot start {workers} workers, the system stopped at {started}: {reason}; use fewer workers"
    )]
    Threads {
        /// How many workers were asked for.
        workers: u32,
        /// How many had been started.
        started: u32,
        /// What the system said.
        reason: io::Error,
    },
    /// No worker could connect.
    #[error(
        "cannot connect to {target}: {}; start a server there first, or name another with -s and -P",
        in_words(reason)
    )]
    Unreachable {
        /// Where to.
        target: SocketAddr,
        /// What the system said to the first of them.
        reason: io::Error,
    },
}

/// In words, without the number that the system adds.
fn in_words(reason: &io::Error) -> String {
    match reason.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut => "no answer within the connect time-out".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".to_owned(),
        _ => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreachable_target_is_named_with_what_to_do() {
        let error = LoadError::Unreachable {
            target: SocketAddr::from(([127, 0, 0, 1], 55_000)),
            reason: io::ErrorKind::ConnectionRefused.into(),
        };
        assert_eq!(
            error.to_string(),
            "cannot connect to 127.0.0.1:55000: connection refused; \
             start a server there first, or name another with -s and -P"
        );
    }
}
