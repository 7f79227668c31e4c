//! What a run promised is in its logs: it is judged by that, unless flags say otherwise.

use std::path::{Path, PathBuf};

use history::Verdict;

use super::{condition, judged, judged_text};
use crate::{
    group::member::Member,
    support::{self, Ran, netns::Net},
};

/// Two members of one view that deliver two messages in different orders, which was not promised.
const FIFO: &str = r#"{"log":"wharf events","version":1,"promises":["integrity","fifo"]}
{"host":"alice","kind":"view","view":1,"members":["alice","bob"]}
{"host":"bob","kind":"view","view":1,"members":["alice","bob"]}
{"host":"alice","kind":"send","message":"a1"}
{"host":"alice","kind":"deliver","message":"a1"}
{"host":"bob","kind":"send","message":"b1"}
{"host":"bob","kind":"deliver","message":"b1"}
{"host":"alice","kind":"deliver","message":"b1"}
{"host":"bob","kind":"deliver","message":"a1"}
"#;

/// Judges these files and folders.
#[track_caller]
fn judged_files(paths: &[&Path], more: &[&str]) -> Ran {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = support::wharf(&runs);
    command.arg("verdict").args(paths).args(more);
    Ran::new(command.output().expect("wharf starts"), runs)
}

#[test]
fn a_log_that_says_what_was_promised_is_held_to_it() {
    let ran = judged_text(FIFO, &[]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let total = condition(&ran, "total");
    assert_eq!((total.verdict, total.is_note), (Verdict::Invalid, true));
    assert!(!condition(&ran, "fifo").is_note);
    assert!(
        ran.stdout.contains("the logs say what was promised"),
        "{}",
        ran.stdout
    );
    // And so is what the verdict keeps of it.
    let again = judged_files(&[&ran.folder()], &[]);
    assert_eq!(again.status, Some(0), "{}{}", again.stdout, again.stderr);
    assert!(condition(&again, "total").is_note);
}

#[test]
fn flags_say_more_than_logs() {
    let ran = judged_text(FIFO, &["--expect", "total"]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(condition(&ran, "fifo").is_note);
}

#[test]
fn logs_of_different_promises_are_not_judged_as_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("one.jsonl", FIFO);
    write("two.jsonl", &FIFO.replace("\"fifo\"]", "\"causal\"]"));
    let ran = judged(folder.path(), &[]);
    assert_eq!(ran.status, Some(3), "{}{}", ran.stdout, ran.stderr);
    for words in [
        "one.jsonl promises fifo that",
        "different promises",
        "--expect",
    ] {
        assert!(ran.stderr.contains(words), "no `{words}` in {}", ran.stderr);
    }
    assert_eq!(ran.stdout, "");
    // Flags settle it; that the events are there twice is another matter.
    let settled = judged(folder.path(), &["--expect", "fifo"]);
    assert_ne!(settled.status, Some(3), "{}", settled.stderr);
}

#[test]
fn a_promise_that_nobody_knows_is_told_with_its_file() {
    let ran = judged_text(&FIFO.replace("\"fifo\"", "\"telepathy\""), &[]);
    assert_eq!(ran.status, Some(3), "{}{}", ran.stdout, ran.stderr);
    for words in ["the.jsonl, line 1", "telepathy", "--expect"] {
        assert!(ran.stderr.contains(words), "no `{words}` in {}", ran.stderr);
    }
}

/// What `wharf sim group` found broken is found again in its folder, and what was not promised does not count.
#[test]
fn a_simulated_group_is_judged_by_what_it_promised() {
    let args = "sim group --order causal --break causal-no-wait --seeds 20";
    let simulated = support::run(&args.split(' ').collect::<Vec<_>>());
    assert_eq!(simulated.status, Some(1), "{}", simulated.stderr);
    let ran = judged_files(&[&simulated.folder()], &[]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    let causal = condition(&ran, "causal");
    assert_eq!((causal.verdict, causal.is_note), (Verdict::Invalid, false));
    assert!(condition(&ran, "total").is_note);
}

/// The logs of members of a live group.
#[track_caller]
fn live<const N: usize>(names: [&str; N], order: &str) -> ([Member; N], Vec<PathBuf>) {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, names, &["--order", order]);
    for member in &mut all {
        member.say("hello");
    }
    for member in &mut all {
        member.delivers(N);
    }
    all.iter_mut().for_each(Member::end);
    let logs = all.iter().map(Member::log_path).collect();
    (all, logs)
}

#[test]
fn members_say_in_their_logs_what_their_group_promises() {
    let (_fifo, logs) = live(["alice", "bob"], "fifo");
    let logs: Vec<&Path> = logs.iter().map(PathBuf::as_path).collect();
    let ran = judged_files(&logs, &[]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(condition(&ran, "total").is_note);
    assert!(!condition(&ran, "fifo").is_note);
    let (_causal, others) = live(["carol"], "causal");
    let mixed = judged_files(&[logs[0], &others[0]], &[]);
    assert_eq!(mixed.status, Some(3), "{}{}", mixed.stdout, mixed.stderr);
    assert!(
        mixed.stderr.contains("different promises"),
        "{}",
        mixed.stderr
    );
}
