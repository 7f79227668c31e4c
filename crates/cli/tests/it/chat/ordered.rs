//! Chats with an order: everybody shows the same, and all know who is there.

use std::fs;

use serde_json::Value;

use super::talker::Talker;
use crate::support::{
    self, Ran, check_refused,
    netns::{Net, Routes},
};

/// `wharf verdict` finds that the order kept what it promises.
#[track_caller]
fn check_verdict(all: &[Talker], promised: &str) {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let mut command = support::wharf(&runs);
    command.arg("verdict");
    for (at, talker) in all.iter().enumerate() {
        let log = runs.path().join(format!("{at}.jsonl"));
        fs::write(&log, talker.trace()).expect("written");
        command.arg(log);
    }
    command.args(["--no-folder", "--expect", promised]);
    let ran = Ran::new(command.output().expect("wharf starts"), runs);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
}

const PROMISED: &str = "integrity,validity,views,agreement,fifo";

#[test]
fn under_a_total_order_all_show_the_same_lines() {
    let net = Net::lonely();
    let who = [(1, "alice"), (1, "bob"), (1, "carol")];
    let mut all = Talker::start_all(&net, who, &["-i", "lo", "--order", "total-sequencer"]);
    for line in 1..=10 {
        for talker in &mut all {
            talker.say(&format!("line {line}"));
        }
    }
    let newest = [
        "alice 10: line 10\n",
        "bob 10: line 10\n",
        "carol 10: line 10\n",
    ];
    for talker in &all {
        newest.iter().for_each(|line| talker.shows(line));
    }
    all[2].end();
    all[0].hears("carol is gone");
    all[1].hears("carol is gone");
    all[..2].iter_mut().for_each(Talker::end);
    let shown = all[0].shown();
    assert_eq!(shown.lines().count(), 30);
    for (line, position) in shown.lines().zip(1..) {
        assert!(line.starts_with(&format!("{position} ")), "{line}");
    }
    for talker in &all {
        assert_eq!(talker.shown(), shown);
        let results = talker.results();
        assert_eq!((results.sent, results.shown, results.lost), (10, 20, 0));
        assert_eq!(results.host, talker.host());
        assert_eq!(results.peers.len(), 2);
    }
    check_verdict(&all, &format!("{PROMISED},total,primary"));
}

#[test]
fn members_chat_in_order_by_unicast_and_by_broadcast_too() {
    let net = Net::joined(2, Routes::Subnet);
    let (first, second) = ("198.51.100.1:6001", "198.51.100.2:6002");
    let unicast = |index, name, own, other| {
        let flags = ["--listen", own, "--unicast", other, "--order", "causal"];
        Talker::start(&net, index, name, &flags)
    };
    check_talk([
        unicast(1, "alice", first, second),
        unicast(2, "bob", second, first),
    ]);
    let flags = ["--broadcast", "5008", "-i", "veth0", "--order", "fifo"];
    let broadcast = |index, name| Talker::start(&net, index, name, &flags);
    check_talk([broadcast(1, "alice"), broadcast(2, "bob")]);
}

#[track_caller]
fn check_talk(mut pair: [Talker; 2]) {
    pair[0].hears("bob is here");
    pair[1].hears("alice is here");
    pair[1].say("hello");
    pair[0].shows("bob 1: hello\n");
    pair[0].say("hello, bob");
    pair[1].shows("2 alice 1: hello, bob\n");
    pair[1].end();
    pair[0].hears("bob is gone");
    pair[0].end();
    assert_eq!(pair[0].shown(), pair[1].shown());
    check_verdict(&pair, &format!("{PROMISED},causal"));
}

#[test]
fn machines_are_told_who_comes_and_goes_and_at_which_position_a_message_is() {
    let net = Net::lonely();
    let flags = ["-i", "lo", "--order", "total-lamport", "--json"];
    let mut all = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &flags);
    all[0].say("hello");
    all[1].shows("\"text\":\"hello\"");
    all[0].end();
    all[1].hears("alice is gone");
    all[1].end();
    let objects = all[1].objects();
    let of = |what: &str| -> Vec<&Value> {
        objects
            .iter()
            .filter(|object| object["what"] == what)
            .collect()
    };
    assert_eq!(of("joined")[0]["name"], "alice");
    assert_eq!(of("left")[0]["name"], "alice");
    let message = of("message")[0];
    assert_eq!(
        (&message["from"], &message["position"]),
        (&"alice".into(), &1.into())
    );
}

/// One has an order and one has none: neither takes the other for a member, and both say why.
#[test]
fn whoever_chats_without_an_order_is_no_member_of_a_chat_with_one() {
    let net = Net::lonely();
    let mut with = Talker::start(&net, 1, "alice", &["-i", "lo", "--order", "causal"]);
    let mut without = Talker::start(&net, 1, "bob", &["-i", "lo"]);
    without.say("hello");
    with.hears("no frame of this program");
    with.say("hello");
    with.shows("1 alice 1: hello\n");
    with.end();
    without.end();
    assert!(!with.shown().contains("bob"), "{}", with.shown());
    assert!(!without.shown().contains("alice"), "{}", without.shown());
    for talker in [with, without] {
        assert!(!talker.results().refused.is_empty());
    }
}

#[test]
fn no_order_is_none_that_can_be_asked_for() {
    check_refused(
        &["cast", "chat", "--order", "none"],
        &["none", "causal", "total-sequencer"],
    );
}
