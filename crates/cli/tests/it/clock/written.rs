//! What is printed and written: whole or refused, told what it leaves out, and nothing in it steers a terminal.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use super::Desk;
use crate::support;

const LOG: &str = r#"{"log":"wharf events","version":1}
{"host":"alice","n":1,"kind":"send","message":"m1","lamport":1}
{"host":"bob","n":1,"kind":"receive","message":"m1","lamport":2}
"#;

fn full() -> File {
    let full = File::options().write(true).open("/dev/full");
    full.expect("Linux has it")
}

#[test]
fn a_full_disk_is_told_and_is_no_success() {
    let desk = Desk::new();
    desk.file("the.log", LOG);
    let commands: [&[&str]; 7] = [
        &["clock", "demo"],
        &["clock", "order", "the.log"],
        &["clock", "order", "the.log", "--json"],
        &["clock", "why", "alice:1", "bob:1", "the.log"],
        &["clock", "export", "--as", "shiviz", "the.log"],
        &["list"],
        &["models"],
    ];
    for args in commands {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let mut command = support::wharf(&runs);
        command.current_dir(desk.folder.path()).args(args);
        let output = command.stdout(full()).output().expect("wharf starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
        assert!(said.contains("No space left"), "{args:?}: {said}");
        // A run is not lost: what it found is in its folder.
        if args[1..].first() == Some(&"order") {
            let summary = runs.path().join("latest/summary.json");
            let summary = fs::read_to_string(summary).expect("a summary");
            assert!(summary.contains("\"verdict\": \"valid\""), "{summary}");
            let kept = runs.path().join("latest").display().to_string();
            let mut again = support::wharf(&runs);
            let again = again.args(["report", &kept]).stdout(full()).output();
            assert_eq!(again.expect("wharf starts").status.code(), Some(3));
        }
    }
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let desk = Desk::new();
    desk.file("the.log", LOG);
    let runs = tempfile::tempdir().expect("a temporary folder");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = support::wharf(&runs);
    command
        .current_dir(desk.folder.path())
        .args(["clock", "why", "alice:1", "bob:1", "the.log"]);
    let output = command.stdout(writer).output().expect("wharf starts");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn what_cannot_be_written_leaves_nothing_and_the_verdict_is_printed_all_the_same() {
    let desk = Desk::new();
    desk.file("the.log", LOG);
    let ran = desk.clock(&["order", "the.log", "--svg", "no/such/a.svg"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stdout.contains("✓ valid"), "{}", ran.stdout);
    assert!(ran.stderr.contains("mkdir -p no/such"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--force"), "{}", ran.stderr);
    let ran = desk.clock(&["order", "the.log", "--svg", "/dev/full"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stdout.contains("✓ valid"), "{}", ran.stdout);
    let ran = desk.clock(&["export", "--as", "shiviz", "the.log", "-o", "no/a.log"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("mkdir -p no"), "{}", ran.stderr);
    assert_eq!(support::entries(desk.folder.path()), 1);
}

#[track_caller]
fn check_told(log: &str, form: &str, expected: &str) {
    let desk = Desk::new();
    desk.file("the.log", log);
    let ran = desk.clock(&["export", "--as", form, "the.log"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    match expected {
        "" => assert_eq!(ran.stderr, ""),
        _ => assert!(ran.stderr.contains(expected), "{}", ran.stderr),
    }
}

#[test]
fn an_export_tells_what_it_leaves_out_or_adds() {
    check_told(LOG, "shiviz", "");
    check_told(LOG, "govector", "2 events added");
    check_told(LOG, "tsviz", "2 events have no time in the logs");
    let torn = format!("{LOG}this is no event\n");
    check_told(&torn, "shiviz", "1 place of the logs could not be read");
}

#[test]
fn names_in_errors_steer_no_terminal_and_are_short() {
    let desk = Desk::new();
    let log = LOG.replace(
        "bob",
        &format!("b\\u001b]0;forged\\u0007{}", "x".repeat(3000)),
    );
    desk.file("the.log", &log);
    for args in [
        ["why", "zz\u{1b}[2J:1", "alice:1", "the.log"],
        ["order", "the.log", "--around", "zz:1"],
    ] {
        let ran = desk.clock(&args);
        assert_eq!(ran.status, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("no host"), "{}", ran.stderr);
        assert!(
            !ran.stderr.contains(['\u{1b}', '\u{7}']),
            "{:?}",
            ran.stderr
        );
        assert!(ran.stderr.len() < 400, "{}", ran.stderr);
    }
}

#[test]
fn logs_of_no_form_are_told_how_to_be_read() {
    let desk = Desk::new();
    desk.file("prose.txt", "It was a dark and stormy night.\n");
    let ran = desk.clock(&["order", "prose.txt"]);
    assert!(ran.stderr.contains("--parser '(?<host>"), "{}", ran.stderr);
    let wide: Vec<u8> = "Message sent from a (LAMPORT_TIME=1)\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wide = [&[0xff, 0xfe], wide.as_slice()].concat();
    fs::write(desk.folder.path().join("wide.log"), wide).expect("written");
    let ran = desk.clock(&["order", "wide.log"]);
    assert!(ran.stderr.contains("UTF-16"), "{}", ran.stderr);
    assert!(ran.stderr.contains("iconv"), "{}", ran.stderr);
    let ran = desk.clock(&["order", "."]);
    assert!(
        ran.stderr.contains("without a trace.jsonl"),
        "{}",
        ran.stderr
    );
}

/// The example of a parser in the help reads the line that the help says it reads.
#[test]
fn the_parser_of_the_help_reads_its_line() {
    let desk = Desk::new();
    desk.file("my.log", "alice {\"alice\":1} said hello\n");
    let parser = r"(?<host>\S+) (?<clock>\{.*\}) (?<event>.*)";
    let help = desk.clock(&["order", "--help"]);
    assert!(help.stdout.contains(parser), "{}", help.stdout);
    let ran = desk.clock(&["order", "my.log", "--parser", parser]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("hosts: alice 1"), "{}", ran.stdout);
}

/// The prints in the help make a log of the form that the help shows.
#[test]
fn the_python_of_the_help_writes_a_log() {
    let help = Desk::new().clock(&["order", "--help"]).stdout;
    let prints = help.lines().map(str::trim);
    let prints: Vec<&str> = prints.filter(|line| line.starts_with("print(")).collect();
    assert_eq!(prints.len(), 2, "{help}");
    let program = format!(
        "import json\nme, n, name, clock = 'a', 1, 'm', 1\n{}\n",
        prints.join("\n")
    );
    super::judged(&printed(&program), 0, &["1 event of 1 host", "1 lost"]);
    let shown = help.lines().map(str::trim);
    let shown: Vec<&str> = shown.filter(|line| line.starts_with("{\"")).collect();
    let log = shown.join("\n") + "\n";
    let desk = Desk::new();
    desk.file("the.log", &log);
    let ran = desk.clock(&["order", "the.log"]);
    assert!(ran.stdout.contains("form:  wharf"), "{}", ran.stderr);
    assert!(ran.stdout.contains("bob 1"), "{}", ran.stdout);
}

/// What a program in Python prints.
fn printed(program: &str) -> String {
    let python = Command::new(support::python3())
        .args(["-c", program])
        .output();
    String::from_utf8(python.expect("python3").stdout).expect("text")
}

fn block(kind: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/logs.md");
    let page = fs::read_to_string(path).expect("docs/logs.md");
    let (_, rest) = page.split_once(&format!("```{kind}\n")).expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn the_form_is_as_its_page_says() {
    let ran = super::judged(
        &block("json"),
        0,
        &[
            "form: wharf",
            "hosts: alice 1, bob 1",
            "✓ kept lamport",
            "✓ kept vector",
        ],
    );
    assert_eq!(
        ran.summary().clock.expect("results").executions[0].matched,
        1
    );
    let program = block("python")
        + "journal = Journal('alice')\njournal.event('send', 'm1', 'hello')\njournal.event('local')\n";
    super::judged(&printed(&program), 0, &["2 events of 1 host", "1 lost"]);
}
