//! Groups, interfaces and routes: rows 2, 3, 4, 6, 7, 8, 9 and 10 of the matrix of situations.

use serde_json::json;

use super::{GROUP, GROUP_PORT, Receiver, check_said, end, refused, send};
use crate::support::netns::{Net, Routes, address};

/// A net as most machines see theirs: the subnet, and a default route.
fn with_default_route() -> Net {
    let net = Net::joined(2, Routes::Subnet);
    net.sh(1, "ip route add default dev veth0");
    net.sh(2, "ip route add default dev veth0");
    net
}

/// Row 2.
#[test]
fn without_options_both_sides_go_where_the_routing_table_leads() {
    let net = with_default_route();
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "0.0.0.0"]] }));
    let words = [
        "works on veth0",
        "the routing table leads to veth0",
        "`--interface veth0`",
    ];
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        0,
        &words,
        &["problems:"],
    );
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "sent");
    end(&net, 1);
    assert_eq!(receiver.heard(), ["hello from 198.51.100.1"]);
}

/// Row 3.
#[test]
fn what_is_sent_on_another_interface_than_the_members_is_heard_by_nobody() {
    let net = with_default_route();
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "0.0.0.0"]] }));
    let words = [
        "Multicast to 224.1.1.1:5007 does not work on lo",
        "224.1.1.1 is joined on veth0, and what is sent in this way leaves by lo",
        "`--interface veth0`",
    ];
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(&net, 1, &args, 1, &words, &[]);
    let on_lo = json!({ "to": GROUP, "interface": "127.0.0.1" });
    assert_eq!(send(&net, 1, &on_lo), "sent");
    let as_told = json!({ "to": GROUP, "interface": address(1), "text": "cured" });
    assert_eq!(send(&net, 1, &as_told), "sent");
    end(&net, 1);
    assert_eq!(receiver.heard(), ["cured from 198.51.100.1"]);
}

/// Row 4.
#[test]
fn without_loopback_only_others_hear_it() {
    let net = Net::joined(2, Routes::Multicast);
    let join = json!({ "join": [[GROUP, "0.0.0.0"]] });
    let (here, there) = (
        Receiver::start(&net, 1, &join),
        Receiver::start(&net, 2, &join),
    );
    let words = ["does not work", "loopback is off", "IP_MULTICAST_LOOP"];
    let args = ["--multicast", GROUP_PORT, "--no-loop"];
    check_said(&net, 1, &args, 1, &words, &["packet filter"]);
    assert_eq!(send(&net, 1, &json!({ "to": GROUP, "loop": 0 })), "sent");
    end(&net, 1);
    assert_eq!(here.heard(), [""; 0]);
    let mut there = there;
    assert_eq!(there.line(), "hello from 198.51.100.1");
}

/// Row 6.
#[test]
fn with_nothing_but_the_loopback_programs_that_name_no_interface_can_neither_join_nor_send() {
    let net = Net::lonely();
    assert_eq!(
        refused(&net, 1, &json!({ "join": [[GROUP, "0.0.0.0"]] })),
        "ENODEV"
    );
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "ENETUNREACH");
    let words = [
        "does not work: no route leads to 224.1.1.1",
        "No such device",
        "Network is unreachable",
        "it works on lo.",
        "`--interface lo`",
        "`ip route add 224.0.0.0/4 dev lo`",
    ];
    check_said(&net, 1, &["--multicast", GROUP_PORT], 1, &words, &[]);
    // Without a target it looks at the same group, and at the loopback's broadcast address.
    let words = [words[0], "Broadcast to 127.255.255.255:5007 works on lo"];
    check_said(&net, 1, &[], 1, &words, &[]);
}

/// Row 7.
#[test]
fn the_loopback_does_groups_if_it_is_named() {
    let net = Net::lonely();
    let words = [
        "Multicast to 224.1.1.1:5007 works on lo, on this machine only",
        "receive it works, from 127.0.0.1",
        "interface lo does not have the flag MULTICAST",
    ];
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(
        &net,
        1,
        &args,
        0,
        &words,
        &["problems:", "source address 0.0.0.0"],
    );
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "127.0.0.1"]] }));
    let named = json!({ "to": GROUP, "interface": "127.0.0.1" });
    assert_eq!(send(&net, 1, &named), "sent");
    end(&net, 1);
    assert_eq!(receiver.heard(), ["hello from 127.0.0.1"]);
}

