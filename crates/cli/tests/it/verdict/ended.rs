//! Logs that just end, members that are not heard of, and results that cannot be kept or printed.

use std::{fs, fs::File, process::Command};

use history::Verdict;

use super::{condition, judged_text};
use crate::support;

/// A group of two: one is killed and says so nowhere, the other is blocked, speaks, and is killed too.
const KILLED: &str = r#"{"host":"alice","kind":"view","view":1,"members":["alice","bob"]}
{"host":"bob","kind":"view","view":1,"members":["alice","bob"]}
{"host":"alice","kind":"send","message":"x"}
{"host":"alice","kind":"deliver","message":"x"}
{"host":"bob","kind":"deliver","message":"x"}
{"host":"alice","kind":"send","message":"z"}
{"host":"bob","kind":"blocked"}
{"host":"bob","kind":"send","message":"y"}
"#;

#[test]
fn who_was_blocked_or_is_said_to_have_crashed_owes_nothing() {
    let open = judged_text(KILLED, &[]);
    assert_eq!(open.status, Some(2), "{}{}", open.stdout, open.stderr);
    let doubt = condition(&open, "validity");
    assert_eq!(doubt.verdict, Verdict::Unknown);
    assert!(doubt.text.contains("say --crashed alice"), "{doubt:?}");
    let told = judged_text(KILLED, &["--crashed", "alice"]);
    assert_eq!(told.status, Some(0), "{}{}", told.stdout, told.stderr);
    let liveness = condition(&told, "liveness");
    assert!(liveness.is_idle, "{liveness:?}");
    assert!(
        told.stdout.contains("– nothing liveness"),
        "{}",
        told.stdout
    );
    let nobody = judged_text(KILLED, &["--crashed", "zoe"]);
    assert_eq!(nobody.status, Some(3), "{}", nobody.stdout);
    assert!(
        nobody.stderr.contains("their hosts are alice, bob"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn a_member_that_told_nothing_makes_the_verdict_unknown() {
    let missing = KILLED.replace("\"bob\"]", "\"bob\",\"carol\"]");
    let ran = judged_text(&missing, &["--crashed", "alice"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    let found = condition(&ran, "agreement");
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(
        found
            .text
            .contains("of carol, a member of view 1, there is no log")
    );
    let untold = KILLED.replace(",\"members\":[\"alice\",\"bob\"]", "");
    let ran = judged_text(&untold, &["--crashed", "alice"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(condition(&ran, "views").verdict, Verdict::Unknown);
}

/// The verdict was not printed where its folder could not be made, and whoever kept none was told to look there.
#[test]
fn a_verdict_that_cannot_be_kept_is_printed_all_the_same() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let log = runs.path().join("the.jsonl");
    fs::write(&log, KILLED).expect("written");
    let wharf = || {
        let mut command: Command = support::wharf(&runs);
        command.arg("verdict").arg(&log);
        command
    };
    let output = wharf()
        .arg("--runs")
        .arg(&log)
        .output()
        .expect("wharf starts");
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    assert_eq!(output.status.code(), Some(3), "{stdout}{stderr}");
    assert!(
        stdout.contains("unknown: integrity: the log of alice just ends"),
        "{stdout}"
    );
    assert!(stderr.contains("cannot keep the run"), "{stderr}");
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("opened");
    let output = wharf()
        .arg("--no-folder")
        .stdout(full)
        .output()
        .expect("wharf starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("nothing else has it"), "{stderr}");
}
