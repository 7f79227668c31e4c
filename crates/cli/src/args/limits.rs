//! Flags for the limits of a server.

use std::time::Duration;

use run::{Limits, WhenFull};
use serve::{Choice, Model};

use super::{
    unheeded,
    values::{bytes, duration},
};

/// Limits of a server, each with its default.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// All but iterative: connections open at once (default 4096)
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=65_535))]
    max_connections: Option<u32>,
    /// thread, process, pool, prefork: threads or processes that serve at once (default 4096)
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u32).range(1..=65_535))]
    max_workers: Option<u32>,
    /// All but iterative and prefork: what happens past these two: `wait` in the kernel's queue (default),
    /// or `refuse` (accept and close)
    #[arg(long, value_name = "wait|refuse")]
    when_full: Option<WhenFull>,
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
        let standard = Limits::default();
        let or = |given: Option<u32>, standard| given.map_or(standard, |count| count as usize);
        Limits {
            connections: or(self.max_connections, standard.connections),
            workers: or(self.max_workers, standard.workers),
            when_full: self.when_full.unwrap_or(standard.when_full),
            request_bytes: self.max_request,
            idle: self.idle,
            request: self.request_timeout,
            write: self.write_timeout,
            linger: self.linger,
            grace: self.grace,
        }
    }

    /// The flags that were given and mean nothing to this model.
    pub fn without_effect(&self, model: &Model) -> Vec<&'static str> {
        let given = [
            (self.max_connections.is_some(), Choice::Connections),
            (self.max_workers.is_some(), Choice::Workers),
            (self.when_full.is_some(), Choice::WhenFull),
        ];
        unheeded(model, &given)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[track_caller]
    fn parsed(flags: &[&str]) -> LimitArgs {
        let line = Line::try_parse_from([&["wharf"], flags].concat());
        line.unwrap_or_else(|error| panic!("{error}")).limits
    }

    #[test]
    fn without_flags_the_limits_are_the_standard_ones_and_none_was_given() {
        let none = parsed(&[]);
        assert_eq!(none.limits(), Limits::default());
        for model in serve::MODELS {
            assert_eq!(none.without_effect(model), [""; 0]);
        }
    }

    #[test]
    fn a_flag_with_its_standard_value_was_given_all_the_same() {
        let given = parsed(&["--when-full", "wait", "--max-workers", "4096"]);
        assert_eq!(given.limits(), Limits::default());
        let check = |model, expected: &[&str]| {
            let model = serve::by_name(model).expect("a model");
            assert_eq!(given.without_effect(model), expected);
        };
        check("iter", &["--max-workers", "--when-full"]);
        check("prefork", &["--when-full"]);
        check("reactor", &["--max-workers"]);
        check("thr", &[]);
    }
}
