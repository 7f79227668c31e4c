//! What a user may get wrong: each time exit status 3, a message on standard error that names the input
//! and says what to do, nothing on standard output, and no run folder that nobody asked for.

use std::{
    fs,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    process::Command,
};

use crate::support::{
    Ran, Server, check_refused as check, entries, models, read_exactly, run, wharf,
};

#[test]
fn a_name_that_is_none_is_answered_with_the_nearest_and_with_all() {
    check(
        &["serve", "ecko"],
        &["`ecko`", "did you mean `echo`?", "slow-reverse"],
    );
    check(
        &["load", "timestamp"],
        &["`timestamp`", "did you mean `timestamps`?", "mean"],
    );
    check(
        &["serve", "echo", "-m", "threat"],
        &["`threat`", "did you mean `thread`?", "proc"],
    );
    check(
        &["bench", "-m", "thr,prok"],
        &["`prok`", "did you mean `proc`?", "iter"],
    );
    check(
        &["load", "echo", "-d", "exponentiel", "-p", "1"],
        &["`exponentiel`", "did you mean `exponential`?", "uniform"],
    );
}

#[test]
fn a_name_like_no_other_is_answered_with_all() {
    check(
        &["serve", "quake"],
        &["`quake`", "there is: hello, echo, tasks"],
    );
    check(
        &["serve", "echo", "-m", "quantum"],
        &["`quantum`", "there is: iter, iterative"],
    );
    check(
        &["load", "echo", "-d", "z", "-p", "1"],
        &["`z`", "there is: d, deterministic"],
    );
}

#[test]
fn a_parameter_out_of_range_is_named_with_the_range() {
    for (parameter, found) in [
        ("-1", "-1"),
        ("nan", "NaN"),
        ("inf", "inf"),
        ("1e300", "1e300"),
    ] {
        check(
            &["load", "echo", "-p", parameter],
            &["deterministic", "within 0 to", found],
        );
        check(
            &["load", "echo", "-d", "u", "-p", parameter],
            &["uniform", "within", found],
        );
        check(
            &["load", "echo", "-d", "e", "-p", parameter],
            &["exponential", "within", found],
        );
    }
    check(
        &["load", "echo", "-d", "e", "-p", "0"],
        &["rate", "within", "found 0"],
    );
    check(&["load", "echo", "-p", "soon"], &["'soon'", "--param"]);
}

#[test]
fn a_law_without_its_parameter_is_told_to_give_it() {
    check(&["load", "echo", "-d", "e"], &["`e`", "-p"]);
}

#[test]
fn a_count_out_of_range_is_named_with_the_range() {
    check(
        &["load", "echo", "-w", "0"],
        &["workers", "within 1 to", "found 0"],
    );
    check(
        &["load", "echo", "-n", "0"],
        &["requests a worker", "within 1 to", "found 0"],
    );
    check(&["load", "echo", "-w", "-3"], &["-3", "--workers"]);
    check(
        &["load", "echo", "-w", "1000000"],
        &["workers", "within 1 to", "found 1000000"],
    );
    check(
        &["bench", "--clients", "0"],
        &["`0`", "--clients", "from 1 to"],
    );
    check(&["bench", "--clients", "9..1"], &["`9..1`", "10..100+10"]);
    check(&["bench", "-r", "0"], &["'0'", "--runs-per-point", "1..="]);
    check(
        &["serve", "echo", "--max-workers", "0"],
        &["'0'", "--max-workers", "1..="],
    );
    check(
        &["serve", "echo", "--max-connections", "70000"],
        &["'70000'", "1..=65535"],
    );
    check(
        &["serve", "echo", "--backlog", "0"],
        &["'0'", "--backlog", "1..="],
    );
}

#[test]
fn what_is_no_time_and_no_size_is_answered_with_examples() {
    check(&["bench", "--task", "0"], &["task", "--task 1ms"]);
    check(
        &["serve", "echo", "--idle", "soon"],
        &["`soon`", "--idle", "25ms"],
    );
    check(
        &["serve", "echo", "--grace", "nan"],
        &["`nan`", "--grace", "25ms"],
    );
    check(
        &["serve", "slow-reverse", "--task=-1s"],
        &["`-1s`", "--task", "25ms"],
    );
    check(
        &["serve", "echo", "--max-request", "0"],
        &["`0`", "--max-request", "64KiB"],
    );
    check(
        &["serve", "echo", "--max-request", "9TiB"],
        &["`9TiB`", "--max-request", "64KiB"],
    );
    check(
        &["load", "echo", "--timeout", "0"],
        &["time-out", "within 1 to", "found 0"],
    );
    check(
        &["serve", "echo", "--when-full", "maybe"],
        &["`maybe`", "wait or refuse"],
    );
    check(
        &["serve", "tasks", "--separator", "7"],
        &["`7`", "separator", "space"],
    );
    check(&["serve", "tasks", "--terminator", "nul"], &["`nul`", "lf"]);
}

