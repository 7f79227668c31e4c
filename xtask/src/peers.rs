//! `cargo xtask peers`: wharf and its peers, measured side by side.
//!
//! ```text
//! options ──▶ workplace (build, programs) ──▶ experiment: round 1: A B C …, round 2: A B C … ──▶ table
//! ```
//!
//! The server runs on processor 0 and the generator on processor 1. Every round starts every server
//! anew, so that the machine's moods are spread over all; a server that cannot be started at all is left
//! out, with its reason. Groups are another matter ([`groups`]): their members run in namespaces, wherever there is a processor. Progress
//! goes to stderr and the tables to stdout.

mod experiments;
mod generator;
mod groups;
mod names;
mod options;
mod processes;
mod rounds;
mod server;
mod subjects;
mod table;
mod workplace;
mod zone_files;

use std::path::Path;

use crate::EXIT_ENVIRONMENT;
use crate::needs::GROUPS;
use options::{Kind, Options};
use workplace::Workplace;

/// Measures what `args` ask for in the repository at `root`. Returns the exit status: 0 when every
/// experiment gave a table, 1 when one had nothing to measure, 3 when nothing could begin.
pub fn run(root: &Path, args: &[&str]) -> u8 {
    match measure(root, args) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(reason) => {
            eprintln!("error: {reason}");
            EXIT_ENVIRONMENT
        }
    }
}

fn measure(root: &Path, args: &[&str]) -> Result<bool, String> {
    let options = Options::parse(args)?;
    let mut all_measured = true;
    if options.kinds.iter().any(|kind| *kind != Kind::Groups) {
        all_measured &= measure_servers(root, &options, args)?;
    }
    if options.kinds.contains(&Kind::Groups) {
        workplace::bring(GROUPS);
        println!("{}: no processor is set aside.\n", workplace::machine(args));
        all_measured &= groups::run(root, &options)?;
    }
    Ok(all_measured)
}

fn measure_servers(root: &Path, options: &Options, args: &[&str]) -> Result<bool, String> {
    let workplace = Workplace::prepare(root, options)?;
    println!("{}\n", workplace.about(args));
    let mut all_measured = true;
    for experiment in experiments::planned(options) {
        match rounds::run(&workplace, &experiment, options.runs) {
            Ok(table) => println!("{table}"),
            Err(reason) => {
                all_measured = false;
                println!("### {}\n\nNot measured: {reason}\n", experiment.title);
            }
        }
    }
    Ok(all_measured)
}
