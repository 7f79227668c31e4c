//! Logs that do not name their messages: what stamps and named hosts tell, and that it is said to be so.

use super::{Desk, judged};

#[test]
fn a_receipt_that_forgot_to_tick_is_found_by_the_hosts_that_the_lines_name() {
    let log = "Message sent from a to b (LAMPORT_TIME=1)\n\
               Message sent from a to c (LAMPORT_TIME=2)\n\
               Message received at b from a (LAMPORT_TIME=3)\n\
               Message received at c from a (LAMPORT_TIME=2)\n";
    let words = "a:2 sent a message, which c received at c:1";
    let ran = judged(log, 1, &["✗ broken lamport", words]);
    // Drawn again from the run's folder, the log still names both ends.
    let folder = ran.folder().display().to_string();
    let again = crate::support::run(&["report", &folder]);
    assert_eq!(again.status, Some(1), "{}", again.stderr);
    let unfolded = again.stdout.split_whitespace().collect::<Vec<_>>();
    assert!(unfolded.join(" ").contains(words), "{}", again.stdout);
}

#[test]
fn a_receipt_before_every_send_is_broken_whichever_message_it_was() {
    let log = "Message sent from a (LAMPORT_TIME=2)\nMessage sent from c (LAMPORT_TIME=3)\n\
               Message received at b (LAMPORT_TIME=1)\n";
    judged(log, 1, &["no send that it may be of has a smaller stamp"]);
}

#[test]
fn what_stamps_told_is_only_consistent() {
    let log = "Message sent from a (LAMPORT_TIME=1)\nMessage sent from c (LAMPORT_TIME=4)\n\
               Message received at b (LAMPORT_TIME=5)\n";
    judged(log, 0, &["consistent with a correct clock"]);
    let desk = Desk::new();
    desk.file("the.log", log);
    let ran = desk.clock(&["why", "c:1", "b:1", "the.log"]);
    assert!(ran.stdout.contains("by the stamps"), "{}", ran.stdout);
}

#[test]
fn messages_that_the_lines_name_are_matched_by_name() {
    let log = "A sends m1 to B (LAMPORT_TIME=1)\nB receives m1 from A (LAMPORT_TIME=2)\n\
               B sends m2 to A (LAMPORT_TIME=3)\nA receives m2 from B (LAMPORT_TIME=4)\n";
    let ran = judged(log, 0, &["✓ kept lamport stamps that follow the order"]);
    let summary = ran.summary().clock.expect("results");
    let execution = &summary.executions[0];
    let hosts: Vec<&str> = execution
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    assert_eq!(hosts, ["A", "B"]);
    assert_eq!(execution.matched, 2);
}

#[test]
fn a_host_that_may_be_another_is_told_to_be_a_guess() {
    let log = "Message sent from a (LAMPORT_TIME=1)\nMessage received from b (LAMPORT_TIME=2)\n";
    judged(log, 2, &["hosts that were guessed: 1"]);
}

#[test]
fn words_between_the_events_do_no_harm() {
    let log = "Starting...\nMessage sent from a (LAMPORT_TIME=1)\n\
               Message received at b (LAMPORT_TIME=2)\nDone\n";
    judged(log, 0, &["2 lines have no stamp and were left out"]);
    let log = "# begin\na {\"a\":1} one\n# middle\na {\"a\":2} two\n";
    let desk = Desk::new();
    desk.file("the.log", log);
    let parser = r"(?<host>\w+) (?<clock>{.*}) (?<event>.*)";
    let ran = desk.clock(&["order", "the.log", "--parser", parser]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let desk = Desk::new();
    let log = "Message sent from a (LAMPORT_TIME=1)\nMessage received at b (LAMPORT_TIME=2)\n";
    desk.file("the.log", log);
    let ran = desk.clock(&["order", "the.log", "the.log"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    let unfolded = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unfolded.contains("was given twice"), "{unfolded}");
}

#[test]
fn two_sentences_before_one_stamp_are_two_events() {
    let log = "Message sent from aMessage received at b (LAMPORT_TIME=2)\n (LAMPORT_TIME=1)\n";
    let desk = Desk::new();
    desk.file("the.log", log);
    let ran = desk.clock(&["order", "the.log"]);
    assert_eq!(ran.status, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("torn, with a loss"), "{}", ran.stdout);
    let summary = ran.summary().clock.expect("results");
    assert_eq!(summary.executions[0].hosts.len(), 2);
}
