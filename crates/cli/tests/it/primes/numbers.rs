//! Numbers in place of files: how many, the n-th, those of a range.

use std::process::Command;

use parallel::MODES;

use primes::METHODS;

use super::expected::{found, found_by_python, lines, primes};

#[track_caller]
fn check(flags: &[&str], expected: &str) {
    let (ran, _) = found(&[flags, &["-q"]].concat());
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        (expected, ""),
        "{flags:?}"
    );
}

#[test]
fn counts_are_those_of_the_books() {
    for mode in MODES {
        check(&["--count", "-N", "1e5", "--mode", mode.name], "9592\n");
    }
    check(&["--count", "-N", "0"], "0\n");
    check(&["--count", "-N", "2"], "1\n");
    check(&["--count", "--from", "7", "-N", "7"], "1\n");
    check(&["--count", "--from", "10^4", "-N", "10^5"], "8363\n");
}

#[test]
fn the_nth_prime_is_found_however_far_it_is() {
    for mode in MODES {
        check(&["--nth", "1000", "--mode", mode.name], "7919\n");
    }
    check(&["--nth", "1"], "2\n");
    check(&["--nth", "25", "-N", "100"], "97\n");
    check(&["--nth", "1", "--from", "90"], "97\n");
    check(&["--nth", "2", "--from", "1e9"], "1000000009\n");
}

#[test]
fn the_first_n_primes_can_be_listed() {
    let (ran, summary) = found(&["--nth", "6", "-o", "-"]);
    assert_eq!(ran.stdout, "2\n3\n5\n7\n11\n13");
    assert_eq!(
        (summary.last, summary.count, summary.greatest),
        (13, Some(6), Some(13))
    );
}

#[test]
fn there_may_be_more_workers_than_numbers() {
    for mode in MODES {
        let (ran, _) = found(&["-N", "10", "-o", "-", "-w", "64", "-m", mode.name]);
        assert_eq!(ran.stdout, "2\n3\n5\n7");
    }
}

#[test]
fn python_finds_the_same() {
    for (first, last) in [
        (0, 10),
        (1, 5000),
        (7919, 7919),
        (999_000, 1_000_100),
        (4_294_967_000, 4_294_967_400),
    ] {
        let range = [first, last].map(|number| number.to_string());
        let (ran, _) = found(&["--from", &range[0], "-N", &range[1], "-o", "-"]);
        assert_eq!(
            ran.stdout.into_bytes(),
            found_by_python(first, last),
            "{range:?}"
        );
    }
    // Both oracles, against each other.
    assert_eq!(found_by_python(100, 3000), lines(100, 3000));
}

#[test]
fn a_prime_that_is_not_there_is_an_error_that_says_how_many_are() {
    let ran = primes(&["--nth", "26", "-N", "100"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("from 1 to 100 there are only 25 primes; raise --up-to"),
        "{}",
        ran.stderr
    );
}

#[test]
fn bounding_naive_at_the_root_is_trial() {
    let flags = ["-N", "1000", "--to-root"];
    let ran = primes(&flags);
    let warning = "warning: --to-root: without effect on trial";
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    if METHODS.iter().any(|method| method.name == "naive") {
        let (_, summary) = found(&[&flags[..], &["--method", "naive"]].concat());
        assert_eq!(summary.method, "trial");
        let (_, summary) = found(&["-N", "1000", "--method", "naive"]);
        assert_eq!(summary.method, "naive");
    }
}

#[test]
fn flags_without_effect_are_told() {
    let check = |flags: &[&str], told: &str| {
        let ran = primes(&[&["-N", "10"], flags].concat());
        let told = format!("warning: {told}: without effect");
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    };
    check(&["-m", MODES[0].name, "-w", "2"], "--workers");
    check(&["-o", "-", "--force"], "--force");
    check(&["--compare", "-r", "1", "--count", "--force"], "--force");
    check(
        &["--compare", "-r", "1", "--count", "--out-folder", "no"],
        "--out-folder",
    );
}

/// What socat shows of a search on a terminal, and through a pipe.
#[track_caller]
fn shown(options: &str) -> String {
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let search = format!("EXEC:{wharf} primes -N 4000000 --count --no-folder{options}");
    let output = Command::new("socat")
        .args(["-u", &search, "-"])
        .env("TERM", "xterm")
        .output()
        .expect("socat starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_terminal_sees_rate_and_time_left_and_a_pipe_does_not() {
    let on_terminal = shown(",pty,stderr");
    for word in ["numbers/s", "(left ", " %"] {
        assert!(on_terminal.contains(word), "no `{word}` in {on_terminal}");
    }
    let piped = shown(",stderr");
    assert!(
        piped.contains("verdict") && !piped.contains("numbers/s"),
        "{piped}"
    );
}
