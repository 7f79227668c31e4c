//! `wharf bench`: what it measures, what it leaves, what happens when it is stopped or hindered.

use std::{
    fs,
    process::{Command, Stdio},
};

use history::{SampleReader, Verdict};

use crate::support::{Ran, children, eventually, run, signal, wharf};

/// A small experiment: every model, two counts, one run.
fn small(more: &[&str]) -> Ran {
    let models: Vec<&str> = serve::MODELS.iter().map(|model| model.name).collect();
    let models = models.join(",");
    let base = [
        "bench",
        "--clients",
        "3,6",
        "--task",
        "60ms",
        "-r",
        "1",
        "-m",
        &models,
    ];
    run(&[&base, more].concat())
}

#[test]
fn every_model_is_measured_against_its_floor_and_nothing_is_faster_than_it() {
    let ran = small(&["--no-gaps"]);
    let bench = ran.summary().bench.expect("a benchmark");
    assert_eq!(
        bench.points.len(),
        2 * serve::MODELS.len(),
        "{}",
        ran.stderr
    );
    for point in &bench.points {
        let is_iterative = point.model == "iterative";
        let floor_ns = 60_000_000 * if is_iterative { point.clients } else { 1 };
        assert_eq!(point.floor_ns, floor_ns, "{point:?}");
        for measured in &point.runs {
            assert_eq!(measured.outcomes, [("ok".to_owned(), point.clients)].into());
            assert!(measured.wall_ns >= point.floor_ns, "{point:?}");
            assert!(
                measured.server_cpu_ns > 0 && measured.voluntary_switches > 0,
                "{measured:?}"
            );
        }
    }
}

#[test]
fn a_process_model_has_as_many_processes_as_clients_and_a_thread_model_as_many_threads() {
    let bench = small(&["--no-gaps"]).summary().bench.expect("a benchmark");
    let seen = |model: &str| {
        let point = bench
            .points
            .iter()
            .find(|p| p.model == model && p.clients == 6);
        let run = point.expect("a point").runs.first().expect("a run").clone();
        let figures = (
            run.server_processes,
            run.server_threads,
            run.server_memory_bytes,
        );
        match figures {
            (Some(processes), Some(threads), Some(memory)) if memory > 0 => (processes, threads),
            other => panic!("{model}: {other:?}"),
        }
    };
    assert_eq!(seen("iterative"), (1, 1));
    assert_eq!(seen("thread"), (1, 7));
    assert_eq!(seen("process"), (7, 7));
}

#[test]
fn lanes_show_that_iterative_serves_one_by_one_and_the_others_side_by_side() {
    let bench = small(&["--no-gaps"]).summary().bench.expect("a benchmark");
    for set in &bench.lanes {
        assert_eq!(set.lanes.len(), 6, "{}", set.model);
        let mut served: Vec<(u64, u64)> = set
            .lanes
            .iter()
            .map(|lane| (lane.served_ns.expect("every lane was served"), lane.done_ns))
            .collect();
        served.sort_unstable();
        let last_start = served[5].0;
        let first_end = served.iter().map(|lane| lane.1).min().expect("a lane");
        match set.model.as_str() {
            "iterative" => assert!(last_start > first_end, "{served:?}"),
            _ => assert!(last_start < first_end, "{}: {served:?}", set.model),
        }
    }
}

#[test]
fn gaps_are_measured_on_both_sides() {
    let ran = run(&["bench", "--clients", "2", "--task", "20ms", "-r", "1"]);
    let bench = ran.summary().bench.expect("a benchmark");
    assert_eq!(bench.gaps.len(), bench.models.len());
    for panel in &bench.gaps {
        // Four workers send 250 messages each; the first of a connection makes no gap.
        assert_eq!(
            (panel.sent.count, panel.received.count),
            (996, 996),
            "{}",
            panel.model
        );
        assert!(panel.sent_fit.is_some() && panel.received_fit.is_some());
    }
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    assert!(
        page.contains("Gaps between requests"),
        "the page shows them"
    );
}

