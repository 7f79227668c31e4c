//! Flags for the limits of a server.

use std::time::Duration;

use run::{Limits, WhenFull};

use super::values::{bytes, duration};

/// Limits of a server, each with its default.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Connections open at once
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value = "4096", value_parser = clap::value_parser!(u32).range(1..=65_535))]
    max_connections: u32,
    /// Threads or processes that serve at once
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value = "4096", value_parser = clap::value_parser!(u32).range(1..=65_535))]
    max_workers: u32,
    /// What happens past these two: `wait` in the kernel's queue, or `refuse` (accept and close)
    #[arg(long, value_name = "wait|refuse", default_value = "wait")]
    when_full: WhenFull,
    /// Connections that may wait to be accepted; the kernel cuts it to net.core.somaxconn
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value = "65535", value_parser = clap::value_parser!(i32).range(1..=65_535))]
    pub backlog: i32,
    /// Longest request, its line ending not counted
    #[arg(long, value_name = "SIZE", default_value = "1MiB", allow_hyphen_values = true, value_parser = bytes)]
    max_request: usize,
    /// How long a client may be silent while the server waits for it
    #[arg(long, value_name = "DURATION", default_value = "5m", allow_hyphen_values = true, value_parser = duration)]
    idle: Duration,
    /// How long a request may take from its first byte to its last
    #[arg(long, value_name = "DURATION", default_value = "1m", allow_hyphen_values = true, value_parser = duration)]
    request_timeout: Duration,
    /// How long a client may refuse to take more of its answer
    #[arg(long, value_name = "DURATION", default_value = "30s", allow_hyphen_values = true, value_parser = duration)]
    write_timeout: Duration,
    /// How long to read on after the farewell, for bytes that are under way
    #[arg(long, value_name = "DURATION", default_value = "200ms", allow_hyphen_values = true, value_parser = duration)]
    linger: Duration,
    /// How long, after ^C, answers that are owed may still be given; a second ^C stops at once
    #[arg(long, value_name = "DURATION", default_value = "5s", allow_hyphen_values = true, value_parser = duration)]
    grace: Duration,
}

impl LimitArgs {
    /// The limits as the drivers take them.
    pub fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections as usize,
            workers: self.max_workers as usize,
            when_full: self.when_full,
            request_bytes: self.max_request,
            idle: self.idle,
            request: self.request_timeout,
            write: self.write_timeout,
            linger: self.linger,
            grace: self.grace,
        }
    }
}