#[test]
fn a_negative_value_is_refused_under_the_name_of_its_flag() {
    check(&["serve", "echo", "-p", "-1"], &["-1", "--port"]);
    check(
        &["serve", "slow-reverse", "--task", "-1s"],
        &["-1s", "--task"],
    );
    check(&["bench", "--task", "-1s"], &["-1s", "--task"]);
}

#[test]
fn a_number_that_no_mean_can_take_is_refused() {
    check(&["load", "mean", "--values", "1,nan"], &["`NaN`", "finite"]);
    check(
        &["load", "mean", "127.0.0.1:8081", "inf"],
        &["`inf`", "finite"],
    );
    check(
        &["load", "mean", "127.0.0.1:8081", "seven"],
        &["'seven'", "[VALUE]"],
    );
}

#[test]
fn an_address_that_is_none_is_named_with_what_would_be_one() {
    check(
        &["serve", "echo", "-p", "0", "-a", "300.1.1.1"],
        &["`300.1.1.1`", "give an IP address"],
    );
    check(
        &["serve", "echo", "-p", "0", "-a", "192.0.2.1"],
        &["192.0.2.1:0", "-a 127.0.0.1"],
    );
    check(
        &["serve", "echo", "-p", "70000"],
        &["'70000'", "--port", "0..=65535"],
    );
    check(
        &["load", "echo", "127.0.0.1"],
        &["`127.0.0.1`", "HOST:PORT"],
    );
    check(&["load", "echo", "127.0.0.1:x"], &["`x`", "port"]);
    check(
        &["load", "echo", "-P", "0"],
        &["port", "within 1 to 65535", "found 0"],
    );
    check(
        &["load", "echo", "-s", "300.1.1.1"],
        &["`300.1.1.1`", "give an IP address"],
    );
}

#[test]
fn a_reason_is_given_once() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = taken.local_addr().expect("bound").port().to_string();
    for (args, reason) in [
        (
            &["serve", "echo", "-p", &port][..],
            "Address already in use",
        ),
        (
            &["serve", "echo", "-p", "0", "-a", "192.0.2.1"],
            "Cannot assign requested address",
        ),
        (&["report", "/nonexistent"], "No such file or directory"),
        (
            &["serve", "echo", "-p", "0", "--runs", "/dev/null/runs"],
            "Not a directory",
        ),
    ] {
        let ran = run(args);
        assert_eq!(ran.stderr.matches(reason).count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = taken.local_addr().expect("bound");
    for model in models() {
        let port = address.port().to_string();
        let expected = [&address.to_string(), "in use", "another port with -p"];
        check(&["serve", "echo", "-m", model, "-p", &port], &expected);
    }
}

#[test]
fn a_second_server_on_a_port_leaves_the_first_alone() {
    let first = Server::start("echo", "thread", &[]);
    let port = first.port().to_string();
    check(&["serve", "echo", "-p", &port], &["in use", "-p"]);
    let mut stream = first.connect();
    stream.write_all(b"abc").expect("sent");
    assert_eq!(read_exactly(&mut stream, 3), b"abc");
    assert_eq!(first.stop().status, Some(0));
}

/// Skipped where this may be done, as the administrator may.
#[test]
fn a_port_of_the_administrator_is_named_with_a_way_out() {
    let address = SocketAddr::from(([127, 0, 0, 1], 7));
    if let Err(error) = TcpListener::bind(address)
        && error.kind() == std::io::ErrorKind::PermissionDenied
    {
        check(
            &["serve", "echo", "-p", "7"],
            &["127.0.0.1:7", "administrator", "with -p"],
        );
    }
}

#[test]
fn a_flag_and_a_command_that_are_none_are_named() {
    check(
        &["serve", "echo", "--frobnicate"],
        &["--frobnicate", "--help"],
    );
    check(
        &["serve", "echo", "--max-worker", "3"],
        &["--max-worker", "--max-workers"],
    );
    check(&["serv"], &["serv", "serve"]);
    check(&["serve"], &["<SERVICE>", "--help"]);
    check(
        &["serve", "echo", "8081", "-p", "8082"],
        &["PORT", "--port"],
    );
    check(&["serve", "echo", "-q", "-v"], &["--quiet", "--verbose"]);
    check(
        &["serve", "echo", "--record", "--no-folder"],
        &["--record", "--no-folder"],
    );
    check(&[], &["Usage: wharf <COMMAND>"]);
}

#[test]
fn a_run_that_is_none_is_named() {
    let hints = ["`ls ", "` shows what there is", "`wharf bench` makes one"];
    check(
        &["report", "/nonexistent"],
        &[&["/nonexistent"], &hints[..]].concat(),
    );
    check(
        &["report", "/dev/null"],
        &[&["/dev/null"], &hints[..]].concat(),
    );
}

#[test]
fn a_run_with_a_torn_summary_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let summary = folder.path().join("summary.json");
    let path = folder.path().to_str().expect("a plain path");
    for torn in ["", "{", "{\"schema\":1}", "[]", "\u{0}"] {
        fs::write(&summary, torn).expect("written");
        check(&["report", path], &[path, "summary.json"]);
        assert_eq!(
            entries(folder.path()),
            1,
            "something was written beside {torn:?}"
        );
    }
}

