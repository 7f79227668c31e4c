//! Members that come, talk, leave and die.

use serde_json::Value;

use super::member::Member;
use crate::support::{eventually, netns::Net};

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// All that a log has of a kind: the messages' names, or the views'.
fn logged(log: &str, kind: &str) -> Vec<String> {
    let objects = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    let those = objects.filter(|object| object["kind"] == kind);
    those
        .map(|object| {
            let name = object["message"].as_str().or(object["view"].as_str());
            name.unwrap_or_default().to_owned()
        })
        .collect()
}

#[track_caller]
fn check_total(order: &str, more: &[&str]) {
    let net = Net::lonely();
    let flags = [&["--order", order], more].concat();
    let mut all = Member::start_all(&net, NAMES, &flags);
    for line in 1..=100 {
        for member in &mut all {
            let text = format!("{} {line}", member.name);
            member.say(&text);
        }
    }
    for member in &all {
        member.delivers(300);
    }
    all.iter_mut().for_each(Member::end);
    let sequence = all[0].texts();
    assert_eq!(sequence.len(), 300);
    for member in &all {
        assert_eq!(member.texts(), sequence, "{order} at {}", member.name);
        let log = member.log();
        assert_eq!(logged(&log, "send").len(), 100);
        assert_eq!(logged(&log, "deliver"), logged(&all[0].log(), "deliver"));
        assert_eq!(logged(&log, "leave").len(), 1);
        assert_eq!(logged(&log, "view").len(), member.views().len());
        let end = &member.objects("end")[0];
        assert_eq!((&end["sent"], &end["unknown"]), (&100.into(), &0.into()));
    }
}

#[test]
fn members_of_a_total_order_print_the_same() {
    check_total("total-sequencer", &[]);
    check_total("total-lamport", &["--deliver", "safe"]);
}

#[test]
fn members_talk_by_unicast_too() {
    let net = Net::lonely();
    let all = "127.0.0.1:6001,127.0.0.1:6002,127.0.0.1:6003";
    let ports = ["127.0.0.1:6001", "127.0.0.1:6002", "127.0.0.1:6003"];
    let mut members: Vec<Member> = NAMES
        .iter()
        .zip(ports)
        .map(|(name, own)| Member::start(&net, 1, name, &["--listen", own, "--to", all]))
        .collect();
    for member in &mut members {
        member.sees(3);
        member.say(&format!("hello from {}", member.name));
    }
    for member in &members {
        member.delivers(3);
    }
    members.iter_mut().for_each(Member::end);
    assert_eq!(members[0].texts(), members[1].texts());
    assert_eq!(members[0].texts(), members[2].texts());
}

#[test]
fn a_newcomer_counts_on_where_the_others_are() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, ["alice", "bob"], &[]);
    for line in 1..=10 {
        all[0].say(&line.to_string());
    }
    all[1].delivers(10);
    let mut carol = Member::start(&net, 1, "carol", &[]);
    carol.sees(3);
    all[1].sees(3);
    all[1].say("welcome");
    carol.delivers(1);
    assert_eq!(
        (carol.texts(), carol.positions()),
        (vec!["welcome".to_owned()], vec![11])
    );
    carol.end();
    all.iter_mut().for_each(Member::end);
}

#[test]
fn whoever_is_asked_to_leave_leaves_in_order_and_the_others_go_on() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, NAMES, &[]);
    all[0].signal("INT");
    assert_eq!(all[0].wait(), Some(0), "{}", all[0].said());
    assert_eq!(logged(&all[0].log(), "leave").len(), 1);
    for member in &mut all[1..] {
        member.sees(2);
        assert!(member.objects("suspected").is_empty());
        member.say("still here");
    }
    for member in &mut all[1..] {
        member.delivers(2);
        member.end();
    }
}

/// A window that is closed is no crash.
#[test]
fn whoever_loses_its_terminal_leaves_in_order() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, ["alice", "bob"], &["--stay"]);
    all[0].signal("HUP");
    assert_eq!(all[0].wait(), Some(0), "{}", all[0].said());
    assert_eq!(logged(&all[0].log(), "leave").len(), 1);
    all[1].sees(1);
    assert!(all[1].objects("blocked").is_empty());
    all[1].signal("INT");
    assert_eq!(all[1].wait(), Some(0), "{}", all[1].said());
}

/// Without a quorum there is no group that would take lines: that is told while it waits and in the end.
#[test]
fn what_was_typed_and_not_said_is_told() {
    let net = Net::lonely();
    let mut alice = Member::start(&net, 1, "alice", &["--quorum", "3"]);
    alice.say("one");
    alice.say("two");
    alice.hang_up();
    eventually("it tells what it waits for", || {
        alice.objects("waiting").pop()
    });
    alice.signal("INT");
    assert_eq!(alice.wait(), Some(2), "{}", alice.said());
    let end = &alice.objects("end")[0];
    assert_eq!((&end["sent"], &end["unsaid"]), (&0.into(), &2.into()));
}

