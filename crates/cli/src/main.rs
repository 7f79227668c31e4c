//! The command line: the only place that parses flags and prints.
//!
//! ```text
//!   Args (clap) ─▶ Plan ─▶ a driver runs ─▶ run folder ─▶ report, text, exit status
//! ```
//!
//! Exit status: 0 valid, 1 invalid, 2 unknown, 3 wrong usage or an environment that does not allow the
//! run, or to print its result.

mod args;
mod commands;
mod descriptors;
mod lists;
mod names;
mod progress;
mod run_folder;
mod say;
mod transcript;
mod whole_file;

use std::{io::ErrorKind, process::ExitCode};

use clap::Parser as _;
use history::Verdict;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let is_printed = match error.print() {
                Err(error) => error.kind() == ErrorKind::BrokenPipe,
                Ok(()) => true,
            };
            return if is_printed && !error.use_stderr() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(USAGE)
            };
        }
    };
    let result = match &args.command {
        Command::Serve(args) => commands::serve::run(args),
        Command::Load(args) => commands::load::run(args),
        Command::Bench(args) => commands::bench::run(args),
        Command::Primes(args) => commands::primes::run(args),
        Command::Cast(args) => commands::cast::run(args),
        Command::Group(args) => commands::group::run(args),
        Command::Clock(args) => commands::clock::run(args),
        Command::Sim(args) => commands::sim::run(args),
        Command::Verdict(args) => commands::verdict::run(args),
        Command::Name(args) => commands::name::run(args),
        Command::Compare(args) => commands::compare::run(args),
        Command::Report(args) => commands::report::run(args),
        Command::Models(args) => lists::models(args.markdown),
        Command::List => lists::print(),
    };
    if let Some(error) = say::unprinted() {
        // A server's work is what it did for its clients, and that is done.
        let is_failure = !matches!(args.command, Command::Serve(_));
        let grade = if is_failure { "error" } else { "warning" };
        say::talk(&format!(
            "{grade}: the result could not be printed to standard output: {error}; {}",
            say::reprint_advice()
        ));
        if is_failure && result.is_ok() {
            return ExitCode::from(USAGE);
        }
    }
    match result {
        Ok(Verdict::Valid) => ExitCode::SUCCESS,
        Ok(Verdict::Invalid) => ExitCode::from(1),
        Ok(Verdict::Unknown) => ExitCode::from(2),
        Err(error) => {
            say::talk(&format!("error: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

/// Wrong usage or an environment that does not allow the run.
const USAGE: u8 = 3;
