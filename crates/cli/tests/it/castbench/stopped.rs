//! A benchmark that is interrupted keeps what it has.

use std::{fs, process::Stdio};

use history::{Summary, Verdict};

use crate::support::{Guarded, signal, wharf};

#[test]
fn an_interrupted_benchmark_writes_what_it_has_and_says_unknown() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let child = wharf(&runs)
        .args(["cast", "bench", "--cast", "unicast", "--payload", "64"])
        .args([
            "--receivers",
            "1",
            "--way",
            "one",
            "--for",
            "50ms",
            "-r",
            "100",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("wharf starts");
    let mut child = Guarded(child);
    let summary = || {
        let text = fs::read_to_string(runs.path().join("latest/summary.json")).ok()?;
        serde_json::from_str::<Summary>(&text).ok()
    };
    // The first round is written when it is done.
    child.until_ready(String::new, || {
        summary().filter(|summary| summary.cast.is_some())
    });
    signal(child.pid(), "INT");
    assert_eq!(child.wait().code(), Some(2));
    let summary = summary().expect("a summary");
    assert_eq!(summary.verdict, Verdict::Unknown);
    let text = "stopped before all runs were made";
    assert!(
        summary.findings.iter().any(|f| f.text == text),
        "{summary:?}"
    );
    let cast = summary.cast.expect("datagrams");
    let done = cast.points[0].flat.len();
    assert!((1..100).contains(&done), "{done} runs");
    assert!(runs.path().join("latest/report.html").exists());
}
