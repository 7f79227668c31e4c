//! `wharf primes --compare`: the same bytes from every way, measured in turns.

use std::{fs, process::Stdio};

use history::{PrimesSummary, Verdict};

use super::expected::{Place, found, lines, parallel_modes, primes, sha256};
use crate::support::{Guarded, check_refused, signal, wharf};

/// A small comparison into a folder.
fn compared(place: &Place, flags: &[&str]) -> (String, PrimesSummary) {
    let folder = place.path().to_str().expect("plain");
    let base = [
        "--compare",
        "-N",
        "20000",
        "-r",
        "3",
        "--out-folder",
        folder,
    ];
    let (ran, summary) = found(&[&base, flags].concat());
    assert_eq!(ran.summary().verdict, Verdict::Valid);
    (ran.stdout, summary)
}

#[test]
fn one_worker_and_several_write_the_same_two_files() {
    let place = Place::new();
    let (printed, summary) = compared(&place, &[]);
    assert_eq!(
        place.names(),
        ["primes_nonoptimized.txt", "primes_optimized.txt"]
    );
    let expected = lines(1, 20_000);
    for name in place.names() {
        assert_eq!(fs::read(place.file(&name)).expect("written"), expected);
    }
    // The report breaks its lines where they end.
    let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    let same = "primes_nonoptimized.txt and primes_optimized.txt are the same";
    assert!(
        printed.contains(same) && printed.contains(&sha256(&expected)),
        "{printed}"
    );

    assert_eq!(summary.count, Some(2262));
    let modes: Vec<&str> = summary.variants.iter().map(|v| v.mode.as_str()).collect();
    let expected: Vec<&str> = ["single"]
        .into_iter()
        .chain(parallel_modes().map(|m| m.name))
        .collect();
    assert_eq!(modes, expected);
    for (index, variant) in summary.variants.iter().enumerate() {
        assert_eq!(variant.runs.len(), 3);
        assert!(
            variant
                .runs
                .iter()
                .all(|run| run.wall_ns > 0 && run.steps == variant.runs[0].steps)
        );
        assert!(!variant.stints.is_empty());
        assert_eq!(variant.speed_up.is_some(), index > 0);
        assert_eq!(
            variant.output.is_some(),
            index == 0 || index + 1 == summary.variants.len()
        );
        if let Some(quotient) = variant.speed_up {
            assert!(quotient.min <= quotient.median && quotient.median <= quotient.max);
        }
    }
    let divider = summary.divider.expect("trial division divides");
    assert!(
        divider.divisions_per_s > 0.0 && divider.share > Some(0.0),
        "{divider:?}"
    );
}

#[test]
fn numbers_of_workers_make_a_curve() {
    let place = Place::new();
    let mode = parallel_modes()
        .next()
        .expect("one with several workers")
        .name;
    let (_, summary) = compared(&place, &["--mode", mode, "--workers", "1,2,3"]);
    let workers: Vec<u64> = summary
        .variants
        .iter()
        .map(|variant| variant.workers)
        .collect();
    assert_eq!(workers, [1, 1, 2, 3]);
}

#[test]
fn counting_compares_numbers_and_writes_nothing() {
    let place = Place::new();
    let (_, summary) = compared(&place, &["--count"]);
    assert_eq!((summary.count, summary.is_count), (Some(2262), true));
    assert!(place.names().is_empty());
}

#[test]
fn files_that_are_there_are_left_alone_unless_forced() {
    let place = Place::new();
    fs::write(place.file("primes_optimized.txt"), "mine").expect("written");
    let folder = place.path().to_str().expect("plain");
    let flags = ["primes", "--compare", "-N", "100", "--out-folder", folder];
    check_refused(
        &flags,
        &[
            "primes_optimized.txt is there already",
            "--force",
            "--out-folder",
        ],
    );
    assert_eq!(place.names(), ["primes_optimized.txt"]);
    assert_eq!(
        fs::read(place.file("primes_optimized.txt")).expect("there"),
        b"mine"
    );
    compared(&place, &["--force"]);
    assert_eq!(
        fs::read(place.file("primes_optimized.txt")).expect("there"),
        lines(1, 20_000)
    );
}

#[test]
fn files_go_into_the_current_folder() {
    let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
    let status = wharf(&runs)
        .args(["primes", "--compare", "-N", "1000", "-r", "1"])
        .current_dir(place.path())
        .output()
        .expect("wharf starts");
    assert_eq!(status.status.code(), Some(0), "{status:?}");
    assert_eq!(
        place.names(),
        ["primes_nonoptimized.txt", "primes_optimized.txt"]
    );
}

#[test]
fn a_way_that_cannot_be_is_left_out_and_said() {
    for split in parallel::SPLITS {
        let ran = primes(&[
            "--compare",
            "--count",
            "-N",
            "1000",
            "-r",
            "1",
            "--split",
            split.name,
        ]);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        let kept = ran.summary().primes.expect("a search").variants.len() - 1;
        let left_out = ran.stderr.matches("is left out: ").count();
        assert_eq!(kept + left_out, parallel_modes().count(), "{}", ran.stderr);
    }
}

#[test]
fn a_comparison_that_is_interrupted_leaves_no_file() {
    let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
    let child = wharf(&runs)
        .args(["primes", "--compare", "-N", "1e6", "-r", "100"])
        .current_dir(place.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("wharf starts");
    let mut child = Guarded(child);
    child.until_ready(String::new, || {
        let part = fs::metadata(place.file("primes_optimized.txt.draft")).ok()?;
        (part.len() > 0).then_some(())
    });
    signal(child.pid(), "INT");
    assert_eq!(child.wait().code(), Some(2));
    assert!(place.names().is_empty(), "{:?}", place.names());
}
