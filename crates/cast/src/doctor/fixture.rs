//! A machine on which everything works, for the tests of the checks to break.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{
    AtPort, Bindings, Case, Check, Facts, Finding, Link, Loopback, Outcome, PortSocket, Probes,
    Program, Question, Routing, Settings, Target, Trial, Weight,
};
use crate::{Interface, Route};

/// Multicast to `224.1.1.1:5007` with TTL 1, on a machine with `lo` and `eth0`, and a way by `eth0`.
pub fn group() -> Case {
    case(Target::Multicast(address("224.1.1.1:5007")))
}

/// The same for any target.
pub fn case(target: Target) -> Case {
    let (lo, eth0) = (lo(), eth0());
    let named = |interface: &Interface| Trial {
        interface: Some(interface.name.clone()),
        ..good_trial()
    };
    let named = match target.is_group() {
        true => vec![named(&lo), named(&eth0)],
        false => Vec::new(),
    };
    Case {
        question: Question {
            target,
            interface: None,
            ttl: 1,
            loopback: Loopback::On,
        },
        facts: Facts {
            links: vec![link(&lo, 65536), link(&eth0, 1500)],
            routing: Routing::By(Route {
                interface: eth0.index,
                source: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 2))),
            }),
            interfaces: vec![lo, eth0],
            joined: Vec::new(),
            sockets: Vec::new(),
            settings: Settings {
                receive_buffer_bytes: Some(8 << 20),
                receive_buffer_bytes_max: Some(8 << 20),
                memberships_max: Some(20),
                ipv6_off: Vec::new(),
                reverse_path: Vec::new(),
            },
            buffer_errors: Some(0),
        },
        probes: Probes {
            asked: good_trial(),
            named,
            at_port: AtPort::default(),
            bindings: Bindings {
                alone: Outcome::Done,
                ..Bindings::default()
            },
        },
    }
}

pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub fn lo() -> Interface {
    Interface {
        name: "lo".to_owned(),
        index: 1,
        is_up: true,
        has_multicast: false,
        is_loopback: true,
        v4: vec![(
            Ipv4Addr::LOCALHOST,
            8,
            Some(Ipv4Addr::new(127, 255, 255, 255)),
        )],
        v6: vec![(Ipv6Addr::LOCALHOST, 128)],
    }
}

pub fn eth0() -> Interface {
    Interface {
        name: "eth0".to_owned(),
        index: 2,
        is_up: true,
        has_multicast: true,
        is_loopback: false,
        v4: vec![(
            Ipv4Addr::new(198, 51, 100, 2),
            24,
            Some(Ipv4Addr::new(198, 51, 100, 255)),
        )],
        v6: Vec::new(),
    }
}

fn link(interface: &Interface, mtu: u32) -> Link {
    Link {
        index: interface.index,
        name: interface.name.clone(),
        mtu: Some(mtu),
        master: None,
        bridge: None,
    }
}

pub fn good_trial() -> Trial {
    Trial {
        interface: None,
        join: Outcome::Done,
        unpermitted: Outcome::Untried,
        send: Outcome::Done,
        receive: Outcome::Done,
        from: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 2))),
        bystander: Outcome::Done,
    }
}

pub fn socket(pid: u32, address: &str) -> PortSocket {
    PortSocket {
        address: address.parse().expect("an address"),
        port: 5007,
        inode: u64::from(pid),
        drops: 0,
        program: Some(Program {
            pid,
            name: "python3".to_owned(),
        }),
    }
}

/// The check says that much, with these words.
#[track_caller]
pub fn check(check: Check, case: &Case, weight: Weight, words: &[&str]) {
    let finding: Finding = check.look(case).expect("a finding");
    assert_eq!(finding.weight, weight, "{finding:?}");
    assert_eq!(finding.check, check.name);
    let text = [finding.seen, finding.means, finding.remedy];
    assert!(text.iter().all(|part| !part.is_empty()), "{text:?}");
    for word in words {
        assert!(text.concat().contains(word), "no `{word}` in {text:?}");
    }
}

/// The check says nothing.
#[track_caller]
pub fn check_silent(check: Check, case: &Case) {
    assert_eq!(check.look(case), None);
}