#[test]
fn the_page_is_whole_and_asks_for_nothing_from_outside() {
    let ran = small(&["--no-gaps"]);
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    for part in [
        "Who waits for whom",
        "Completion time against clients",
        "published",
    ] {
        assert!(page.contains(part), "{part} is missing");
    }
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        let stripped = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!stripped.contains(outside), "{outside} in the page");
    }
    assert!(page.len() < 300_000, "{} bytes", page.len());
    assert!(!page.contains("NaN"), "NaN in the page");
}

#[test]
fn a_report_can_be_drawn_again_from_the_folder_alone() {
    let ran = small(&["--no-gaps"]);
    let page = ran.folder().join("report.html");
    let first = fs::read_to_string(&page).expect("a page");
    fs::remove_file(&page).expect("removed");
    let again = run(&["report", ran.folder().to_str().expect("text")]);
    assert_eq!(again.status, ran.status, "{}", again.stderr);
    assert_eq!(again.stdout, ran.stdout);
    assert_eq!(fs::read_to_string(&page).expect("a page"), first);
}

#[test]
fn a_stopped_benchmark_keeps_what_it_had_says_unknown_and_leaves_no_server() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let child = wharf(&runs)
        .args([
            "bench",
            "--clients",
            "2",
            "--task",
            "100ms",
            "-r",
            "500",
            "--no-gaps",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wharf starts");
    let summary = runs.path().join("latest/summary.json");
    let read = || -> Option<history::Summary> {
        serde_json::from_str(&fs::read_to_string(&summary).ok()?).ok()
    };
    let measured = |summary: &history::Summary| {
        let bench = summary.bench.as_ref();
        bench.is_some_and(|bench| bench.points.iter().any(|point| !point.runs.is_empty()))
    };
    let so_far = eventually("a point is written", || read().filter(measured));
    assert_eq!(so_far.verdict, Verdict::Unknown);
    let servers = eventually("a server runs", || {
        Some(children(child.id())).filter(|children| !children.is_empty())
    });
    signal(child.id(), "INT");
    let ran = Ran::new(child.wait_with_output().expect("an end"), runs);
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert!(ran.stdout.contains("stopped"), "{}", ran.stdout);
    assert!(measured(&ran.summary()));
    for server in servers {
        eventually("the server is gone", || {
            let is_gone = fs::metadata(format!("/proc/{server}")).is_err();
            is_gone.then_some(())
        });
    }
}

#[test]
fn a_thousand_clients_at_once_are_all_answered_by_threads_and_processes() {
    for model in ["thr", "proc"] {
        let args = [
            "bench",
            "-m",
            model,
            "--clients",
            "1000",
            "--task",
            "1s",
            "-r",
            "1",
            "--no-gaps",
        ];
        let bench = run(&args).summary().bench.expect("a benchmark");
        for measured in &bench.points[0].runs {
            assert_eq!(
                measured.outcomes,
                [("ok".to_owned(), 1000)].into(),
                "{model}"
            );
        }
    }
}

#[test]
fn a_load_at_once_leaves_a_row_for_every_request() {
    let server = crate::support::Server::start("slow-reverse", "thread", &["--task", "50ms"]);
    let port = server.port().to_string();
    let ran = run(&["load", "slow-reverse", "-w", "40", "-P", &port]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let rows: Vec<_> = SampleReader::open(&ran.folder().join("samples.csv"))
        .expect("a table")
        .collect::<Result<_, _>>()
        .expect("rows in their form");
    assert_eq!(rows.len(), 40);
    assert!(
        rows.iter()
            .all(|row| row.response_ns().is_some_and(|ns| ns >= 50_000_000))
    );
    let hgrm = fs::read_to_string(ran.folder().join("latency.hgrm")).expect("percentiles");
    assert!(hgrm.contains("#[Mean"), "{hgrm}");
}

#[test]
fn a_program_that_is_no_server_is_reported_with_what_it_said() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = runs.path().join("wharf");
    fs::copy(env!("CARGO_BIN_EXE_wharf"), &elsewhere).expect("copied");
    // Without descriptors the server cannot even open its listener.
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -n 9; exec \"$0\" bench --clients 2 --task 20ms --no-folder",
        ])
        .arg(&elsewhere)
        .output()
        .expect("a shell");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("error:") && !stderr.contains("panicked"),
        "{stderr}"
    );
}
