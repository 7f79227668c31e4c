//! `wharf sim bench`: its numbers beside the arithmetic, beside what was published, and beside the real thing.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Ran, check_refused, run};

/// The points that a command printed as JSON.
fn points(args: &[&str]) -> Vec<Value> {
    let ran = run(&[&["sim", "bench", "--format", "json"], args].concat());
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let all: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    all["points"].as_array().expect("points").clone()
}

fn total(point: &Value) -> Duration {
    Duration::from_nanos(point["total_ns"].as_u64().expect("a time"))
}

#[test]
fn the_seed_experiment_takes_what_its_arithmetic_says() {
    let points = points(&[]);
    assert_eq!(points.len(), 30);
    for point in &points {
        let clients = point["clients"].as_u64().expect("a count");
        let waits = match point["model"].as_str() {
            Some("iterative") => clients,
            _ => 1,
        };
        assert_eq!(point["total_ns"], 3_000_000_000 * waits, "{point}");
        assert_eq!(point["arithmetic"]["total_ns"], point["total_ns"]);
        assert_eq!(point["arithmetic"]["is_exact"], true);
        assert_eq!(point["outcomes"]["ok"], clients);
        // What was published took longer, because it was measured.
        let published = point["published_ns"].as_f64().expect("published");
        assert!(published > total(point).as_nanos() as f64, "{point}");
    }
    let whole: Duration = points.iter().map(total).sum();
    assert_eq!(whole, Duration::from_secs(1650 + 30 + 30));
}

#[test]
fn the_same_command_prints_the_same_to_the_byte() {
    let args = [
        "sim",
        "bench",
        "-s",
        "work",
        "-m",
        "pool:size=3,async,thr",
        "-c",
        "20",
        "-n",
        "5",
        "-d",
        "e",
        "-p",
        "100",
        "--arrivals",
        "u:0.1",
        "--work",
        "3ms",
        "--switch-cost",
        "5us",
        "--cores",
        "2",
    ];
    for format in ["table", "json", "csv"] {
        let [first, second] = [0, 1].map(|_| {
            let ran = run(&[&args[..], &["--format", format]].concat());
            assert_eq!(ran.status, Some(0), "{}", ran.stderr);
            ran.stdout
        });
        assert_eq!(first, second);
        let other = run(&[&args[..], &["--format", format, "--seed", "43"]].concat());
        assert_ne!(first, other.stdout);
    }
}

#[test]
fn a_table_shows_the_arithmetic_and_what_was_published() {
    let Ran { stdout, stderr, .. } = run(&["sim", "bench", "-m", "iter,thr", "-c", "10,100"]);
    for words in [
        "10 x 3 s",
        "100 x 3 s",
        "30.107 s",
        "+0.15 %",
        "3.502 s",
        "for each client",
    ] {
        assert!(stdout.contains(words), "no `{words}` in {stdout}");
    }
    assert!(stderr.contains("of virtual time in"), "{stderr}");
}

#[test]
fn what_does_not_fit_is_told_of_and_not_compared_with_the_arithmetic() {
    let ran = run(&[
        "sim",
        "bench",
        "-m",
        "iter",
        "-c",
        "20",
        "--backlog",
        "4",
        "--overflow",
        "refuse",
        "-t",
        "1s",
    ]);
    // One is attended to and five wait.
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("6 answered"), "{}", ran.stdout);
    assert!(ran.stderr.contains("14 requests refused"), "{}", ran.stderr);
}

#[test]
fn a_queue_of_one_server_waits_as_pollaczek_and_khinchine_say() {
    // M/D/1 at load 1/2 with a service time of 100 us: a mean wait of 1/2 · 100 us / (2 · (1 - 1/2)) = 50 us.
    let points = points(&[
        "-s",
        "hello",
        "-m",
        "reactor",
        "-c",
        "1",
        "-n",
        "50000",
        "-d",
        "e",
        "-p",
        "5000",
        "--read-cost",
        "100us",
    ]);
    let mean = points[0]["response_time"]["mean_ns"]
        .as_f64()
        .expect("a mean");
    assert!((mean / 150e3 - 1.0).abs() < 0.03, "{mean}");
}

#[test]
fn the_real_thing_is_never_faster_and_in_the_same_order() {
    let models = "iter,thr,proc,pool:size=2,prefork:size=2,reactor";
    let simulated = points(&["-m", models, "-c", "5", "-t", "200ms"]);
    let real = run(&[
        "bench",
        "-m",
        models,
        "-c",
        "5",
        "-t",
        "200ms",
        "-r",
        "1",
        "--no-gaps",
    ]);
    let bench = real.summary().bench.expect("a benchmark");
    let expected = [5, 1, 1, 3, 3, 1].map(|rounds| Duration::from_millis(200) * rounds);
    assert_eq!(simulated.iter().map(total).collect::<Vec<_>>(), expected);
    assert_eq!(bench.points.len(), simulated.len());
    for (measured, point) in bench.points.iter().zip(&simulated) {
        assert_eq!(point["model"], measured.model.as_str());
        assert_eq!(Some(measured.floor_ns), point["total_ns"].as_u64());
        for run in &measured.runs {
            assert_eq!(
                run.outcomes.get("ok").copied(),
                point["outcomes"]["ok"].as_u64()
            );
            assert!(
                u128::from(run.wall_ns) >= total(point).as_nanos(),
                "{run:?}"
            );
            // In rounds as in the simulation: the k-th answer is no earlier than there.
            let (series, simulated) = (&run.response_time, &point["response_time"]);
            assert!(series.min_ns >= simulated["min_ns"].as_f64());
            assert!(series.mean_ns >= simulated["mean_ns"].as_f64());
        }
    }
}

#[test]
fn what_is_given_and_means_nothing_is_refused() {
    let refused = |args: &[&str], expected: &[&str]| {
        check_refused(&[&["sim", "bench"], args].concat(), expected);
    };
    refused(
        &["-s", "ech"],
        &["unknown service `ech`", "did you mean `echo`"],
    );
    refused(&["-m", "itre"], &["unknown concurrency model `itre`"]);
    refused(
        &["-s", "echo", "-t", "1s"],
        &["--task means nothing to echo"],
    );
    refused(
        &["-s", "echo", "--work", "1s"],
        &["--work means nothing to echo", "--read-cost"],
    );
    refused(
        &["-m", "iter", "--thread-cost", "1ms"],
        &["--thread-cost means nothing", "add one to -m"],
    );
    refused(
        &["-m", "iter:size=3"],
        &["--size means nothing to iterative"],
    );
    refused(
        &["-m", "prefork:sharing=reuseport"],
        &["is not simulated", "leave `sharing` out"],
    );
    refused(&["-d", "e"], &["needs its parameter", "add -p"]);
    refused(
        &["--arrivals", "e"],
        &["is no law with a parameter", "e:1000"],
    );
    refused(&["--arrivals", "e:-3"], &["exponential", "found -3"]);
    refused(&["--backlog", "many"], &["write 128 or unlimited"]);
    refused(&["--overflow", "drop"], &["retry or refuse"]);
    refused(&["--slice", "10ns"], &["shorter than 1us"]);
    refused(&["--cores", "0"], &["0 is not in 1..=1024"]);
    refused(&["-n", "0"], &["0 is not in 1..="]);
    refused(
        &[
            "-m",
            "iter",
            "-c",
            "300000",
            "-t",
            "1440m",
            "--backlog",
            "unlimited",
        ],
        &["584 years", "ask for fewer"],
    );
    refused(&["-c", "2000000"], &["counts are from 1 to"]);
}
