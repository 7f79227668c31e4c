//! `wharf load` with event loops: against Python's own, past the limit of one descriptor table, and the flags.
//!
//! Needs python3 and a shell whose `ulimit` lowers limits.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::{
    conformance::outside::descriptors,
    support::{Guarded, Ran, Server, eventually, python3, run, signal, wharf},
};

/// `wharf ARGS` where a table holds 64 descriptors.
fn with_few_descriptors(runs: &tempfile::TempDir, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -n 64 && exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_wharf"))
        .args(args)
        .env("WHARF_RUNS", runs.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

#[track_caller]
fn check_all_right(ran: &Ran, requests: u64) {
    let load = ran.summary().load.expect("of a load");
    assert_eq!(
        load.outcomes.get("ok"),
        Some(&requests),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(load.outcomes.len(), 1, "{:?}", load.outcomes);
}

#[test]
fn an_event_loop_of_pythons_answers_one_of_ours() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/scale/asyncio_echo.py");
    let python = Command::new(python3())
        .arg(script)
        .stdout(Stdio::piped())
        .spawn();
    let mut python = Guarded(python.expect("python3 starts"));
    let mut port = String::new();
    let said = python.0.stdout.take().expect("piped");
    BufReader::new(said).read_line(&mut port).expect("its port");
    let words = [
        "load",
        "echo",
        "-P",
        port.trim(),
        "--client",
        "async",
        "-w",
        "300",
    ];
    check_all_right(
        &run(&[&words[..], &["-n", "3", "-p", "0.05"]].concat()),
        900,
    );
    let closed = ["-n", "20", "-p", "0", "--closed", "--pipeline", "5"];
    check_all_right(&run(&[&words[..], &closed].concat()), 6000);
    let churned = ["-n", "6", "-p", "0", "--closed", "--per-connection", "2"];
    let ran = run(&[&words[..], &churned].concat());
    check_all_right(&ran, 1800);
    assert_eq!(ran.summary().load.expect("of a load").connect.count, 900);
}

#[test]
fn connections_past_one_descriptor_table_are_spread_over_several() {
    let server = Server::start("echo", "thr", &[]);
    let (runs, port) = (
        tempfile::tempdir().expect("a temporary folder"),
        server.port().to_string(),
    );
    let words = [
        "load", "echo", "-P", &port, "-w", "200", "-n", "2", "-p", "0.3",
    ];
    let output: Output =
        with_few_descriptors(&runs, &[&words[..], &["--client", "async"]].concat())
            .output()
            .expect("a shell");
    let ran = Ran::new(output, runs);
    check_all_right(&ran, 400);
    let load = ran.summary().load.expect("of a load");
    assert!(load.threads > 200 / 64, "{} threads", load.threads);
}

#[test]
fn threads_that_one_table_is_too_small_for_are_told_of_the_event_loops() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let words = [
        "load", "echo", "-P", "1", "-w", "200", "--client", "threads",
    ];
    let output = with_few_descriptors(&runs, &words)
        .output()
        .expect("a shell");
    let ran = Ran::new(output, runs);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("--client async"), "{}", ran.stderr);
}

/// A thread with a table of its own must neither miss a stop nor keep the others from hearing of it, and no
/// signal may be handled in it.
#[test]
fn a_stop_reaches_every_descriptor_table() {
    for signals in [1, 2] {
        let server = Server::start("echo", "thr", &[]);
        let (runs, port) = (
            tempfile::tempdir().expect("a temporary folder"),
            server.port().to_string(),
        );
        let words = ["load", "echo", "-P", &port, "-w", "200", "--for", "1h"];
        let more = ["-p", "0.2", "--client", "async"];
        let said = fs::File::create(runs.path().join("said.txt")).expect("created");
        let child = with_few_descriptors(&runs, &[&words[..], &more].concat())
            .stdout(said)
            .stderr(Stdio::null())
            .spawn();
        let mut child = Guarded(child.expect("a shell"));
        let tasks = format!("/proc/{}/task", child.0.id());
        eventually("every table has its thread", || {
            let threads = fs::read_dir(&tasks).map_or(0, Iterator::count);
            (threads > 200 / 64 && descriptors(server.pid()) > 200).then_some(())
        });
        for _ in 0..signals {
            signal(child.0.id(), "INT");
        }
        let status = eventually("it ends", || child.0.try_wait().expect("a child"));
        assert_eq!(status.code(), Some(2));
        let said = fs::read_to_string(runs.path().join("said.txt")).expect("its output");
        assert!(said.contains("it was stopped"), "{said}");
    }
}

#[test]
fn a_run_for_a_time_ends_by_itself() {
    let server = Server::start("echo", "thr", &[]);
    let port = server.port().to_string();
    let words = [
        "load", "echo", "-P", &port, "-w", "10", "-p", "0", "--closed",
    ];
    for client in ["threads", "async"] {
        let ran = run(&[&words[..], &["--for", "300ms", "--client", client]].concat());
        let load = ran.summary().load.expect("of a load");
        check_all_right(&ran, load.asked);
        assert_eq!(
            (load.client.as_str(), load.lasting_ns),
            (client, Some(300_000_000))
        );
        assert!(load.asked > 10, "{}", load.asked);
    }
}

#[test]
fn a_client_that_nobody_chose_is_told() {
    let server = Server::start("echo", "thr", &[]);
    let (runs, port) = (
        tempfile::tempdir().expect("a temporary folder"),
        server.port().to_string(),
    );
    let mut command = wharf(&runs);
    let words = [
        "load", "echo", "-P", &port, "-w", "1001", "-n", "1", "-p", "0",
    ];
    let ran = Ran::new(command.args(words).output().expect("wharf starts"), runs);
    check_all_right(&ran, 1001);
    assert!(
        ran.stderr.contains("event loops (--client async)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn combinations_without_sense_are_refused_with_what_to_do() {
    let cases: [(&[&str], &str); 6] = [
        (&["echo", "--pipeline", "4"], "--closed"),
        (&["echo", "--pipeline", "0", "--closed"], "within 1 to"),
        (
            &["slow-reverse", "--pipeline", "4", "--closed"],
            "leave it out",
        ),
        (&["slow-reverse", "--per-connection", "4"], "leave it out"),
        (&["echo", "--for", "0"], "time that a run lasts"),
        (&["slow-reverse", "--for", "1s"], "--closed"),
    ];
    for (words, part) in cases {
        let ran = run(&[&["load"], words].concat());
        assert_eq!(ran.status, Some(3), "{words:?}");
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}
