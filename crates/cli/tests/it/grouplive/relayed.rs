//! Members by unicast, each datagram of whom passes a relay that delays, reorders, doubles and loses.

use std::{fs, process::Stdio};

use super::crew::Crew;
use crate::support::{
    Guarded, eventually,
    netns::{Net, Routes, address},
    python3,
};

/// 10,000 messages each. Whoever is first sleeps for longer than one may, and the last one is killed.
#[test]
fn what_is_delayed_reordered_and_doubled_is_delivered_once_and_in_one_order() {
    let net = Net::joined(6, Routes::Subnet);
    let relay = Relay::start(&net);
    let mut crew = Crew::start(&net, &FLAGS, |index| {
        let others = (1..=5).filter(|other| *other != index);
        let others = others.map(|other| format!("{}:70{index}{other}", address(6)));
        vec![
            "--listen".to_owned(),
            format!("{}:6000", address(index)),
            "--to".to_owned(),
            others.collect::<Vec<_>>().join(","),
        ]
    });
    crew.talk(33);
    let sleeper = crew.ranked(0);
    crew.oversleeps(sleeper);
    crew.talk(22);
    let last = crew.ranked(4);
    let killed = if last == sleeper {
        crew.ranked(3)
    } else {
        last
    };
    let killed_at = crew.kill(killed);
    crew.talk(40);
    crew.see(4);
    crew.end(sleeper);
    println!(
        "views after a kill: {:?} ms",
        crew.views_after(killed, killed_at)
    );
    println!("the sleeper: {}", crew.counted(sleeper));
    let relayed = relay.end();
    println!("relay: {relayed:?}");
    assert!(relayed.iter().all(|count| *count > 0), "{relayed:?}");
    crew.check(killed, sleeper);
}

/// A relay between all pairs of members, in a namespace of its own.
struct Relay {
    child: Guarded,
    folder: tempfile::TempDir,
}

impl Relay {
    #[track_caller]
    fn start(net: &Net) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/grouplive/relay.py");
        let stdout = fs::File::create(folder.path().join("stdout")).expect("created");
        let child = net
            .command(6, python3())
            .arg(script)
            .args([&address(6).to_string(), "6"])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .spawn()
            .expect("python3 starts");
        let relay = Self {
            child: Guarded(child),
            folder,
        };
        eventually("the relay is ready", || {
            relay.printed().starts_with("ready\n").then_some(())
        });
        relay
    }

    fn printed(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout")).expect("its output")
    }

    /// Ends it: how many datagrams it passed on, how many of them twice, how many behind a later one, and how many it lost.
    #[track_caller]
    fn end(mut self) -> Vec<u64> {
        drop(self.child.0.stdin.take());
        assert!(self.child.wait().success());
        let printed = self.printed();
        let counts = printed.lines().nth(1).expect("a line of counts");
        let counts = counts
            .split(' ')
            .map(|count| count.parse().expect("a number"));
        counts.collect()
    }
}

/// Safe: what its sender delivered is never lost with it, whoever that was.
const FLAGS: [&str; 10] = [
    "--order",
    "total-lamport",
    "--deliver",
    "safe",
    "--await-members",
    "5",
    "--linger",
    "200ms",
    "--suspect-after",
    "3s",
];