#[test]
fn a_place_for_runs_that_cannot_be_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let below = file.join("runs");
    let below = below.to_str().expect("a plain path");
    let expected = [below, "--runs", "--no-folder"];
    check(&["serve", "echo", "-p", "0", "--runs", below], &expected);
    check(&["load", "echo", "-P", "1", "--runs", below], &expected);
    check(&["bench", "--clients", "1", "--runs", below], &expected);
}

/// Known at the start and not at the end, when the result would be lost; and before a run's folder is
/// made, which would stay behind saying that it has not ended.
#[test]
fn a_file_that_cannot_be_written_is_named_at_the_start() {
    for flag in ["--ready-file", "--events-file"] {
        check(
            &["serve", "echo", "-p", "0", flag, "/nonexistent/x"],
            &["/nonexistent/x"],
        );
    }
    let runs = tempfile::tempdir().expect("a temporary folder");
    // Ended from outside if it serves, as it must not.
    let output = Command::new("timeout")
        .args([
            "-s",
            "INT",
            "2",
            env!("CARGO_BIN_EXE_wharf"),
            "serve",
            "echo",
            "-p",
            "0",
        ])
        .args(["--summary-file", "/nonexistent/x"])
        .env("WHARF_RUNS", runs.path())
        .output()
        .expect("timeout starts");
    let ran = Ran::new(output, runs);
    assert_eq!(ran.status, Some(3), "it served: {}", ran.stdout);
    assert!(ran.stderr.contains("/nonexistent/x"), "{}", ran.stderr);
}

#[test]
fn help_and_version_are_no_errors() {
    for args in [
        &["--help"][..],
        &["-h"],
        &["help"],
        &["help", "serve"],
        &["serve", "--help"],
        &["load", "-h"],
        &["bench", "--help"],
        &["report", "--help"],
        &["list", "--help"],
        &["--version"],
        &["-V"],
        &["serve", "--version"],
        &["list"],
    ] {
        let ran = run(args);
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{args:?}");
        assert!(ran.stdout.len() > 5, "{args:?}: {}", ran.stdout);
        assert_eq!(entries(ran.runs.path()), 0, "{args:?} left something");
    }
}

#[test]
fn a_pipe_gets_no_colours() {
    for args in [
        &["--help"][..],
        &["serve", "--help"],
        &["list"],
        &["serve", "ecko"],
        &["frob"],
    ] {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let mut command = wharf(&runs);
        command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
        let ran = Ran::new(command.args(args).output().expect("wharf starts"), runs);
        assert!(!(ran.stdout + &ran.stderr).contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn a_list_that_nobody_reads_on_is_no_panic() {
    for args in ["list", "--help", "serve --help"] {
        let script = format!("\"$0\" {args} | true");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_wharf")])
            .output()
            .expect("sh starts");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "wharf {args}: {stderr}");
    }
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = wharf(&runs)
        .arg("list")
        .stdout(full)
        .output()
        .expect("wharf starts");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !stderr.contains("panicked"),
        "wharf list > /dev/full: {stderr}"
    );
}

#[test]
fn flags_that_mean_nothing_to_a_service_are_named() {
    let ran = run(&[
        "load",
        "hello",
        "127.0.0.1:1",
        "--text",
        "x",
        "--unit",
        "bytes",
    ]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    let warning = "warning: --text, --unit: without effect on hello";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
}
