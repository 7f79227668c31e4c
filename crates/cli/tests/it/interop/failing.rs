//! `wharf load` against servers that are wrong, that die, that are not there.

use std::net::{TcpListener, TcpStream};

use history::{Outcome, Sample, SampleReader};

use super::programs::Program;
use crate::support::{Ran, run};

/// The run is invalid, and what was expected is printed beside what was found.
#[track_caller]
fn check_wrong(service: &str, reply: &str, then: &str, flags: &[&str], expected: &str) {
    let mut server = Program::python("wrong_server.py", &[reply, then]);
    let port = server.address().port().to_string();
    let ran = run(&[&["load", service, "-P", &port, "--timeout", "10s"], flags].concat());
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    let shown = format!("expected b\"{expected}\", found b\"{reply}\"");
    // The text is broken into lines, and indented.
    let printed = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains(&shown), "no `{shown}` in {}", ran.stdout);
    let summary = ran.summary().load.expect("of a load");
    assert!(summary.wrong[0].contains(&shown), "{:?}", summary.wrong);
    assert_eq!(summary.outcomes["wrong"], 1);
}

#[test]
fn an_echo_in_capitals_is_wrong() {
    let flags = ["-n", "1", "-p", "0", "--text", "hello"];
    check_wrong("echo", "HELLO", "stay", &flags, "hello");
}

#[test]
fn a_greeting_with_a_slip_is_wrong() {
    check_wrong(
        "hello",
        "Hello from sever",
        "close",
        &[],
        "Hello from server",
    );
}

#[test]
fn a_text_that_is_not_reversed_is_wrong() {
    check_wrong(
        "slow-reverse",
        "Hello, Server!",
        "close",
        &[],
        "!revreS ,olleH",
    );
}

#[test]
fn a_case_that_is_not_swapped_is_wrong() {
    let flags = ["-n", "1", "-p", "0", "--text", "Hello"];
    check_wrong("tasks", "HELLO", "stay", &flags, "hELLO");
}

#[test]
fn a_mean_that_is_no_number_is_wrong() {
    check_wrong(
        "mean",
        "five",
        "close",
        &["--wait", "0s"],
        "a finite number",
    );
}

fn samples(ran: &Ran) -> Vec<Sample> {
    let samples = SampleReader::open(&ran.folder().join("samples.csv")).expect("a table");
    samples.map(|sample| sample.expect("a row")).collect()
}

#[test]
fn what_came_before_the_server_died_is_kept() {
    let mut server = Program::python("dying_server.py", &["7"]);
    let port = server.address().port().to_string();
    // In a closed loop each of its reads is one message, so that it answers just so many.
    let ran = run(&[
        "load", "echo", "-P", &port, "-w", "2", "-n", "50", "--closed", "-p", "0.005",
    ]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    let summary = ran.summary();
    let told = |finding: &history::Finding| finding.text.contains("the server went away");
    assert!(summary.findings.iter().any(told), "{:?}", summary.findings);
    assert_eq!(summary.load.expect("of a load").outcomes["ok"], 7);
    let samples = samples(&ran);
    assert_eq!(samples.len(), 100);
    let kept = samples
        .iter()
        .filter(|sample| sample.outcome == Outcome::Ok);
    assert!(kept.clone().all(|sample| sample.service_ns().is_some()));
    assert_eq!(kept.count(), 7);
}

#[test]
fn a_port_where_nobody_listens_is_named_with_what_to_do() {
    // The port of a client: it is taken, so nobody else can come to listen there meanwhile.
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("bound");
    let client = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
    let address = client.local_addr().expect("connected");
    let ran = run(&["load", "echo", "-P", &address.port().to_string()]);
    assert_eq!(ran.status, Some(3), "{}{}", ran.stdout, ran.stderr);
    let expected = format!(
        "error: cannot connect to {address}: connection refused; \
         start a server there first, or name another with -s and -P\n"
    );
    assert!(ran.stderr.ends_with(&expected), "{}", ran.stderr);
}
