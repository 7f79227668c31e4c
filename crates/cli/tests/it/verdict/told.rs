//! What is printed, counted and kept.

use std::fs;

use history::Verdict;

use super::{check_two_messages, condition, judged_text};
use crate::support;

/// Two members of one view that deliver two messages in different orders.
const CROSSED: &str = r#"{"host":"alice","kind":"view","view":1,"members":["alice","bob"]}
{"host":"bob","kind":"view","view":1,"members":["alice","bob"]}
{"host":"alice","kind":"send","message":"a1"}
{"host":"alice","kind":"deliver","message":"a1"}
{"host":"bob","kind":"send","message":"b1"}
{"host":"bob","kind":"deliver","message":"b1"}
{"host":"alice","kind":"deliver","message":"b1"}
{"host":"bob","kind":"deliver","message":"a1"}
"#;

#[test]
fn every_promise_is_judged_and_the_broken_one_has_a_witness() {
    let ran = judged_text(CROSSED, &[]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    check_two_messages(&ran, "total");
    for kept in [
        "integrity",
        "validity",
        "views",
        "agreement",
        "fifo",
        "causal",
        "liveness",
    ] {
        assert_eq!(condition(&ran, kept).verdict, Verdict::Valid, "{kept}");
    }
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    assert!(
        page.contains("<svg") && page.contains("total: "),
        "no picture"
    );
}

#[test]
fn only_what_was_expected_counts() {
    let ran = judged_text(CROSSED, &["--expect", "fifo,causal"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let total = condition(&ran, "total");
    assert_eq!((total.verdict, total.is_note), (Verdict::Invalid, true));
    let unfolded = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["· not so total", "✓ kept fifo", "· note views"] {
        assert!(unfolded.contains(words), "no `{words}` in {}", ran.stdout);
    }
}

#[test]
fn a_kept_run_is_drawn_again_with_the_same_verdict() {
    let ran = judged_text(CROSSED, &[]);
    let first = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    let mut again = support::wharf(&ran.runs);
    let again = again.arg("report").output().expect("wharf starts");
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&again.stdout), ran.stdout);
    let second = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    // The lines that events stand in are those of another file now.
    let parts = |page: &str| page.matches("total: ").count();
    assert!(second.contains("<svg") && parts(&first) > 0);
    assert_eq!(parts(&first), parts(&second));
}

#[test]
fn the_result_as_json_has_messages_hosts_and_events() {
    let ran = judged_text(CROSSED, &["--json", "--no-folder"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(json["kind"], "verdict");
    let conditions = json["clock"]["executions"][0]["conditions"].as_array();
    let mut conditions = conditions.expect("conditions").iter();
    let total = conditions
        .find(|one| one["name"] == "total")
        .expect("total");
    assert_eq!(total["messages"], serde_json::json!(["a1", "b1"]));
    assert_eq!(total["hosts"], serde_json::json!(["alice", "bob"]));
    let events = serde_json::json!(["alice:3", "alice:4", "bob:3", "bob:4"]);
    assert_eq!(total["witness"], events);
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let sends = "{\"host\":\"a\",\"kind\":\"send\",\"message\":\"m\"}\n";
    let ran = judged_text(sends, &[]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("no delivery of a message"),
        "{}",
        ran.stdout
    );
    let received = "{\"host\":\"a\",\"kind\":\"deliver\",\"message\":\"m\"}\n";
    let ran = judged_text(received, &["--expect", "primary"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("it goes by views"), "{}", ran.stdout);
    let whole = judged_text(received, &["--expect", "total"]);
    assert_eq!(whole.status, Some(0), "{}{}", whole.stdout, whole.stderr);
}

#[test]
fn a_condition_that_there_is_not_is_refused() {
    let args = ["verdict", "x.jsonl", "--expect", "totl"];
    support::check_refused(&args, &["`totl`", "total"]);
}

/// The help and the page name every condition that there is.
#[test]
fn every_condition_is_in_the_help_and_on_its_page() {
    let help = support::run(&["verdict", "--help"]).stdout;
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/logs.md");
    let page = fs::read_to_string(page).expect("the page");
    for condition in verdict::GROUP_CONDITIONS {
        assert!(help.contains(&format!("\n  {} ", condition.name)), "{help}");
        let row = format!("\n| `{}` | ", condition.name);
        assert!(page.contains(&row), "{}", condition.name);
    }
}
