//! Members on machines of their own, on a network that loses.

use trace::EventKind;

use super::{
    log::{check_claims, check_concurrency, merged},
    talker::Talker,
};
use crate::support::netns::{Net, Routes};

const ARGS: [&str; 5] = ["--ttl", "1", "-i", "veth0", "--json"];

#[test]
fn what_the_network_loses_is_told_and_is_in_the_log_as_lost() {
    let net = Net::joined(3, Routes::Multicast);
    let mut all = Talker::start_all(&net, [(1, "alice"), (2, "bob"), (3, "carol")], &ARGS);
    net.sh(2, LOSE);
    let [alice, bob, carol] = &mut all;
    for line in 1..=SAID {
        alice.say(&format!("line {line}"));
    }
    carol.shows(&format!("\"short\":\"alice {SAID}\""));
    // Bob hears the farewell, and so of all that he missed.
    net.sh(2, "nft delete table ip faults");
    carol.say("what did you miss?");
    bob.shows("what did you miss?");
    alice.end();
    bob.hears("alice left");
    bob.end();
    carol.end();

    let log = merged(&[alice, bob, carol]);
    let order = check_claims(&log);
    check_concurrency(&log, &order, carol);
    let (of_bob, of_carol) = (bob.results(), carol.results());
    assert_eq!(of_carol.lost, 0);
    assert!(of_bob.lost > 0, "200 messages, of which a fifth is dropped");
    assert_eq!(of_bob.shown + of_bob.lost, SAID + 1);
    let told: u64 = bob
        .objects()
        .iter()
        .filter(|object| object["what"] == "lost")
        .map(|lost| {
            lost["last"].as_u64().expect("a number") - lost["first"].as_u64().expect("a number") + 1
        })
        .sum();
    assert_eq!(told, of_bob.lost, "every one was told");
    let of = |name: &str, kind| {
        let host = log
            .hosts
            .iter()
            .position(|host| host.starts_with(name))
            .expect("a host");
        let is = |event: &&trace::Event| event.host.0 as usize == host && event.kind == kind;
        log.events.iter().filter(is).count() as u64
    };
    assert_eq!(of("alice", EventKind::Send), SAID);
    assert_eq!(of("bob", EventKind::Receive), SAID + 1 - of_bob.lost);
}

#[test]
fn everybody_on_a_network_is_reached_by_broadcast_and_nobody_else_by_ttl_0() {
    let net = Net::joined(2, Routes::Subnet);
    let args = ["--broadcast", "5008", "-i", "veth0"];
    let [mut alice, mut bob] = Talker::start_all(&net, [(1, "alice"), (2, "bob")], &args);
    bob.say("hello");
    alice.shows("bob 1: hello\n");
    alice.end();
    bob.end();
    check_claims(&merged(&[&alice, &bob]));

    let mut stays = Talker::start(&net, 1, "alice", &["-i", "veth0"]);
    let mut other = Talker::start(&net, 2, "bob", &["-i", "veth0"]);
    for talker in [&mut stays, &mut other] {
        talker.say("nobody hears");
        talker.end();
        assert_eq!(talker.results().peers, []);
    }
}

const SAID: u64 = 200;
const LOSE: &str = "\
nft -f - <<'END'
table ip faults {
    chain in {
        type filter hook input priority 0;
        udp dport 5008 numgen random mod 100 < 20 counter drop
    }
}
END
";
