//! Python processes with Lamport clocks, whose one output is read through a pipe.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::support::{self, Ran};

/// `python3 processes.py RULE | wharf clock order -`.
fn piped(rule: &str) -> Ran {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clock/processes.py");
    let mut python = Command::new(support::python3())
        .args([program, rule])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = support::wharf(&runs)
        .args(["clock", "order", "-"])
        .stdin(python.stdout.take().expect("a pipe"))
        .output()
        .expect("wharf starts");
    assert!(python.wait().expect("python3 ends").success());
    Ran::new(output, runs)
}

#[test]
fn a_program_that_keeps_lamports_rules_is_found_to_keep_them() {
    let ran = piped("right");
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let summary = ran.summary().clock.expect("results");
    let execution = &summary.executions[0];
    assert_eq!(summary.form, "lamport");
    assert_eq!((execution.hosts.len(), execution.events), (3, 11));
    assert_eq!((execution.matched, execution.lost), (4, 0));
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    assert!(page.contains("Something happened in 0"), "no event's text");
}

#[test]
fn receipts_that_ignore_the_senders_time_are_found_whichever_messages_they_were() {
    let ran = piped("no-max");
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    let unfolded = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "no send that it may be of has a smaller stamp";
    assert!(unfolded.contains("✗ broken lamport"), "{unfolded}");
    assert!(unfolded.contains(words), "{unfolded}");
}
