//! Members on one machine.

use history::Verdict;

use super::{
    log::{check_claims, check_concurrency, merged},
    talker::Talker,
};
use crate::support::{eventually, netns::Net, python3, signal};

const LO: [&str; 2] = ["-i", "lo"];

#[test]
fn everybody_shows_everything_and_the_logs_are_one() {
    let net = Net::lonely();
    let mut all = Talker::start_all(
        &net,
        [(1, "alice"), (1, "bob"), (1, "carol")],
        &["-i", "lo", "--json"],
    );
    for line in 1..=10 {
        for talker in &mut all {
            talker.say(&format!("line {line}"));
        }
    }
    for talker in &all {
        for name in ["alice", "bob", "carol"] {
            talker.shows(&format!("\"short\":\"{name} 10\""));
        }
    }
    all.iter_mut().for_each(Talker::end);
    let [alice, bob, carol] = &all;
    let log = merged(&[alice, bob, carol]);
    let order = check_claims(&log);
    for talker in &all {
        check_concurrency(&log, &order, talker);
        let results = talker.results();
        assert_eq!((results.sent, results.shown, results.lost), (10, 20, 0));
        assert!(results.refused.is_empty(), "{results:?}");
        // Joined, 10 sent, 20 received, left.
        assert_eq!(results.events, 32);
        assert_eq!(talker.summary().verdict, Verdict::Valid);
    }
}

#[test]
fn what_members_leave_is_judged_and_drawn_as_the_readme_says() {
    let net = Net::lonely();
    let mut all = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &LO);
    all[0].say("hello");
    all[1].shows("hello");
    all.iter_mut().for_each(Talker::end);
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(home.path().join("runs")).expect("made");
    for talker in &all {
        let run = talker.run();
        let name = run.file_name().expect("a name");
        std::os::unix::fs::symlink(&run, home.path().join("runs").join(name)).expect("a link");
    }
    let line = crate::readme::ORDER
        .strip_prefix("wharf")
        .expect("a line of ours");
    let ran = std::process::Command::new("sh")
        .args(["-c", &format!("exec {}{line}", env!("CARGO_BIN_EXE_wharf"))])
        .current_dir(home.path())
        .output()
        .expect("a shell");
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{printed}");
    assert!(printed.contains("of 2 hosts"), "{printed}");
    let page = home.path().join("runs/latest/report.html");
    let page = std::fs::read_to_string(page).expect("a page");
    // By their short names, for there is only one of each.
    assert!(page.contains("alice") && !page.contains("alice~"));
}

/// Alice and bob send to carol only, so neither can have known what the other said.
#[test]
fn messages_of_two_who_do_not_hear_each_other_are_concurrent() {
    let net = Net::lonely();
    let to_carol = |own: &'static str| ["--listen", own, "--unicast", "127.0.0.1:6003"];
    let mut carol = Talker::start(
        &net,
        1,
        "carol",
        &[
            "--listen",
            "127.0.0.1:6003",
            "--unicast",
            "127.0.0.1:6001,127.0.0.1:6002",
        ],
    );
    let mut alice = Talker::start(&net, 1, "alice", &to_carol("127.0.0.1:6001"));
    let mut bob = Talker::start(&net, 1, "bob", &to_carol("127.0.0.1:6002"));
    alice.hears("carol is here");
    bob.hears("carol is here");
    alice.say("lunch?");
    carol.shows("alice 1: lunch?\n");
    bob.say("it rains");
    carol.shows("bob 1: it rains   ∥ concurrent with alice 1\n");
    carol.say("yes");
    // Bob hears from carol of what alice said, which never comes to him.
    bob.shows("carol 1: yes   … alice 1 has not come, which it may answer\n");
    alice.shows("carol 1: yes   … bob 1 has not come, which it may answer\n");
    for talker in [&mut alice, &mut bob, &mut carol] {
        talker.end();
    }
    check_claims(&merged(&[&alice, &bob, &carol]));
}

#[test]
fn two_of_one_name_are_two_hosts() {
    let net = Net::lonely();
    let mut first = Talker::start(&net, 1, "alice", &LO);
    let mut second = Talker::start(&net, 1, "alice", &LO);
    first.hears("another member of that name is here: alice~");
    second.say("which one?");
    let host = second.host();
    first.shows(&format!("{host} 1: which one?"));
    second.end();
    first.hears(&format!("{host} left"));
    first.end();
    check_claims(&merged(&[&first, &second]));
}

