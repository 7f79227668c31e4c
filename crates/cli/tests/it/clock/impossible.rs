//! Logs that are damaged, or that cannot have happened: each is named, none ends the program.

use super::judged;

#[test]
fn mutual_causality_is_named_although_shiviz_takes_it() {
    let log = "\n\none\na {\"a\":1,\"b\":1}\ntwo\nb {\"b\":1,\"a\":1}\n";
    judged(log, 1, &["this cannot have happened", "a:1", "b:1"]);
}

#[test]
fn a_message_that_came_before_it_was_sent_is_named() {
    let log = r#"{"log":"wharf events","version":1}
{"host":"a","n":1,"kind":"receive","message":"answer"}
{"host":"a","n":2,"kind":"send","message":"question"}
{"host":"b","n":1,"kind":"receive","message":"question"}
{"host":"b","n":2,"kind":"send","message":"answer"}
"#;
    judged(log, 1, &["this cannot have happened"]);
}

#[test]
fn a_hole_is_read_over_and_told() {
    let log = "\n\nfirst\na {\"a\":1}\nthird\na {\"a\":3}\n";
    judged(log, 2, &["places at which events are missing: 1"]);
}

#[test]
fn a_clock_without_its_own_host_is_told() {
    let log = "\n\nfirst\na {\"a\":1}\nsecond\na {\"b\":1}\nx\nb {\"b\":1}\n";
    judged(log, 1, &["without an entry above 0 for their own host: 1"]);
}

#[test]
fn events_out_of_order_are_put_in_order_and_told() {
    let log = "\n\nthird\na {\"a\":3}\nfirst\na {\"a\":1}\nsecond\na {\"a\":2}\n";
    judged(log, 0, &["events out of their host's order"]);
}

#[test]
fn a_log_that_was_cut_off_is_read_as_far_as_it_goes() {
    let log = "{\"log\":\"wharf events\",\"version\":1}\n\
               {\"host\":\"a\",\"n\":1,\"kind\":\"local\"}\n{\"host\":\"a\",\"n\":2,\"ki";
    let ran = judged(log, 2, &["events cut off in the middle: 1"]);
    let summary = ran.summary().clock.expect("results");
    assert_eq!(summary.executions[0].events, 1);
}

#[test]
fn lines_into_which_another_process_wrote_are_survived_and_told() {
    let log = "Something happened in 0 ! (LAMPORT_TIME=1)\n\
               Message sent from 0Something happened in 1 ! (LAMPORT_TIME=2)(LAMPORT_TIME=1)\n\
               Message received at 1 (LAMPORT_TIME=3)\n";
    let desk = super::Desk::new();
    desk.file("torn.log", log);
    let ran = desk.clock(&["order", "torn.log"]);
    assert!(ran.stdout.contains("torn"), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn bytes_that_are_no_text_are_survived() {
    let desk = super::Desk::new();
    let mut log = b"\n\nfirst \xff\xfe\na {\"a\":1}\n".to_vec();
    log.extend(std::iter::repeat_n(0x80, 1000));
    std::fs::write(desk.folder.path().join("the.log"), log).expect("written");
    let ran = desk.clock(&["order", "the.log"]);
    assert!(matches!(ran.status, Some(0..=2)), "{}", ran.stderr);
}
