//! What is refused: with a word on what to do.

use super::Desk;

const LOG: &str = "\n\nfirst\na {\"a\":1}\n";

#[track_caller]
fn check(args: &[&str], expected: &[&str]) {
    let desk = Desk::new();
    desk.file("the.log", LOG);
    desk.file(
        "other.log",
        "{\"log\":\"wharf events\",\"version\":1}\n{\"host\":\"a\",\"n\":1,\"kind\":\"local\"}\n",
    );
    desk.file("prose.txt", "It was a dark and stormy night.\n");
    desk.file("empty.log", "");
    desk.file("later.log", "{\"log\":\"wharf events\",\"version\":99}\n");
    let ran = desk.clock(args);
    assert_eq!(
        ran.status,
        Some(3),
        "{args:?}: {}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(ran.stdout, "", "{args:?}");
    for word in expected {
        assert!(
            ran.stderr.contains(word),
            "{args:?}: no `{word}` in {}",
            ran.stderr
        );
    }
    assert_eq!(
        crate::support::entries(ran.runs.path()),
        0,
        "{args:?} left a folder"
    );
}

#[test]
fn files_that_are_no_logs() {
    check(&["order", "nowhere.log"], &["nowhere.log", "cannot read"]);
    check(&["order", "empty.log"], &["empty.log", "is empty"]);
    check(
        &["order", "prose.txt"],
        &["prose.txt", "no form that is known", "shiviz"],
    );
    check(
        &["order", "the.log", "other.log"],
        &["different forms", "one form at a time"],
    );
    check(&["order", "later.log"], &["version 99"]);
}

#[test]
fn flags_that_name_nothing() {
    check(
        &["order", "the.log", "--form", "shivis"],
        &["shivis", "did you mean `shiviz`"],
    );
    check(
        &["order", "the.log", "--around", "a"],
        &["host and which of the host's events"],
    );
    check(&["order", "the.log", "--around", "a:2"], &["a:1 to a:1"]);
    check(
        &["order", "the.log", "--execution", "second"],
        &["no execution `second`"],
    );
    check(
        &["why", "a:1", "b:1", "the.log"],
        &["no host `b`", "there are a"],
    );
    check(
        &["order", "the.log", "--parser", "(?<event>.*"],
        &["(?<event>.*", "regular expression"],
    );
    check(
        &[
            "order",
            "the.log",
            "--parser",
            "(?=x)(?<event>.*) (?<host>.*) (?<clock>.*)",
        ],
        &["JavaScript"],
    );
    check(
        &["order", "the.log", "--parser", "(?<event>.*) (?<clock>.*)"],
        &["host"],
    );
    check(
        &["export", "--as", "lamport", "the.log"],
        &["read and not written"],
    );
}