/// Row 8.
#[test]
fn a_route_by_the_loopback_alone_gives_no_source_address() {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    let args = ["--multicast", GROUP_PORT];
    let remedy = "ip route replace 224.0.0.0/4 dev lo src 127.0.0.1";
    let words = [
        "works on lo",
        "it arrived with the source address 0.0.0.0",
        remedy,
    ];
    check_said(&net, 1, &args, 0, &words, &["problems:"]);
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "0.0.0.0"]] }));
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "sent");
    net.sh(1, remedy);
    assert_eq!(
        send(&net, 1, &json!({ "to": GROUP, "text": "cured" })),
        "sent"
    );
    end(&net, 1);
    assert_eq!(
        receiver.heard(),
        ["hello from 0.0.0.0", "cured from 127.0.0.1"]
    );
    check_said(
        &net,
        1,
        &args,
        0,
        &["works on lo"],
        &["source address 0.0.0.0"],
    );
}

/// Row 9.
#[test]
fn a_ttl_of_zero_stays_on_the_machine_and_one_crosses_the_bridge() {
    let net = Net::joined(5, Routes::Multicast);
    let join = json!({ "join": [[GROUP, "0.0.0.0"]] });
    let all: Vec<Receiver> = (1..=5)
        .map(|index| Receiver::start(&net, index, &join))
        .collect();
    let words = [
        "works on veth0",
        "nothing was sent beyond it (TTL 0)",
        "sent with TTL 0",
        "`--ttl 1`",
    ];
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        0,
        &words,
        &["problems:"],
    );
    let words = ["works on veth0: sent with TTL 1 and heard here"];
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT, "--ttl", "1"],
        0,
        &words,
        &["sent with TTL 0."],
    );
    for (ttl, text) in [(0, "near"), (1, "far")] {
        assert_eq!(
            send(&net, 1, &json!({ "to": GROUP, "ttl": ttl, "text": text })),
            "sent"
        );
    }
    for (index, mut receiver) in (1..=5).zip(all) {
        if index == 1 {
            assert_eq!(receiver.line(), "near from 198.51.100.1");
        }
        assert_eq!(receiver.line(), "far from 198.51.100.1");
    }
}

/// Row 10.
#[test]
fn without_a_route_for_groups_the_interface_has_to_be_named() {
    let net = Net::joined(2, Routes::Subnet);
    assert_eq!(
        refused(&net, 2, &json!({ "join": [[GROUP, "0.0.0.0"]] })),
        "ENODEV"
    );
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "ENETUNREACH");
    let words = [
        "no route leads to 224.1.1.1",
        "it works on veth0.",
        "`--interface veth0`",
        "`ip route add 224.0.0.0/4 dev veth0`",
    ];
    check_said(&net, 1, &["--multicast", GROUP_PORT], 1, &words, &[]);
    let args = ["--multicast", GROUP_PORT, "--interface", "veth0"];
    check_said(&net, 1, &args, 0, &["works on veth0"], &["problems:"]);
    let mut receiver = Receiver::start(&net, 2, &json!({ "join": [[GROUP, address(2)]] }));
    let named = json!({ "to": GROUP, "interface": address(1) });
    assert_eq!(send(&net, 1, &named), "sent");
    assert_eq!(receiver.line(), "hello from 198.51.100.1");
    net.sh(1, "ip route add 224.0.0.0/4 dev veth0");
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        0,
        &["works on veth0"],
        &["problems:"],
    );
}

#[test]
fn a_route_that_refuses_is_named_and_the_remedy_helps() {
    let args = ["--multicast", GROUP_PORT];
    for (route, kind) in [
        ("blackhole 224.0.0.0/4", "blackhole"),
        ("unreachable default", "unreachable"),
        ("prohibit 224.1.1.1/32", "prohibit"),
    ] {
        let net = Net::lonely();
        net.sh(1, &format!("ip route add {route}"));
        let remedy = "ip route replace 224.1.1.1/32 dev lo";
        let named = format!("a route of the type `{kind}` refuses 224.1.1.1");
        check_said(&net, 1, &args, 1, &[&named, remedy], &["no route leads"]);
        net.sh(1, remedy);
        check_said(&net, 1, &args, 0, &["works on lo"], &["problems:"]);
    }
}
