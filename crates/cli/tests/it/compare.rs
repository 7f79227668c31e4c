//! `wharf compare`: what it shows, and the exit status that follows from it.

use std::{fs, path::Path};

use history::{Comparison, Summary, Tendency, Verdict};

use crate::support::{Ran, run};

/// A run of three points' worth of truth, copied and changed by the tests.
fn measured() -> Ran {
    let ran = run(&[
        "bench",
        "-m",
        "thr",
        "-c",
        "2",
        "-t",
        "20ms",
        "-r",
        "3",
        "--no-gaps",
    ]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    ran
}

/// A copy of a run in which every run took so many times as long, one of them `odd` times.
fn slower(of: &Ran, name: &str, times: f64, odd: f64) -> std::path::PathBuf {
    let folder = of.runs.path().join(name);
    fs::create_dir(&folder).expect("created");
    let mut summary = of.summary();
    let bench = summary.bench.as_mut().expect("a benchmark");
    // On a busy machine there are more: those in whose place others were made.
    bench.points[0].runs.truncate(3);
    for (index, run) in bench.points[0].runs.iter_mut().enumerate() {
        // Close to each other, so that only the factor makes a difference.
        let wall = 20_000_000.0 + index as f64 * 10_000.0;
        let times = if index == 0 { odd } else { times };
        run.wall_ns = (wall * times) as u64;
        run.generator_late = false;
    }
    write(&folder, &summary);
    let plan = of.folder().join("plan.json");
    fs::copy(plan, folder.join("plan.json")).expect("copied");
    folder
}

fn write(folder: &Path, summary: &Summary) {
    let text = serde_json::to_string(summary).expect("JSON");
    fs::write(folder.join("summary.json"), text).expect("written");
}

fn compare(before: &Path, after: &Path, more: &[&str]) -> Ran {
    let paths = [before, after].map(|path| path.to_str().expect("text"));
    run(&[&["compare"], &paths[..], more].concat())
}

#[test]
fn the_exit_status_says_whether_it_got_worse_by_more_than_is_allowed() {
    let ran = measured();
    let base = slower(&ran, "base", 1.0, 1.0);
    let same = slower(&ran, "same", 1.001, 1.001);
    let slow = slower(&ran, "slow", 1.5, 1.5);
    let wild = slower(&ran, "wild", 1.5, 0.5);
    let limit = ["--fail-if", "10%"];
    for (after, status, sign) in [(&same, 0, '✓'), (&slow, 1, '✗'), (&wild, 2, '?')] {
        let compared = compare(&base, after, &limit);
        assert_eq!(compared.status, Some(status), "{}", compared.stdout);
        assert!(compared.stdout.contains(sign), "{}", compared.stdout);
    }
    // Faster is not worse, and without a limit nothing is judged.
    assert_eq!(compare(&slow, &base, &limit).status, Some(0));
    assert_eq!(compare(&base, &slow, &[]).status, Some(0));
    assert_eq!(compare(&base, &slow, &["--fail-if", "60%"]).status, Some(0));
}

#[test]
fn the_comparison_is_there_as_data() {
    let ran = measured();
    let (base, slow) = (
        slower(&ran, "base", 1.0, 1.0),
        slower(&ran, "slow", 1.5, 1.5),
    );
    let compared = compare(&base, &slow, &["--fail-if", "10", "--json"]);
    let data: Comparison = serde_json::from_str(&compared.stdout).expect("JSON");
    assert_eq!((compared.status, data.verdict), (Some(1), Verdict::Invalid));
    let change = &data.changes[0];
    assert!(change.is_judged && change.tendency == Tendency::Worse);
    let percent = change.percent.expect("a change");
    assert!((percent - 50.0).abs() < 0.5, "{percent}");
    assert!(change.percent_low <= change.percent && change.percent <= change.percent_high);
}

#[test]
fn a_load_is_one_run_and_has_no_interval() {
    let server = crate::support::Server::start("echo", "thread", &[]);
    let port = server.port().to_string();
    let load = || {
        run(&[
            "load", "echo", "-n", "5", "-d", "d", "-p", "0.01", "-P", &port,
        ])
    };
    let (first, second) = (load(), load());
    let compared = compare(&first.folder(), &second.folder(), &["--fail-if", "10%"]);
    assert_eq!(
        compared.status,
        Some(2),
        "{}{}",
        compared.stdout,
        compared.stderr
    );
    assert!(
        compared.stdout.contains("too few runs"),
        "{}",
        compared.stdout
    );
}

#[test]
fn runs_of_two_kinds_and_folders_of_none_are_refused() {
    let ran = measured();
    let churn = run(&[
        "bench", "-k", "churn", "-m", "thr", "-c", "1", "-r", "1", "--for", "50ms",
    ]);
    let compared = compare(&ran.folder(), &churn.folder(), &[]);
    assert_eq!(compared.status, Some(3), "{}", compared.stdout);
    assert!(compared.stderr.contains("burst") && compared.stderr.contains("churn"));
    let nowhere = compare(Path::new("no-such-run"), &ran.folder(), &[]);
    assert_eq!(nowhere.status, Some(3));
    assert!(nowhere.stderr.contains("no-such-run"), "{}", nowhere.stderr);
}