/// A log that just ends does not say that its member could not go on, and that it owed nothing any more.
#[test]
fn whoever_has_too_few_others_left_logs_that_it_is_blocked() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, NAMES, &[]);
    let [alice, others @ ..] = &mut all[..] else {
        panic!("three members")
    };
    for member in &mut *others {
        member.signal("KILL");
    }
    for member in others {
        assert_eq!(member.wait(), None);
    }
    eventually("it is blocked and its log says so", || {
        alice.objects("blocked").pop()?;
        logged(&alice.log(), "blocked").pop()
    });
    alice.signal("KILL");
    assert_eq!(alice.wait(), None);
}

#[test]
fn whoever_is_killed_is_missed_and_nothing_else_is() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, NAMES, &[]);
    for line in 1..=20 {
        all[0].say(&line.to_string());
    }
    all[2].delivers(20);
    all[0].signal("KILL");
    assert_eq!(all[0].wait(), None);
    for member in &mut all[1..] {
        member.sees(2);
        member.say("still here");
    }
    for member in &all[1..] {
        member.delivers(22);
    }
    all[1..].iter_mut().for_each(Member::end);
    assert_eq!(all[1].texts(), all[2].texts());
    assert_eq!(logged(&all[1].log(), "leave").len(), 1);
}

/// Its last words find no group any more that would deliver them; under its next incarnation they are said again.
#[test]
fn whoever_was_stopped_comes_back_and_says_again_what_was_not_delivered() {
    let net = Net::lonely();
    // Safe: otherwise a sequencer delivers to itself what the others never will.
    let mut all = Member::start_all(&net, NAMES, &["--stay", "--deliver", "safe"]);
    all[0].say("first");
    all[2].delivers(1);
    all[2].signal("STOP");
    all[2].say("second");
    all[0].sees(2);
    all[1].sees(2);
    all[1].say("meanwhile");
    all[0].delivers(2);
    all[2].signal("CONT");
    all[0].delivers(3);
    all[0].sees(3);
    for member in &mut all {
        member.signal("INT");
    }
    for member in &mut all {
        assert_eq!(member.wait(), Some(0), "{}", member.said());
    }
    assert_eq!(all[0].texts(), ["first", "meanwhile", "second"]);
    assert_eq!(all[1].texts(), all[0].texts());
    let expelled = all[2].objects("expelled");
    assert_eq!(expelled.len(), 1, "{expelled:?}");
    assert_eq!(all[2].texts(), ["first", "second"]);
    assert_eq!(all[2].positions(), [1, 3]);
}

/// A sequencer gives its own messages their places, and so delivers them to itself when it was cut off.
#[test]
fn what_a_sequencer_delivered_to_itself_alone_is_said_again() {
    let net = Net::lonely();
    let alice = Member::start(&net, 1, "alice", &["--stay"]);
    alice.sees(1);
    let start = |name| Member::start(&net, 1, name, &["--stay"]);
    let mut all = [alice, start("bob"), start("carol")];
    for member in &all {
        member.sees(3);
    }
    all[0].say("first");
    all[2].delivers(1);
    all[0].signal("STOP");
    all[0].say("second");
    all[1].sees(2);
    all[2].sees(2);
    all[1].say("meanwhile");
    all[2].delivers(2);
    all[0].signal("CONT");
    for member in &all {
        member.sees(3);
    }
    all[1].delivers(3);
    for member in &mut all {
        member.signal("INT");
    }
    for member in &mut all {
        assert_eq!(member.wait(), Some(0), "{}", member.said());
    }
    assert_eq!(all[1].texts(), ["first", "meanwhile", "second"]);
    assert_eq!(all[2].texts(), all[1].texts());
    assert_eq!(all[0].texts().last().map(String::as_str), Some("second"));
}

#[test]
fn whoever_is_asked_twice_ends_at_once() {
    let net = Net::lonely();
    let mut all = Member::start_all(&net, ["alice", "bob"], &["--stay"]);
    // Bob does not answer, so that leaving takes its time.
    all[1].signal("STOP");
    all[0].signal("INT");
    all[0].takes_signals();
    all[0].signal("INT");
    assert_eq!(all[0].wait(), Some(2), "{}", all[0].said());
    all[1].signal("CONT");
    all[1].signal("INT");
    assert_eq!(all[1].wait(), Some(0), "{}", all[1].said());
}
