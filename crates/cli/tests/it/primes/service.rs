//! The service `primes`, asked by other programs, and compared under load that is calculation.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use history::Verdict;

use crate::{
    conformance::subject::for_every_model,
    support::{Server, run},
};

#[test]
fn nc_is_answered_under_every_model() {
    for_every_model(|model| {
        let server = Server::start("primes", model.name, &[]);
        let mut nc = Command::new("nc")
            .args(["-N", "127.0.0.1", &server.port().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("nc starts");
        let mut input = nc.stdin.take().expect("its input");
        input
            .write_all(b"999983\n1-1000000\n1 10\n1000000\n1\nx\n1-18446744073709551615\n")
            .expect("typed");
        drop(input);
        let output = nc.wait_with_output().expect("an end");
        let said = String::from_utf8_lossy(&output.stdout);
        let expected = "prime\n78498\n4\ncomposite\nneither\n\
                        error: expected NUMBER or FIRST-LAST up to 2^64-1, found \"x\"\n\
                        error: range too long: ";
        assert!(said.starts_with(expected), "{}: {said}", model.name);
        assert_eq!(said.lines().count(), 7, "{}: {said}", model.name);
        let stopped = server.stop();
        assert_eq!(stopped.summary.requests, 7, "{}", stopped.stderr);
    });
}

#[test]
fn bench_compares_models_under_calculation_inline_and_elsewhere() {
    let ran = run(&[
        "bench",
        "--kind",
        "throughput",
        "-s",
        "primes",
        "-m",
        "thr,reactor,reactor:cpu-work=offload",
        "-c",
        "2",
        "--for",
        "300ms",
        "-r",
        "1",
    ]);
    assert_ne!(
        ran.summary().verdict,
        Verdict::Invalid,
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let bench = ran.summary().bench.expect("a benchmark");
    assert_eq!(bench.points.len(), 3);
    for point in &bench.points {
        let outcomes = &point.runs[0].outcomes;
        assert!(
            outcomes["ok"] > 0 && outcomes.len() == 1,
            "{}: {outcomes:?}",
            point.model
        );
    }
}

#[test]
fn a_question_of_ones_own_is_asked_and_its_answer_checked() {
    let server = Server::start("primes", "reactor", &["--cpu-work", "offload"]);
    let port = server.port().to_string();
    for text in ["1-1000", "7919", "no question"] {
        let ran = run(&[
            "load", "primes", "-P", &port, "-n", "3", "-p", "0", "--text", text,
        ]);
        let outcomes = ran.summary().load.expect("of a load").outcomes;
        assert_eq!(outcomes["ok"], 3, "{text}: {outcomes:?} {}", ran.stdout);
    }
    assert_eq!(server.stop().summary.requests, 9);
}