#[test]
fn a_killed_member_leaves_its_log() {
    let net = Net::lonely();
    let [mut alice, mut bob] = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &LO);
    alice.say("one");
    bob.shows("alice 1: one");
    bob.say("two");
    alice.shows("bob 1: two");
    assert_eq!(bob.end_by("KILL"), None);
    alice.say("three");
    alice.shows("alice 2: three");
    alice.end();
    let log = merged(&[&alice, &bob]);
    check_claims(&log);
    let summary = bob.summary();
    assert_eq!((summary.verdict, summary.chat), (Verdict::Unknown, None));
    assert!(!alice.results().peers[0].has_left);
}

#[test]
fn an_interrupted_member_says_good_bye_and_what_came_of_it() {
    let net = Net::lonely();
    let [mut alice, mut bob] = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &LO);
    alice.say("one");
    bob.shows("alice 1: one");
    assert_eq!(bob.end_by("INT"), Some(0));
    alice.hears("bob left");
    assert_eq!(bob.results().shown, 1);
    assert_eq!(alice.end_by("TERM"), Some(0));
    assert!(alice.results().peers[0].has_left);
    check_claims(&merged(&[&alice, &bob]));
}

/// Nobody reads what alice shows, so she is held up in the middle of showing it.
#[test]
fn asked_twice_a_member_ends_though_nobody_takes_its_output() {
    let net = Net::lonely();
    let mut bob = Talker::start(&net, 1, "bob", &LO);
    let (_kept, pipe) = std::io::pipe().expect("a pipe");
    let mut alice = Talker::start_into(&net, 1, "alice", &LO, pipe.into());
    bob.hears("alice is here");
    // Twice what a pipe holds.
    for _ in 0..128 {
        bob.say(&"x".repeat(1000));
    }
    eventually("alice is held up", || alice.is_held_up().then_some(()));
    signal(alice.pid(), "INT");
    alice.takes_signals();
    assert_eq!(alice.end_by("INT"), Some(2));
    bob.end();
    assert_eq!(alice.summary().verdict, Verdict::Unknown);
    let log = merged(&[&alice, &bob]);
    check_claims(&log);
}

#[test]
fn garbage_is_counted_and_survived() {
    let net = Net::lonely();
    let [mut alice, mut bob] = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &LO);
    let status = net
        .command(1, python3())
        .args(["-c", GARBAGE])
        .status()
        .expect("python3 starts");
    assert!(status.success());
    bob.say("still there?");
    alice.shows("bob 1: still there?\n");
    alice.hears("something that is no frame of this program came in");
    alice.end();
    bob.end();
    let refused = alice.results().refused;
    let count = |name: &str| refused.get(name).copied().unwrap_or(0);
    // An empty one, a text, a long one, 200 of random bytes.
    assert_eq!(count("foreign"), 203, "{refused:?}");
    assert_eq!(
        (count("version"), count("truncated"), count("oversized")),
        (1, 1, 1)
    );
    assert_eq!(count("checksum"), 1);
    assert_eq!(alice.said().matches("no frame of this program").count(), 1);
    check_claims(&merged(&[&alice, &bob]));
}

#[test]
fn a_message_that_is_too_long_is_told_and_not_cut() {
    let net = Net::lonely();
    let [mut alice, mut bob] = Talker::start_all(&net, [(1, "alice"), (1, "bob")], &LO);
    for length in [1024, 1025, 100_000] {
        alice.say(&"x".repeat(length));
    }
    alice.say("short");
    bob.shows(&format!("alice 1: {}\nalice 2: short\n", "x".repeat(1024)));
    alice.hears("not sent: 1025 bytes are more than the 1024");
    alice.hears("not sent: 100000 bytes");
    alice.end();
    bob.end();
    assert_eq!(bob.results().lost, 0);
}

/// The group's own magic number is in some of them.
const GARBAGE: &str = "\
import random, socket
random.seed(5)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('127.0.0.1'))
to = ('239.255.0.1', 5008)
magic = b'\\xf7whg'
for datagram in [
    b'', b'hello', b'x' * 60000,
    magic + b'\\x02' + bytes(60),
    magic + b'\\x01\\x01\\x00\\xff' + bytes(60),
    magic + b'\\x01\\x01\\x00\\x40' + bytes(60000),
    magic + b'\\x01\\x01\\x00\\x40' + bytes(56),
] + [b'\\x00' + random.randbytes(random.randrange(200)) for _ in range(200)]:
    s.sendto(datagram, to)
";
