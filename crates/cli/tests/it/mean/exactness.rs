//! The mean is exact: the sum never drifts, and there is one rounding.

use std::{path::PathBuf, process::Command, thread};

use super::client::{Client, concurrent_models};
use crate::{
    interop::programs::Program,
    support::{Server, python3},
};

/// Numbers, and what their mean is.
fn numbers(seed: u64) -> (Vec<String>, String) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/mean");
    let mut python = Command::new(python3());
    python
        .arg(folder.join("exact_mean.py"))
        .args([seed.to_string(), CLIENTS.to_string()]);
    let printed = Program::start(&mut python).wait().printed();
    let mut lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    let mean = lines.pop().expect("the last line is the mean");
    assert_eq!(lines.len(), CLIENTS);
    (lines, mean)
}

/// One client: its number, the word, its answer.
#[track_caller]
fn ask(server: &Server, number: &str) -> String {
    let mut client = Client::connect(server);
    client.say(&format!("{number}\n"));
    client.say("ready\n");
    client.answer()
}

/// Whoever comes last gets the exact mean of all numbers, most of which came at the same time as others.
#[track_caller]
fn check(model: &str, seed: u64) {
    let (numbers, mean) = numbers(seed);
    let server = Server::start("mean", model, &["--quiet"]);
    let (last, others) = numbers.split_last().expect("there are some");
    for batch in others.chunks(AT_ONCE) {
        thread::scope(|scope| {
            for number in batch {
                scope.spawn(|| {
                    let answer = ask(&server, number);
                    let text = answer.strip_suffix('\n').unwrap_or(&answer);
                    assert!(text.parse::<f64>().is_ok_and(f64::is_finite), "{answer}");
                });
            }
        });
    }
    assert_eq!(
        ask(&server, last),
        format!("{mean}\n"),
        "{model}, seed {seed}"
    );
    let stopped = server.stop();
    assert_eq!(stopped.summary.connections.accepted, CLIENTS as u64);
    assert_eq!(stopped.status, Some(0));
}

#[test]
fn a_thousand_clients_have_an_exact_mean() {
    for (seed, model) in (1..).zip(concurrent_models()) {
        check(model, seed);
    }
}

const CLIENTS: usize = 1000;
const AT_ONCE: usize = 100;
