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
         use --client async, whose event loops need not share one limit, or fewer workers, or raise the \
         limit with `ulimit -Hn`"
    )]
    Descriptors {
        /// How many workers were asked for.
        workers: u32,
        /// How many descriptors they need at least.
        needed: u64,
        /// The hard limit of this process.
        limit: u64,
    },
    /// Not even threads with descriptor tables of their own may open a connection for every worker.
    #[error(
        "{workers} workers are more than {tables} descriptor tables of {limit} descriptors hold; \
         use fewer workers, or raise the limit with `ulimit -Hn`"
    )]
    Tables {
        /// How many workers were asked for.
        workers: u32,
        /// How many tables a run takes at most.
        tables: u32,
        /// The hard limit of each.
        limit: u64,
    },
    /// A thread was refused a descriptor table of its own.
    #[error(
        "more connections than one descriptor table holds need threads with tables of their own, and the \
         system refuses them (unshare: {reason}); use fewer workers, or raise the limit with `ulimit -Hn`"
    )]
    Table {
        /// What the system said.
        reason: io::Error,
    },
    /// There is no descriptor for waiting.
    #[error("cannot wait for sockets (epoll): {0}; use fewer workers")]
    Poller(io::Error),
    /// One address has not a port for every worker.
    #[error(
        "{workers} workers need a port each, and this machine gives {ports} to connections from one address \
         (net.ipv4.ip_local_port_range); use fewer workers, or widen the range; only to a target in \
         127.0.0.0/8 can connections come from several addresses"
    )]
    Ports {
        /// How many workers were asked for.
        workers: u32,
        /// How many ports there are.
        ports: u64,
    },
    /// Requests were to be outstanding side by side in an open loop.
    #[error(
        "a pipeline of {pipeline} needs a closed loop (--closed): an open loop sends at its instants, whatever \
         is outstanding"
    )]
    PipelineInOpenLoop {
        /// How deep.
        pipeline: u32,
    },
    /// A setting of sessions, for a service that has none.
    #[error(
        "{setting} means nothing to a service whose every request has a connection of its own; leave it out, \
         and use more workers for more requests at once"
    )]
    NoSession {
        /// Which.
        setting: &'static str,
    },
    /// The system would not start a thread for every worker.
    #[error(
        "cannot start {workers} workers, the system stopped at {started}: {reason}; use --client async, or \
         fewer workers"
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
