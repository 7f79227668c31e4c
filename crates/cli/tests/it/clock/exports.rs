//! Logs in the forms of ShiViz, GoVector and TSViz, held against the rules by which ShiViz takes or refuses one.

use std::process::Command;

use super::Desk;

/// A chat of three with a message that one of them never got, and words that need escaping.
const CHAT: &str = r#"{"log":"wharf events","version":1}
{"host":"alice","n":1,"kind":"send","message":"alice 1","text":"hello {\"a\":1} \\ friends","lamport":1,"vector":{"alice":1},"wall_ns":1000}
{"host":"bob","n":1,"kind":"receive","message":"alice 1","text":"hello\nfriends","lamport":2,"vector":{"alice":1,"bob":1},"wall_ns":2000}
{"host":"bob","n":2,"kind":"send","message":"bob 1","text":"lunch?","lamport":3,"vector":{"alice":1,"bob":2},"wall_ns":3000}
{"host":"carol c","n":1,"kind":"local","text":"","lamport":1,"vector":{"carol c":1},"wall_ns":1500}
{"host":"alice","n":2,"kind":"receive","message":"bob 1","text":"lunch?","lamport":4,"vector":{"alice":2,"bob":2},"wall_ns":4000}
"#;

fn exported(form: &str) -> (Desk, String) {
    let desk = Desk::new();
    desk.file("chat.jsonl", CHAT);
    let ran = desk.clock(&["export", "--as", form, "chat.jsonl", "-o", "out.log"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let path = desk.folder.path().join("out.log").display().to_string();
    (desk, path)
}

#[test]
fn shiviz_takes_what_is_exported_for_it() {
    for form in ["shiviz", "govector", "tsviz"] {
        let (_desk, path) = exported(form);
        let rules = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/clock/shiviz_rules.js"
        );
        let node = Command::new("node")
            .args([rules, &path])
            .output()
            .expect("node");
        let said = String::from_utf8_lossy(&node.stdout);
        assert!(
            node.status.success(),
            "{form}: {said}{}",
            String::from_utf8_lossy(&node.stderr)
        );
        let counted: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        // GoVector's logs begin with an event of their own at each host.
        let events = if form == "govector" { 8 } else { 5 };
        assert_eq!(counted["hosts"].as_array().map(Vec::len), Some(3), "{form}");
        assert_eq!(counted["events"], events, "{form}");
    }
}

#[test]
fn what_is_exported_is_read_as_the_same_execution() {
    for form in ["shiviz", "govector", "tsviz", "wharf"] {
        let (desk, _) = exported(form);
        let ran = desk.clock(&["order", "out.log"]);
        assert_eq!(ran.status, Some(0), "{form}: {}{}", ran.stdout, ran.stderr);
        let summary = ran.summary().clock.expect("results");
        assert_eq!(summary.form, form);
        assert_eq!(summary.executions[0].matched, 2, "{form}");
        assert_eq!(summary.executions[0].hosts.len(), 3, "{form}");
    }
}

/// A vector for each event of each host would take more than half a gigabyte here.
#[test]
fn a_log_with_too_many_hosts_for_vectors_is_refused_and_not_waited_for() {
    let mut log = String::from("{\"log\":\"wharf events\",\"version\":1}\n");
    for host in 0..12_000 {
        log += &format!("{{\"host\":\"h{host}\",\"n\":1,\"kind\":\"local\"}}\n");
    }
    let desk = Desk::new();
    desk.file("wide.jsonl", &log);
    let refused = desk.clock(&["export", "--as", "shiviz", "wide.jsonl"]);
    assert_eq!(refused.status, Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("512 MiB"), "{}", refused.stderr);
    let own = desk.clock(&["export", "--as", "wharf", "wide.jsonl"]);
    assert_eq!(own.status, Some(0), "{}", own.stderr);
    assert_eq!(own.stdout.lines().count(), 12_001);
}

#[test]
fn a_file_that_is_there_is_not_replaced() {
    let (desk, path) = exported("shiviz");
    let before = std::fs::read_to_string(&path).expect("the export");
    let again = desk.clock(&["export", "--as", "wharf", "chat.jsonl", "-o", "out.log"]);
    assert_eq!(again.status, Some(3));
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&path).expect("the export"), before);
    let forced = desk.clock(&[
        "export",
        "--as",
        "wharf",
        "chat.jsonl",
        "-o",
        "out.log",
        "--force",
    ]);
    assert_eq!(forced.status, Some(0), "{}", forced.stderr);
}
