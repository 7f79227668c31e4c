//! What logs hold: executions, hosts, events, and what is wrong with them.
//!
//! ```text
//!   cargo run -p trace --example look -- FILE… [--parser REGEX] [--delimiter REGEX]
//! ```
//!
//! A line an execution, as JSON, so that another program's numbers can be held against it.

use std::process::ExitCode;

use trace::{Options, Source, read};

fn main() -> ExitCode {
    let mut options = Options::default();
    let mut files = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--parser" => options.parser = arguments.next(),
            "--delimiter" => options.delimiter = arguments.next(),
            _ => files.push(argument),
        }
    }
    let texts: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).expect("a file that can be read"))
        .collect();
    let sources: Vec<Source<'_>> = files
        .iter()
        .zip(&texts)
        .map(|(name, text)| Source { name, text })
        .collect();
    let logs = match read(&sources, &options) {
        Ok(logs) => logs,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(3);
        }
    };
    let told: Vec<serde_json::Value> = logs
        .iter()
        .map(|log| {
            serde_json::json!({"name": log.name, "hosts": log.hosts.len(), "events": log.events.len()})
        })
        .collect();
    println!("{}", serde_json::Value::from(told));
    for log in &logs {
        for flaw in &log.flaws {
            let (file, line) = (&files[flaw.place.source as usize], flaw.place.line);
            eprintln!("{file}:{line}: {:?}: {}", flaw.kind, flaw.text);
        }
        if log.flaws_left_out > 0 {
            eprintln!("and {} more", log.flaws_left_out);
        }
    }
    ExitCode::SUCCESS
}
