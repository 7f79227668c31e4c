//! Clocks that break their promise: found, with the pair and the way that proves it; and what `why` answers.

use super::{Desk, judged};

/// Alice tells Bob, Bob tells Carol, whose clock never heard of either; Dave is alone.
const BROKEN: &str = r#"{"log":"wharf events","version":1}
{"host":"alice","n":1,"kind":"send","message":"m1","text":"to bob","lamport":5}
{"host":"bob","n":1,"kind":"receive","message":"m1","lamport":6}
{"host":"bob","n":2,"kind":"send","message":"m2","text":"to carol","lamport":7}
{"host":"carol","n":1,"kind":"receive","message":"m2","lamport":1}
{"host":"dave","n":1,"kind":"local","text":"alone","lamport":3}
"#;

#[test]
fn a_clock_that_ignores_a_message_is_invalid_with_the_pair_and_the_message() {
    let ran = judged(
        BROKEN,
        1,
        &[
            "✗ broken lamport",
            "bob:2 sent m2, which carol received at carol:1",
        ],
    );
    let summary = ran.summary().clock.expect("results");
    let conditions = &summary.executions[0].conditions;
    let lamport = conditions.iter().find(|one| one.name == "lamport");
    assert_eq!(lamport.expect("judged").witness, ["bob:2", "carol:1"]);
}

#[test]
fn an_internal_event_that_shares_its_time_with_the_next_send_is_found() {
    let log = r#"{"log":"wharf events","version":1}
{"host":"a","n":1,"kind":"local","lamport":1}
{"host":"a","n":2,"kind":"send","message":"m","lamport":1}
{"host":"b","n":1,"kind":"receive","message":"m","lamport":2}
"#;
    judged(
        log,
        1,
        &["✗ broken lamport", "comes before a:2", "both at host a"],
    );
}

#[test]
fn a_vector_clock_that_forgets_what_a_message_told_is_found() {
    let log = r#"{"log":"wharf events","version":1}
{"host":"a","n":1,"kind":"send","message":"m","vector":{"a":1}}
{"host":"b","n":1,"kind":"receive","message":"m","vector":{"b":1}}
"#;
    judged(
        log,
        1,
        &["✗ broken vector", "a:1 sent m, which b received at b:1"],
    );
}

#[track_caller]
fn check_why(pair: [&str; 2], expected: &str) {
    let desk = Desk::new();
    desk.file("the.log", BROKEN);
    let ran = desk.clock(&["why", pair[0], pair[1], "the.log"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let (answer, basis) = ran.stdout.split_once('\n').expect("two lines");
    assert_eq!(answer, expected);
    assert!(basis.starts_with("order: the order is each host's own"));
}

#[test]
fn why_answers_with_the_way_or_that_there_is_none() {
    check_why(
        ["alice:1", "carol:1"],
        "alice:1 sent m1, which bob received at bob:1; bob:1 comes before bob:2; \
         bob:2 sent m2, which carol received at carol:1",
    );
    check_why(
        ["dave:1", "bob:2"],
        "dave:1 and bob:2 are concurrent: no chain of messages leads from either to the other",
    );
    check_why(
        ["bob:1", "alice:1"],
        "bob:1 comes after alice:1: alice:1 sent m1, which bob received at bob:1",
    );
}

#[test]
fn the_page_is_drawn_again_with_the_same_findings() {
    let ran = judged(BROKEN, 1, &[]);
    let page = ran.folder().join("report.html");
    let findings = || {
        let page = std::fs::read_to_string(&page).expect("a page");
        let (_, rest) = page.split_once("class=\"findings\"").expect("findings");
        rest.split_once("</ul>").expect("their end").0.to_owned()
    };
    let first = findings();
    let folder = ran.folder().display().to_string();
    std::fs::remove_file(&page).expect("removed");
    let again = crate::support::run(&["report", &folder]);
    assert_eq!(again.status, Some(1), "{}", again.stderr);
    assert!(again.stdout.contains("✗ broken"), "{}", again.stdout);
    assert_eq!(findings(), first);
}

#[test]
fn a_wall_clock_that_contradicts_the_order_is_a_note_and_no_kept_promise() {
    let log = r#"{"log":"wharf events","version":1}
{"host":"a","n":1,"kind":"send","message":"m","lamport":1,"wall_ns":9000000}
{"host":"b","n":1,"kind":"receive","message":"m","lamport":2,"wall_ns":1000000}
"#;
    let ran = judged(log, 0, &["✓ kept lamport", "· note wall"]);
    assert!(!ran.stdout.contains("kept    wall"), "{}", ran.stdout);
    let page = std::fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    assert!(page.contains("<b>· note</b> wall: "), "no note");
    assert!(page.contains("<b>✓ kept</b> lamport: "), "no kept promise");
}
