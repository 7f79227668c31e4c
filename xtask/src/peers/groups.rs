//! Groups of three members: how many messages a second each is given when all send as fast as they may, and how long a message takes
//! when few are sent, side by side.
//!
//! ```text
//!   198.51.100.1  .2  .3: a member each      .4: the server of a system that has one
//! ```
//!
//! Every run is made in four network namespaces on a bridge, which end with it. The members are small programs of ours, written to each
//! system's own library ([`members`]). A table for each order, and one over a network that loses from when all members are there; wharf's
//! row is the one that others are compared with. A member that is not given all messages of each sender, each once and in their order,
//! fails.

mod members;
mod namespaces;
mod systems;

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use super::options::Options;
use super::table::{Column, Row, Table};
use super::workplace;
use members::{Figures, Members};
use systems::{Contest, SYSTEMS, System};

/// A folder for what is compiled and configured, deleted in the end, and the program that is compared.
pub struct Scratch {
    folder: PathBuf,
    wharf: PathBuf,
}

/// Measures all systems and prints the tables. Whether each had something to measure.
///
/// # Errors
/// When nothing could begin.
pub fn run(root: &Path, options: &Options) -> Result<bool, String> {
    let wharf = workplace::wharf(root)?;
    let folder = std::env::temp_dir().join(format!("wharf-groups-{}", process::id()));
    fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let scratch = Scratch { folder, wharf };
    let mut all_measured = true;
    for contest in [Contest::Total, Contest::Fifo, Contest::Lossy] {
        match table(&scratch, options, contest) {
            Ok(table) => println!("{table}"),
            Err(reason) => {
                all_measured = false;
                println!("### {}\n\nNot measured: {reason}\n", contest.title());
            }
        }
    }
    Ok(all_measured)
}

/// Rounds over all systems of that table, each started anew.
fn table(scratch: &Scratch, options: &Options, contest: Contest) -> Result<Table, String> {
    eprintln!("== {}", contest.title());
    let mut notes = vec![NOTE.to_owned()];
    let mut prepared = Vec::new();
    for system in SYSTEMS.iter().filter(|system| system.contest == contest) {
        match system.prepare(scratch) {
            Ok(()) => prepared.push((system, row(system))),
            Err(reason) => notes.push(format!("left out: {}: {reason}", system.name)),
        }
    }
    for round in 1..=options.runs {
        for (system, row) in &mut prepared {
            let seconds = contest.seconds(options.seconds);
            let measured = Members::start(scratch, system, seconds)
                .and_then(|mut members| members.measure(seconds));
            eprintln!(
                "round {round} of {}: {}: {measured:?}",
                options.runs, system.name
            );
            if let Err(reason) = &measured {
                notes.push(format!("{}, round {round}, failed: {reason}", system.name));
            }
            row.rounds
                .push(measured.ok().map(|figures| columns(&figures)));
        }
    }
    let rows: Vec<Row> = prepared.into_iter().map(|(_, row)| row).collect();
    match rows.iter().flat_map(|row| &row.rounds).any(Option::is_some) {
        true => Ok(Table {
            title: contest.title().to_owned(),
            columns: &COLUMNS,
            rows,
            notes,
        }),
        false => Err(notes.join("; ")),
    }
}

fn row(system: &System) -> Row {
    Row {
        name: system.name.to_owned(),
        yardstick: YARDSTICK.to_owned(),
        rounds: Vec::new(),
    }
}

fn columns(figures: &Figures) -> Vec<f64> {
    let micros = figures.latency_ns.map(|nanos| nanos / 1e3);
    [&[figures.rate_hz / 1e3][..], &micros].concat()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be deleted lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The row that others are compared with.
const YARDSTICK: &str = systems::YARDSTICK;
const NOTE: &str = "3 members, 64 bytes; delivered is the least of the three members' rates while all send as fast as they may; times are \
     those of the slowest member at 1,000 messages/s in all: to the delivery of one's own message, and to that of others' messages; a \
     run in which a message was lost, doubled or overtaken by a later one of its sender has failed";
const COLUMNS: [Column; 5] = [
    Column {
        title: "delivered/s, thousands",
        decimals: 1,
        is_compared: true,
    },
    time("own p50, µs", true),
    time("own p99, µs", false),
    time("others' p50, µs", true),
    time("others' p99, µs", false),
];

const fn time(title: &'static str, is_compared: bool) -> Column {
    Column {
        title,
        decimals: 0,
        is_compared,
    }
}
