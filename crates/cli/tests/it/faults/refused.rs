//! The kernel refuses a model what it is made of: told before anything is bound or announced, and a
//! benchmark compares the others. Needs python3, for a filter of system calls as containers have them.

use std::net::TcpListener;

use history::{Obstacle, Verdict};
use serve::{Choice, MODELS, Memory, Model};

use crate::{
    conformance::{
        launch::{Around, Launched, without},
        subject::for_every_model,
    },
    support::{Ran, wharf},
};

/// Runs the executable to its end, with io_uring refused in this way.
fn run_without_rings(error: &str, args: &[&str]) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = without("io_uring_setup", error, &wharf(&runs));
    let output = command.args(args).env("WHARF_RUNS", runs.path()).output();
    Ran::new(output.expect("python3"), runs)
}

/// The models that are made of io_uring, which their names say.
fn models_of_rings() -> impl Iterator<Item = &'static Model> {
    MODELS
        .iter()
        .filter(|model| model.name.starts_with("uring"))
}

#[test]
fn a_server_of_rings_that_are_refused_ends_before_it_promises_anything() {
    for model in models_of_rings() {
        for (error, why) in [
            ("EPERM", "kernel.io_uring_disabled"),
            ("ENOSYS", "kernel was built without it"),
            ("EINVAL", "Linux 6.0"),
        ] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let ready = folder.path().join("ready.json");
            let path = ready.to_str().expect("a plain path");
            let args = ["serve", "echo", "-m", model.name, "-p", "0", "--ready-file"];
            let ran = run_without_rings(error, &[&args[..], &[path]].concat());
            let said = &ran.stderr;
            assert_eq!((ran.status, ran.stdout.as_str()), (Some(3), ""), "{said}");
            let instead = match model.memory {
                Memory::Separate => "or use `-m percore`",
                _ => "or use `-m reactor`",
            };
            for word in ["cannot set up io_uring", why, instead] {
                assert!(said.contains(word), "no `{word}` in {said}");
            }
            assert!(!said.contains("listening on"), "{said}");
            assert!(!ready.exists(), "{error}: it said that it was ready");
            assert!(!is_kept(&ran), "{error}: a run's folder was left");
        }
    }
}

#[test]
fn models_without_rings_serve_where_rings_are_refused() {
    for model in MODELS.iter().filter(|model| model.check().is_ok()) {
        if models_of_rings().all(|ring| ring.name != model.name) {
            // What is asked for last shows that everything before it was right.
            let args = ["serve", "echo", "-m", model.name, "-p", "0"];
            let last = ["--summary-file", "/nonexistent/x"];
            let ran = run_without_rings("EPERM", &[&args[..], &last].concat());
            assert!(ran.stderr.contains("/nonexistent/x"), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_benchmark_leaves_out_what_is_refused_and_says_so() {
    let ran = run_without_rings(
        "EPERM",
        &[
            "bench",
            "-m",
            "reactor,uring",
            "-c",
            "2",
            "-t",
            "200ms",
            "-r",
            "2",
            "--no-gaps",
        ],
    );
    assert!(
        ran.stderr
            .contains("uring is left out: cannot set up io_uring")
    );
    let summary = ran.summary();
    // A machine with other work to do may make the others' runs uncertain; what is left out does not.
    let of_rings = summary
        .findings
        .iter()
        .filter(|finding| finding.text.starts_with("uring"));
    let of_rings: Vec<Verdict> = of_rings.map(|finding| finding.verdict).collect();
    assert_eq!(of_rings, [Verdict::Valid], "{:?}", summary.findings);
    let points = summary.bench.expect("a benchmark").points;
    let [reactor, uring] = &points[..] else {
        panic!("{points:?}");
    };
    assert!(reactor.runs.len() >= 2 && reactor.not_reached.is_none());
    let not = uring.not_reached.as_ref().expect("not reached");
    assert_eq!(not.obstacle, Obstacle::Unavailable);
    assert!(not.text.contains("-m reactor"), "{}", not.text);
    assert!(uring.runs.is_empty(), "it was run for nothing");
    assert!(ran.stdout.contains("unavailable"), "{}", ran.stdout);
}

#[test]
fn a_benchmark_of_nothing_but_what_is_refused_is_refused() {
    let args = ["bench", "-m", "uring,uring-percore", "-c", "2"];
    let ran = run_without_rings("EPERM", &args);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(3), ""));
    assert!(
        ran.stderr.contains("cannot set up io_uring"),
        "{}",
        ran.stderr
    );
    assert!(!is_kept(&ran), "a run's folder was left");
}

/// Workers of a herd may not accept, as if their listener had failed. (Those of `uring-percore` have the ring
/// accept for them, which this does not hinder.)
#[test]
fn a_herd_that_may_not_accept_gives_up_after_some_tries_and_says_why() {
    for_every_model(|model| {
        let is_herd = model.memory == Memory::Separate && model.choices.contains(&Choice::Size);
        if !is_herd || models_of_rings().any(|ring| ring.name == model.name) {
            return;
        }
        let around = Around::Without("accept4", "EPERM");
        let mut server = Launched::start(around, "echo", model.name, &[]);
        // Event loops accept when somebody comes.
        let _client = server.connect();
        assert_eq!(server.wait().code(), Some(2), "{}", server.stderr());
        let said = server.stdout() + &server.stderr();
        let said: Vec<&str> = said.split_whitespace().collect();
        let said = said.join(" ");
        for words in [
            "the server ended early",
            "worker processes gave up 8 times in a row",
            "Operation not permitted",
        ] {
            assert!(said.contains(words), "no `{words}` in {said}");
        }
        TcpListener::bind(server.address).expect("no worker holds the port");
    });
}

fn is_kept(ran: &Ran) -> bool {
    ran.runs.path().join("latest").exists()
}
