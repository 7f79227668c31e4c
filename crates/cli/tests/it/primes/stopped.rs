//! Searches that are ended before their end, and workers that are: what is left, and how they go on.

use std::{fs, process::Stdio};

use history::Verdict;
use parallel::MODES;

use super::expected::{Place, lines, primes};
use crate::support::{Guarded, check_refused, children, signal, wharf};

/// Long enough to be caught in the middle also where the machine and the build are quick.
const LAST: usize = 6_000_000;

/// A search that has vouched for a part of what it found.
fn under_way(place: &Place, mode: &str, runs: &tempfile::TempDir) -> Guarded {
    let child = wharf(runs)
        .args([
            "primes",
            "-N",
            &LAST.to_string(),
            "-m",
            mode,
            "-o",
            &place.text("p"),
        ])
        .stdout(fs::File::create(runs.path().join("stdout.txt")).expect("created"))
        .stderr(Stdio::null())
        .spawn()
        .expect("wharf starts");
    let mut child = Guarded(child);
    let nothing = String::new;
    child.until_ready(nothing, || place.file("p.part.json").exists().then_some(()));
    child
}

/// Goes on, and has what a search without a break has.
#[track_caller]
fn check_goes_on(place: &Place, mode: &str) {
    assert_eq!(place.names(), ["p.part", "p.part.json"]);
    let ran = primes(&[
        "-N",
        &LAST.to_string(),
        "-m",
        mode,
        "-o",
        &place.text("p"),
        "--resume",
    ]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("went on after "), "{}", ran.stdout);
    let found = fs::read(place.file("p")).expect("whole");
    assert!(found == lines(1, LAST), "{mode}: {} bytes", found.len());
    assert_eq!(place.names(), ["p"]);
    let summary = ran.summary().primes.expect("a search");
    assert_eq!((summary.first, summary.count), (1, Some(412_849)));
}

#[test]
fn a_killed_search_leaves_no_file_and_goes_on_to_the_same_bytes() {
    for mode in MODES {
        let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
        let mut child = under_way(&place, mode.name, &runs);
        signal(child.pid(), "KILL");
        assert_eq!(child.wait().code(), None);
        // What was written after it was last vouched for is not relied on.
        let part = place.file("p.part");
        let mut torn = fs::read(&part).expect("a part");
        torn.extend_from_slice(b"\n12345");
        fs::write(&part, torn).expect("written");
        check_goes_on(&place, mode.name);
    }
}

#[test]
fn an_interrupted_search_leaves_no_file_says_how_to_go_on_and_goes_on() {
    for (index, mode) in MODES.iter().enumerate() {
        let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
        let mut child = under_way(&place, mode.name, &runs);
        signal(child.pid(), "INT");
        assert_eq!(child.wait().code(), Some(2), "{}", mode.name);
        let printed = fs::read_to_string(runs.path().join("stdout.txt")).expect("its output");
        for word in ["stopped after ", "--resume"] {
            assert!(printed.contains(word), "{}: {printed}", mode.name);
        }
        // In another mode: how it was found does not show in what was found.
        check_goes_on(&place, MODES[(index + 1) % MODES.len()].name);
    }
}

#[test]
fn a_worker_process_that_is_killed_changes_nothing() {
    for mode in MODES {
        let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
        let mut child = under_way(&place, mode.name, &runs);
        let Some(worker) = children(child.pid()).first().copied() else {
            // Its workers are no processes.
            signal(child.pid(), "INT");
            child.wait();
            continue;
        };
        signal(worker, "KILL");
        assert_eq!(child.wait().code(), Some(0), "{}", mode.name);
        assert!(fs::read(place.file("p")).expect("whole") == lines(1, LAST));
        let printed = fs::read_to_string(runs.path().join("stdout.txt")).expect("its output");
        assert!(
            printed.contains("done again because their worker died"),
            "{printed}"
        );
    }
}

#[test]
fn what_another_search_left_is_neither_gone_on_with_nor_lost() {
    let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
    let mut child = under_way(&place, MODES[0].name, &runs);
    let path = place.text("p");
    // While one writes, no other may.
    check_refused(
        &["primes", "-N", "9", "-o", &path],
        &["p.part is there", "--resume", "--force"],
    );
    check_refused(
        &["primes", "-N", "9", "-o", &path, "--force"],
        &["another search is writing"],
    );
    signal(child.pid(), "KILL");
    child.wait();
    let left = fs::read(place.file("p.part")).expect("a part");
    let refused = |range: &[&str], words: &[&str]| {
        check_refused(
            &[&["primes", "-o", &path, "--resume"], range].concat(),
            words,
        );
    };
    refused(
        &["-N", "9"],
        &["of another search, from 1 to 6000000", "--force"],
    );
    refused(&["-N", "6000000", "--from", "2"], &["of another search"]);
    refused(&["-N", "6000000", "--nth", "9"], &["of another search"]);
    assert!(fs::read(place.file("p.part")).expect("a part") == left);

    let mut damaged = left.clone();
    damaged[50] = b'X';
    fs::write(place.file("p.part"), damaged).expect("written");
    refused(&["-N", "6000000"], &["is not what", "--force"]);
    fs::write(place.file("p.part"), &left[..100]).expect("written");
    refused(&["-N", "6000000"], &["is not what", "--force"]);
    fs::write(place.file("p.part.json"), "{}").expect("written");
    refused(&["-N", "6000000"], &["is no state", "--force"]);
    assert_eq!(place.names(), ["p.part", "p.part.json"]);

    let ran = primes(&["-N", "9", "-o", &path, "--force"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(place.names(), ["p"]);
}

#[test]
fn going_on_with_nothing_is_beginning() {
    let place = Place::new();
    let ran = primes(&["-N", "100", "-o", &place.text("p"), "--resume"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("begins anew"), "{}", ran.stderr);
    assert_eq!(fs::read(place.file("p")).expect("whole"), lines(1, 100));
    assert_eq!(ran.summary().verdict, Verdict::Valid);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let (place, runs) = (Place::new(), tempfile::tempdir().expect("a folder"));
    let mut child = under_way(&place, MODES[0].name, &runs);
    fs::write(place.file("p"), "mine").expect("written");
    assert_eq!(child.wait().code(), Some(3));
    assert_eq!(fs::read(place.file("p")).expect("there"), b"mine");
    assert!(fs::read(place.file("p.part")).expect("whole") == lines(1, LAST));
}
