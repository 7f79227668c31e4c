//! The file: its bytes, when it is there, and what is not overwritten.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use parallel::{MODES, SPLITS};
use primes::METHODS;

use super::expected::{LAB_BYTES, LAB_SHA256, Place, found, lines, primes, sha256};
use crate::support::{check_refused, wharf};

#[test]
fn every_mode_writes_the_laboratorys_file_to_the_byte() {
    for mode in MODES {
        let place = Place::new();
        let (_, summary) = found(&["--mode", mode.name, "--out", &place.text("primes.txt")]);
        let bytes = fs::read(place.file("primes.txt")).expect("written");
        assert_eq!(
            (bytes.len(), sha256(&bytes).as_str()),
            (LAB_BYTES, LAB_SHA256),
            "{}",
            mode.name
        );
        assert_eq!(
            (summary.count, summary.greatest),
            (Some(78_498), Some(999_983))
        );
        let file = summary.variants[0].output.as_ref().expect("a file");
        assert_eq!(
            (file.bytes, file.sha256.as_str()),
            (LAB_BYTES as u64, LAB_SHA256)
        );
        assert_eq!(place.names(), ["primes.txt"]);
    }
}

#[test]
fn every_method_and_every_split_writes_the_same() {
    let expected = lines(1, 20_000);
    let check = |flags: &[&str]| {
        let place = Place::new();
        let ran = primes(&[&["-N", "20000", "-o", &place.text("p"), "-w", "3"], flags].concat());
        if ran.status == Some(0) {
            assert_eq!(
                fs::read(place.file("p")).expect("written"),
                expected,
                "{flags:?}"
            );
        } else {
            // Shares in one process's memory are not for processes; that is told, and nothing is left.
            assert!(
                ran.stderr.contains("cannot share out"),
                "{flags:?}: {}",
                ran.stderr
            );
            assert!(place.names().is_empty());
        }
        ran.status == Some(0)
    };
    for method in METHODS {
        assert!(check(&["--method", method.name]), "{}", method.name);
    }
    for split in SPLITS {
        let able = MODES
            .iter()
            .filter(|mode| check(&["--split", split.name, "--mode", mode.name]));
        assert!(able.count() > 0, "{}", split.name);
    }
}

#[test]
fn a_range_without_primes_is_an_empty_file() {
    for flags in [["-N", "0"], ["-N", "1"], ["--from=24", "-N28"]] {
        let place = Place::new();
        let (ran, summary) = found(&[&flags[..], &["-o", &place.text("p")]].concat());
        assert_eq!(fs::read(place.file("p")).expect("written"), b"");
        assert_eq!((summary.count, summary.greatest), (Some(0), None));
        assert!(
            ran.stdout.contains("there is no prime from"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn a_file_that_is_there_is_left_alone_unless_forced() {
    let place = Place::new();
    fs::write(place.file("p"), "mine").expect("written");
    let path = place.text("p");
    check_refused(&["primes", "-N", "100", "-o", &path], &[&path, "--force"]);
    assert_eq!(fs::read(place.file("p")).expect("there"), b"mine");
    found(&["-N", "100", "-o", &path, "--force"]);
    assert_eq!(fs::read(place.file("p")).expect("there"), lines(1, 100));
    assert_eq!(place.names(), ["p"]);
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_anything_is_searched() {
    let place = Place::new();
    let inside = place.text("no-such/p");
    check_refused(
        &["primes", "-N", "2^64-1", "-o", &inside],
        &[&inside, "another place"],
    );
    let folder = place.path().to_str().expect("plain");
    check_refused(&["primes", "-N", "2^64-1", "-o", folder], &["is a folder"]);
    check_refused(&["primes", "-o", ""], &["--out"]);
    // So many bytes no disk has.
    let path = place.text("p");
    check_refused(
        &["primes", "-N", "2^64-1", "-o", &path],
        &["bytes and the disk has", "--force"],
    );
    assert!(place.names().is_empty());
}

#[test]
fn a_full_device_ends_the_search_with_an_error() {
    let ran = primes(&["-N", "100000", "-o", "/dev/full"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stdout);
    let said = "cannot write to /dev/full: No space left on device";
    assert!(
        ran.stderr.contains(said) && ran.stderr.contains("make room"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.summary().verdict, history::Verdict::Unknown);
}

/// A disk of its own that is too small by a little, so that no estimate can know it, in a namespace of its
/// own; only the administrator may make one.
#[test]
fn a_disk_that_fills_up_keeps_what_was_found_and_the_search_goes_on_when_there_is_room() {
    let place = Place::new();
    let runs = Place::new();
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let script = format!(
        "mount -t tmpfs -o size=524288 none . || exit 77; cd .
         {wharf} primes -o p; echo first $?
         ls; mount -o remount,size=2M . || exit 78
         {wharf} primes -o p --resume; echo then $?
         ls; sha256sum p"
    );
    let output = Command::new("unshare")
        .args([
            "-m",
            "sh",
            "-c",
            &format!("cd {} && {script}", place.path().display()),
        ])
        .env("WHARF_RUNS", runs.path())
        .output()
        .expect("util-linux");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    if output.status.code() == Some(77) || stderr.contains("unshare failed") {
        eprintln!("not run: only the administrator can mount a small disk: {stderr}");
        return;
    }
    assert!(
        stdout.contains("first 3\np.part\np.part.json\n"),
        "{stdout}{stderr}"
    );
    assert!(stderr.contains("No space left on device"), "{stderr}");
    assert!(
        stderr.contains("p.part keeps the ") && stderr.contains("--resume"),
        "{stderr}"
    );
    assert!(
        stdout.contains(&format!("then 0\np\n{LAB_SHA256}  p")),
        "{stdout}{stderr}"
    );
}

#[test]
fn standard_output_has_the_primes_and_nothing_else() {
    let (ran, _) = found(&["-N", "1000", "-o", "-"]);
    assert_eq!(ran.stdout.into_bytes(), lines(1, 1000));
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_number_that_cannot_be_printed_is_an_error_and_none_is_put_behind_the_primes() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let device = fs::File::options().write(true).open("/dev/full");
    let status = wharf(&runs)
        .args(["primes", "-N", "100", "-q"])
        .stdout(device.expect("a device"))
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.expect("wharf runs").code(), Some(3));
    let both = wharf(&runs)
        .args(["primes", "-N", "10", "-q", "-o", "-"])
        .output();
    assert_eq!(both.expect("wharf runs").stdout, b"2\n3\n5\n7");
}

#[test]
fn a_reader_that_goes_away_ends_the_search_quietly() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut child = wharf(&runs)
        .args(["primes", "-N", "2^64-1", "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("wharf starts");
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a prime");
    assert_eq!(line, "2\n");
    drop(reader);
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
