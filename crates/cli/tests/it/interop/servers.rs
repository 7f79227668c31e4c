//! `wharf load` against the courses' servers, equivalents of them in Python, and socat.

use std::{collections::BTreeMap, process::Command};

use history::{Outcome, Sample, SampleReader};

use super::programs::{Program, is_valid_or_late};
use crate::support::run;

/// The load is valid, and its table has a row for every request, all of which went well.
#[track_caller]
fn check(service: &str, mut server: Program, rows: usize, flags: &[&str]) -> String {
    let port = server.address().port().to_string();
    let words = ["load", service, "-P", &port, "--timeout", "10s"];
    let ran = run(&[&words, flags].concat());
    // Only a load with gaps can be late; of the others this asks for status 0.
    let is_valid = is_valid_or_late(ran.status, &ran.summary());
    assert!(is_valid, "{}{}", ran.stdout, ran.stderr);
    let outcomes = ran.summary().load.expect("of a load").outcomes;
    let expected = BTreeMap::from([("ok".to_owned(), rows as u64)]);
    assert_eq!(outcomes, expected);
    let samples = SampleReader::open(&ran.folder().join("samples.csv")).expect("a table");
    let samples: Vec<Sample> = samples.map(|sample| sample.expect("a row")).collect();
    assert_eq!(samples.len(), rows);
    assert!(
        samples.iter().all(|sample| sample.outcome == Outcome::Ok),
        "{samples:?}"
    );
    server.stdout()
}

/// How often a text stands there.
fn count(said: &str, text: &str) -> usize {
    said.matches(text).count()
}

#[test]
fn the_labs_timestamps_server_sends_every_message_back_in_an_open_loop() {
    let server = Program::python("timestamps_server.py", &[]);
    let said = check(
        "timestamps",
        server,
        15,
        &["-w", "3", "-n", "5", "-d", "u", "-p", "0.1"],
    );
    // Two messages in one of its reads are one to it, so they are looked for and not counted.
    for (worker, event) in (1..=3).flat_map(|worker| (1..=5).map(move |event| (worker, event))) {
        let text = format!("Worker {worker}, Event {event}, Timestamp ");
        assert_eq!(count(&said, &text), 1, "{said}");
    }
}

#[test]
fn the_labs_slow_server_reverses_for_clients_at_once() {
    check(
        "slow-reverse",
        Program::python("slow_reverse_server.py", &["0.2"]),
        8,
        &["-w", "8"],
    );
}

#[test]
fn the_labs_slow_server_reverses_whatever_text_it_is_sent() {
    let server = Program::python("slow_reverse_server.py", &["0.05"]);
    check(
        "slow-reverse",
        server,
        6,
        &["-w", "2", "-n", "3", "--closed", "--text", "añ€ 🦀 z"],
    );
}

#[test]
fn the_labs_threads_greet_each_client() {
    let server = Program::python("hello_server.py", &[]);
    // Its queue holds five, so no more than three are to knock at once.
    let said = check("hello", server, 12, &["-w", "3", "-n", "4", "--closed"]);
    assert_eq!(count(&said, "Received: Hello server\n"), 12, "{said}");
}

#[test]
fn the_labs_tasks_are_solved_for_one_client_after_another() {
    let server = Program::python("tasks_server.py", &[]);
    // Bare messages: only the answer to one keeps it apart from the next.
    let said = check(
        "tasks",
        server,
        12,
        &["-w", "2", "-n", "6", "--closed", "-p", "0"],
    );
    assert_eq!(count(&said, "Received task: "), 12, "{said}");
    assert_eq!(count(&said, "Received task: 2:3+4*5/2\n"), 1, "{said}");
}

#[test]
fn the_courses_server_tells_each_client_a_mean() {
    let server = Program::python("mean_server.py", &[]);
    // Only time keeps a number apart from `ready` here, so it is not to be too short.
    let flags = ["-w", "3", "--values", "3,5,7", "--wait", "500ms"];
    let said = check("mean", server, 3, &flags);
    // Whoever is ready last, which may be any, gets the mean of all.
    assert!(said.contains("sending 5.0\n"), "{said}");
}

#[test]
fn socat_sends_every_byte_back() {
    let socat = Program::start(Command::new("socat").args([
        // Says where it listens.
        "-d",
        "-d",
        "TCP-LISTEN:0,bind=127.0.0.1,fork,reuseaddr",
        "EXEC:cat",
    ]));
    check(
        "echo",
        socat,
        20,
        &["-w", "2", "-n", "10", "-d", "e", "-p", "20"],
    );
}
