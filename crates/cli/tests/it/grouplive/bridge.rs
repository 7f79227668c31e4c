//! Members on machines of their own, by multicast, on a network that loses and doubles.

use super::crew::Crew;
use crate::support::netns::{Net, Routes};

/// 10,000 messages each. The sequencer is killed, and the last of those who are left sleeps for longer than one may.
#[test]
fn what_a_network_loses_and_doubles_is_delivered_once_and_in_one_order() {
    let net = Net::joined(5, Routes::Multicast);
    for index in 1..=5 {
        net.sh(index, LOSE);
        net.switch(&DOUBLE.replace("PORT", &format!("p{index}")));
    }
    let mut crew = Crew::start(&net, &FLAGS, |_| Vec::new());
    crew.talk(33);
    let killed = crew.ranked(0);
    let killed_at = crew.kill(killed);
    crew.talk(22);
    crew.see(4);
    let sleeper = crew.ranked(3);
    crew.oversleeps(sleeper);
    crew.talk(40);
    crew.end(sleeper);
    println!(
        "views after a kill: {:?} ms",
        crew.views_after(killed, killed_at)
    );
    println!("the sleeper: {}", crew.counted(sleeper));
    crew.check(killed, sleeper);
    let counts = [killed, sleeper];
    let stayed = (0..5)
        .find(|at| !counts.contains(at))
        .expect("three stayed");
    let counted = crew.counted(stayed);
    for what in ["duplicates", "naks_sent", "repairs_sent"] {
        assert!(counted[what].as_u64() > Some(0), "no {what}: {counted}");
    }
}

/// With the settings that everybody has who gives none. A machine that does much else at the moment may keep members from
/// their turns; hardly at all three kills.
#[test]
fn in_less_than_a_second_after_a_kill_there_is_a_new_view() {
    let net = Net::joined(5, Routes::Multicast);
    let mut crew = Crew::start(&net, &FLAGS[..6], |_| Vec::new());
    let mut all_began = Vec::new();
    for left in [4, 3, 2] {
        crew.talk(2);
        let killed = crew.ranked(left % 2 * left);
        let killed_at = crew.kill(killed);
        crew.see(left);
        let began = crew.views_after(killed, killed_at);
        assert!(began.len() == left, "{began:?}");
        all_began.extend(began.into_iter().max());
    }
    println!("all are in a new view after a kill: {all_began:?} ms");
    assert!(all_began.iter().any(|ms| *ms < 1000), "{all_began:?}");
}

/// A machine that does much else may keep a member from its turn for some time.
const FLAGS: [&str; 12] = [
    "--interface",
    "veth0",
    "--ttl",
    "1",
    "--await-members",
    "5",
    "--linger",
    "200ms",
    "--suspect-after",
    "3s",
    "--datagram",
    "512",
];

const LOSE: &str = "\
nft -f - <<'END'
table ip faults {
    chain in {
        type filter hook input priority 0;
        meta l4proto udp numgen random mod 100 < 5 counter drop
    }
}
END
";

/// A copy passes the hook again, and may have a copy of its own.
const DOUBLE: &str = "\
nft -f - <<'END'
table netdev doubles_PORT {
    chain out {
        type filter hook egress device PORT priority 0;
        meta protocol ip numgen random mod 100 < 5 counter dup to PORT
    }
}
END
";
