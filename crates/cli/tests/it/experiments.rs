//! `wharf bench --kind …`: each kind runs small, leaves its sweep as a file, and can be made again.

use std::fs;

use history::{BenchKind, BenchSummary, Obstacle, Quantity, Verdict};

use crate::support::{Ran, check_refused, run};

/// One model, few clients, one short run.
fn small(kind: &str, more: &[&str]) -> Ran {
    let base = ["bench", "--kind", kind, "-m", "thr", "-c", "3", "-r", "1"];
    counted(&[&base, more].concat())
}

/// On a machine that does much else the clients may be late or unanswered in every run of a point; hardly three times.
fn counted(args: &[&str]) -> Ran {
    let has_figures = |ran: &Ran| {
        let bench = ran.summary().bench.expect("a benchmark");
        bench.points.iter().all(|point| !point.figures.is_empty())
    };
    let tries = std::iter::repeat_with(|| run(args)).take(3);
    let mut tries = tries.skip_while(|ran| !has_figures(ran));
    tries.next().unwrap_or_else(|| run(args))
}

#[track_caller]
fn measured(ran: &Ran, kind: BenchKind) -> BenchSummary {
    let summary = ran.summary();
    assert_eq!(
        summary.verdict,
        Verdict::Valid,
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let bench = summary.bench.expect("a benchmark");
    assert_eq!(bench.kind, kind);
    let text = fs::read_to_string(ran.folder().join("experiment.toml")).expect("a sweep");
    assert!(
        text.contains(&format!("kind = \"{}\"", kind.name())),
        "{text}"
    );
    for point in &bench.points {
        let first = kind.quantities()[0];
        let figure = point.figure(first).expect("a figure");
        assert!(figure.min <= figure.median && figure.median <= figure.max);
    }
    bench
}

#[test]
fn a_closed_loop_answers_and_counts_what_a_request_costs() {
    let ran = small("throughput", &["--for", "200ms", "--pipeline", "4"]);
    let bench = measured(&ran, BenchKind::Throughput);
    let point = &bench.points[0];
    assert_eq!((bench.pipeline, bench.payload_bytes), (4, 64));
    let answers = point.runs[0].outcomes["ok"];
    assert!(
        answers > 12,
        "three clients keep four requests each under way: {answers}"
    );
    for quantity in [
        Quantity::ResponseP50,
        Quantity::ResponseP99,
        Quantity::ServerCpuPerRequest,
        Quantity::SwitchesPerRequest,
    ] {
        let figure = point.figure(quantity).expect("each of these is measured");
        assert!(figure.median > 0.0, "{}", quantity.name());
    }
    assert!(ran.stdout.contains("answers/s"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("Which model for this load"),
        "{}",
        ran.stdout
    );
    assert_eq!(bench.choices[0].models, ["thread"]);
}

#[test]
fn churn_opens_a_connection_for_every_request() {
    for service in ["echo", "hello"] {
        let ran = small("churn", &["--for", "200ms", "--service", service]);
        let bench = measured(&ran, BenchKind::Churn);
        let run = &bench.points[0].runs[0];
        assert_eq!(run.connect.count, run.outcomes["ok"], "{service}");
    }
}

#[test]
fn silent_connections_are_all_held_while_they_are_looked_at() {
    let ran = counted(&[
        "bench", "--kind", "idle", "-m", "thr,proc", "-c", "20", "-r", "1",
    ]);
    let bench = measured(&ran, BenchKind::Idle);
    for point in &bench.points {
        let run = &point.runs[0];
        let idle = run.idle.expect("a look");
        assert_eq!(
            (idle.connections, run.outcomes["ok"]),
            (20, 20),
            "{}",
            point.model
        );
        // The proportional size goes by how many processes of this program there are, and other tests
        // start and end some meanwhile.
        assert!(idle.rss_bytes > 0.0, "{idle:?}");
    }
    let of = |model: &str| bench.points.iter().find(|point| point.model == model);
    let tables = |model| {
        of(model)
            .and_then(|point| point.runs[0].idle)
            .map(|i| i.page_table_bytes)
    };
    assert!(
        tables("process") > tables("thread"),
        "a process has page tables of its own"
    );
}

#[test]
fn requests_that_wait_are_told_apart_from_those_that_calculate() {
    let more = ["--for", "200ms", "--cpu-share", "0,0.34,1", "--task", "1ms"];
    let bench = measured(&small("mixed", &more), BenchKind::Mixed);
    let shares: Vec<Option<f64>> = bench.points.iter().map(|point| point.cpu_share).collect();
    assert_eq!(shares, [Some(0.0), Some(0.34), Some(1.0)]);
    for point in &bench.points {
        let run = &point.runs[0];
        let waited = run.waiting_time.as_ref().expect("told apart").count;
        let all = run.outcomes["ok"];
        match point.cpu_share {
            Some(0.0) => assert_eq!(waited, all),
            Some(1.0) => assert_eq!(waited, 0),
            _ => assert!(0 < waited && waited < all, "{waited} of {all}"),
        }
        assert!(
            run.response_time.min_ns >= Some(1e3),
            "{:?}",
            run.response_time
        );
    }
}

#[test]
fn a_burst_takes_any_service() {
    for service in [
        "hello",
        "echo",
        "tasks",
        "mean",
        "timestamps",
        "work",
        "primes",
    ] {
        let bench = measured(
            &small("burst", &["-s", service, "--no-gaps"]),
            BenchKind::Burst,
        );
        assert_eq!(
            bench.points[0].runs[0].outcomes,
            [("ok".to_owned(), 3)].into()
        );
    }
}

#[test]
fn a_sweep_is_made_again_from_its_folder_and_flags_go_before_it() {
    let first = small("churn", &["--for", "100ms", "--seed", "7"]);
    let folder = first.folder();
    let sweep = |ran: &Ran| fs::read_to_string(ran.folder().join("experiment.toml"));
    let text = sweep(&first).expect("a sweep");
    let again = run(&["bench", "--from", folder.to_str().expect("text")]);
    measured(&again, BenchKind::Churn);
    assert_eq!(sweep(&again).expect("a sweep"), text);
    let file = folder.join("experiment.toml");
    let other = run(&[
        "bench",
        file.to_str().expect("text"),
        "-c",
        "2",
        "--seed",
        "8",
    ]);
    measured(&other, BenchKind::Churn);
    let changed = text
        .replace("clients = [3]", "clients = [2]")
        .replace("seed = 7", "seed = 8");
    assert_eq!(sweep(&other).expect("a sweep"), changed);
}

#[test]
fn a_file_with_a_mistake_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("sweep.toml");
    fs::write(&file, "kind = \"churn\"\nclinets = [1]\n").expect("written");
    let path = file.to_str().expect("a plain path");
    check_refused(&["bench", path], &["line 2", "clinets"]);
}

#[test]
fn what_does_not_fit_the_kind_is_refused_before_anything_runs() {
    for (args, words) in [
        (["-k", "throughput", "-s", "hello"], "--kind churn"),
        (["-k", "idle", "-s", "slow-reverse"], "stands silent"),
        (["-k", "mixed", "-s", "echo"], "`work`"),
        (["-k", "burst", "--pipeline", "4"], "pipeline"),
        (["-k", "churn", "--cpu-share", "0.5"], "cpu-share"),
        (["-k", "mixed", "--cpu-share", "1.5"], "0 to 1"),
        (["-k", "idle", "--for", "1s"], "`for` means nothing"),
    ] {
        check_refused(&[&["bench"], &args[..]].concat(), &[words]);
    }
}

#[test]
fn a_point_that_would_take_too_long_is_a_row_with_its_reason() {
    let args = [
        "bench",
        "-m",
        "iter,thr",
        "-c",
        "2,8",
        "-t",
        "50ms",
        "-r",
        "1",
        "--longest",
        "200ms",
        "--no-gaps",
    ];
    let ran = run(&args);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let bench = ran.summary().bench.expect("a benchmark");
    assert_eq!(bench.points.len(), 4);
    for point in &bench.points {
        let obstacle = point.not_reached.as_ref().map(|not| not.obstacle);
        let expected =
            (point.model == "iterative" && point.clients == 8).then_some(Obstacle::TooLong);
        assert_eq!(obstacle, expected, "{point:?}");
        assert_eq!(point.runs.is_empty(), expected.is_some());
    }
    assert!(ran.stdout.contains("× too long"), "{}", ran.stdout);
}

#[test]
fn event_loops_and_threads_come_to_the_same_answers() {
    for client in ["threads", "async"] {
        let bench = measured(
            &small("throughput", &["--for", "100ms", "--client", client]),
            BenchKind::Throughput,
        );
        assert_eq!(bench.points[0].client, client);
    }
}

#[test]
fn a_server_without_descriptors_for_all_is_reported_and_the_rest_is_measured() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let script = "ulimit -n 120; exec \"$0\" bench -k throughput -m thr -c 5,400 --for 200ms -r 1";
    let output = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_wharf")])
        .env("WHARF_RUNS", runs.path())
        .output()
        .expect("a shell");
    let ran = Ran::new(output, runs);
    let bench = ran.summary().bench.expect("a benchmark");
    assert!(bench.points[0].not_reached.is_none(), "{}", ran.stdout);
    let not = bench.points[1].not_reached.as_ref().expect("not reached");
    assert!(!not.text.is_empty(), "{not:?}");
    assert!(
        ran.stderr.contains("descriptors a process: 120"),
        "{}",
        ran.stderr
    );
}
