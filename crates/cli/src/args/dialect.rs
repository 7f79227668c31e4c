//! Flags for how a service speaks; both ends take them.

use std::time::Duration;

use machine::Exchange;
use services::{Dialect, ErrorStyle, Unit};
use wire::Terminator;

use super::values::{duration, separator};

/// How the service speaks. What is not given is as in the classic lab programs.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Dialect")]
pub struct DialectArgs {
    /// How messages end: `auto` (answers end as their requests do; clients send bare), none, lf, crlf
    #[arg(long, value_name = "auto|none|lf|crlf")]
    terminator: Option<Terminator>,
    /// What the server sends first
    #[arg(long, value_name = "TEXT")]
    greeting: Option<String>,
    /// tasks: between the number and the text, one character or `space`
    #[arg(long, value_name = "CHAR", value_parser = separator)]
    separator: Option<u8>,
    /// tasks: one request a connection
    #[arg(long)]
    one_shot: bool,
    /// tasks: how errors are worded
    #[arg(long, value_name = "detailed|terse")]
    errors: Option<ErrorStyle>,
    /// tasks, slow-reverse: what is reversed
    #[arg(long, value_name = "bytes|code-points|graphemes")]
    unit: Option<Unit>,
    /// slow-reverse: how long the server waits before it answers
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    task: Option<Duration>,
    /// How long nothing must come for a request without a line ending to be whole; 0: a read is a
    /// request
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = duration)]
    quiet_time: Option<Duration>,
}

impl DialectArgs {
    /// The flags that were given and mean nothing to this service.
    pub fn without_effect(&self, service: &str) -> Vec<&'static str> {
        // The forms of the others leave no choice.
        let labs: &[&str] = &[
            "hello",
            "echo",
            "tasks",
            "slow-reverse",
            "mean",
            "timestamps",
        ];
        let given: [(bool, &'static str, &[&str]); 8] = [
            (self.terminator.is_some(), "--terminator", labs),
            (self.greeting.is_some(), "--greeting", labs),
            (self.separator.is_some(), "--separator", &["tasks"]),
            (self.one_shot, "--one-shot", &["tasks"]),
            (self.errors.is_some(), "--errors", &["tasks"]),
            (self.unit.is_some(), "--unit", &["tasks", "slow-reverse"]),
            (self.task.is_some(), "--task", &["slow-reverse"]),
            (
                self.quiet_time.is_some(),
                "--quiet-time",
                &["hello", "tasks", "slow-reverse", "mean", "timestamps"],
            ),
        ];
        super::without_effect(service, &given)
    }

    /// `dialect` with what was asked for in place.
    pub fn apply(&self, dialect: Dialect) -> Dialect {
        Dialect {
            terminator: self.terminator.unwrap_or(dialect.terminator),
            greeting: self.greeting.clone().unwrap_or(dialect.greeting),
            separator: self.separator.unwrap_or(dialect.separator),
            exchange: match self.one_shot {
                true => Exchange::OneShot,
                false => dialect.exchange,
            },
            errors: self.errors.unwrap_or(dialect.errors),
            unit: self.unit.unwrap_or(dialect.unit),
            task: self.task.unwrap_or(dialect.task),
            quiet: self.quiet_time.unwrap_or(dialect.quiet),
            request_bytes: dialect.request_bytes,
        }
    }
}
