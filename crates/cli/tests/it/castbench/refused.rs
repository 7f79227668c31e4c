//! What a user may get wrong, and interfaces that do not do.

use std::process::Command;

use crate::support::{check_refused, entries};

#[test]
fn what_cannot_be_measured_is_refused_with_what_can() {
    for (flags, words) in [
        (
            &["--cast", "anycast"][..],
            &["'anycast'", "possible values"][..],
        ),
        (&["--way", "io"], &["'io'", "possible values", "segments"]),
        (&["--phase", "slow"], &["'slow'", "flat", "paced"]),
        (&["--payload", "23"], &["`23`", "from 24 bytes", "65507"]),
        (&["--receivers", "1,65"], &["`65`", "from 1 to 64"]),
        (&["--rate", "-1"], &["`-1`", "--rate", "10000"]),
        (&["--for", "2min"], &["`2min`", "between 10ms and 60s"]),
        (&["-r", "0"], &["'0'", "1..=100"]),
        (&["--buffer", "many"], &["`many`", "64KiB"]),
        (
            &["--interface", "nosuch0"],
            &["no interface `nosuch0`", "lo"],
        ),
    ] {
        check_refused(&[&["cast", "bench"], flags].concat(), words);
    }
}

/// In a network namespace of its own the loopback is down and has no address. Needs `unshare`.
#[test]
fn an_interface_without_an_address_is_refused_by_name() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", env!("CARGO_BIN_EXE_wharf")])
        .args(["cast", "bench", "--for", "10ms", "--runs"])
        .arg(runs.path())
        .output()
        .expect("unshare starts; `apt-get install util-linux` brings it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let expected = "interface `lo` has no IPv4 address";
    assert!(said.contains(expected), "{said}");
    assert_eq!(entries(runs.path()), 0);
}
