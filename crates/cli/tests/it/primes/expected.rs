//! What must be found, by means that are not wharf's, and how the tests run it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use history::{PrimesSummary, Sha256};
use parallel::{MODES, Mode};

use crate::support::{Ran, python3, run};

/// The laboratory's file: the primes among the first million numbers.
pub const LAB_BYTES: usize = 538_467;
pub const LAB_SHA256: &str = "76cbe9a3a64de2297cb46f8e49c71336ebfcf41bdb64c067b99569ac82feb5c9";

/// The primes up to a number, by the sieve of Eratosthenes.
pub fn sieved(first: usize, last: usize) -> Vec<usize> {
    let mut is_prime = vec![true; last + 1];
    is_prime[..2.min(last + 1)].fill(false);
    for number in 2..=last.isqrt() {
        if is_prime[number] {
            (number * number..=last)
                .step_by(number)
                .for_each(|multiple| is_prime[multiple] = false);
        }
    }
    (first..=last).filter(|number| is_prime[*number]).collect()
}

/// The same as a file: a line each, no line end after the last.
pub fn lines(first: usize, last: usize) -> Vec<u8> {
    let lines: Vec<String> = sieved(first, last).iter().map(usize::to_string).collect();
    lines.join("\n").into_bytes()
}

/// What a few lines of Python find, that divide by all numbers up to the square root.
pub fn found_by_python(first: u64, last: u64) -> Vec<u8> {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/primes/trial_division.py"
    );
    let output = Command::new(python3())
        .args([script, &first.to_string(), &last.to_string()])
        .output()
        .expect("python3 starts");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::of(bytes).map(|byte| format!("{byte:02x}")).concat()
}

/// A folder for a test's files.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.file(name).to_str().expect("a plain path").to_owned()
    }

    /// What lies there, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a folder").flatten();
        let mut names: Vec<_> = entries
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// Runs `wharf primes`.
pub fn primes(flags: &[&str]) -> Ran {
    run(&[&["primes"], flags].concat())
}

/// One that must be valid.
#[track_caller]
pub fn found(flags: &[&str]) -> (Ran, PrimesSummary) {
    let ran = primes(flags);
    assert_eq!(
        ran.status,
        Some(0),
        "{flags:?}: {}{}",
        ran.stdout,
        ran.stderr
    );
    let summary = ran.summary().primes.expect("a search");
    (ran, summary)
}

/// The modes with several workers.
pub fn parallel_modes() -> impl Iterator<Item = &'static Mode> {
    MODES.iter().filter(|mode| mode.is_parallel)
}
