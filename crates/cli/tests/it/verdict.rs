//! `wharf verdict`: what a group promised is judged from the histories of its members, those of other programs too.

mod ended;
mod foreign;
mod promised;
mod told;
mod torn;

use std::{fs, path::Path};

use history::{ConditionSummary, Verdict};

use crate::support::{self, Ran};

/// Judges all logs of a folder.
#[track_caller]
fn judged(folder: &Path, more: &[&str]) -> Ran {
    let files = fs::read_dir(folder).expect("a folder");
    let files = files.map(|file| file.expect("a file").path());
    let mut logs: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    logs.sort();
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = support::wharf(&runs);
    command.arg("verdict").args(logs).args(more);
    Ran::new(command.output().expect("wharf starts"), runs)
}

/// Judges one log, and gives back what became of its conditions.
#[track_caller]
fn judged_text(log: &str, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("the.jsonl"), log).expect("written");
    judged(folder.path(), more)
}

/// What became of a condition.
#[track_caller]
fn condition(ran: &Ran, name: &str) -> ConditionSummary {
    let summary = ran.summary().clock.expect("results");
    let mut all = summary.executions[0].conditions.iter();
    let found = all.find(|condition| condition.name == name).cloned();
    found.unwrap_or_else(|| panic!("no {name} in {}{}", ran.stdout, ran.stderr))
}

/// A condition that two messages and two hosts show to be broken.
#[track_caller]
fn check_two_messages(ran: &Ran, name: &str) {
    let found = condition(ran, name);
    assert_eq!(found.verdict, Verdict::Invalid, "{found:?}");
    assert_eq!(
        (found.messages.len(), found.hosts.len()),
        (2, 2),
        "{found:?}"
    );
    let [first, second] = &found.messages[..] else {
        panic!("two messages")
    };
    let [one, other] = &found.hosts[..] else {
        panic!("two hosts")
    };
    let words = format!("{one} delivered {first} before {second}, {other} {second} before {first}");
    assert!(found.text.contains(&words), "{found:?}");
    let unfolded = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unfolded.contains(&words), "no `{words}` in {}", ran.stdout);
}
