//! IPv6 groups: row 16 of the matrix of situations, and interfaces without the flag MULTICAST.

use serde_json::json;

use super::{Receiver, check_said, refused, send};
use crate::support::netns::{Net, Routes};

const GROUP: &str = "ff02::114";

/// Row 16.
#[test]
fn a_group_of_the_link_arrives_however_its_one_interface_is_named() {
    let net = Net::joined(2, Routes::Multicast);
    let what = json!({ "v6": true, "join": [[GROUP, "veth0"]] });
    let mut receiver = Receiver::start(&net, 2, &what);
    let words = [
        "works on veth0",
        "ff02::114 names no interface",
        "`--interface veth0`",
        "from fe80::",
    ];
    check_said(
        &net,
        1,
        &["--multicast", "[ff02::114]:5007"],
        0,
        &words,
        &["problems:"],
    );
    for args in [
        &["--multicast", "[ff02::114%veth0]:5007"][..],
        &["--multicast", "[ff02::114]:5007", "--interface", "veth0"],
    ] {
        check_said(
            &net,
            1,
            args,
            0,
            &["works on veth0"],
            &["problems:", "names no interface"],
        );
    }
    for what in [
        json!({ "to": GROUP }),
        json!({ "to": "ff02::114%veth0" }),
        json!({ "to": GROUP, "interface": "veth0" }),
    ] {
        assert_eq!(send(&net, 1, &what), "sent");
        assert!(receiver.line().starts_with("hello from fe80::"));
    }
}

/// The same with a second interface, on which the members are.
#[test]
fn with_two_interfaces_a_group_of_the_link_without_its_scope_goes_to_one_of_them() {
    let net = Net::joined(2, Routes::Multicast);
    net.sh(1, "ip link add veth1 index 2000 type veth peer name far; ip link set far up; ip link set veth1 up");
    // Without a scope the kernel takes the first of two equal routes: that of the interface that was up first.
    let receiver = |interface| {
        Receiver::start(
            &net,
            1,
            &json!({ "v6": true, "sharing": "address", "join": [[GROUP, interface]] }),
        )
    };
    let on_second = receiver("veth1");
    let words = [
        "does not work: ff02::114 names no interface",
        "veth0",
        "veth1",
        "may be the wrong one",
    ];
    check_said(
        &net,
        1,
        &["--multicast", "[ff02::114]:5007"],
        1,
        &words,
        &[],
    );
    let words = ["works on veth1"];
    check_said(
        &net,
        1,
        &["--multicast", "[ff02::114%veth1]:5007"],
        0,
        &words,
        &["problems:"],
    );
    assert_eq!(
        send(&net, 1, &json!({ "to": GROUP, "text": "astray" })),
        "sent"
    );
    assert_eq!(
        send(
            &net,
            1,
            &json!({ "to": "ff02::114%veth1", "text": "named" })
        ),
        "sent"
    );
    assert_eq!(
        send(&net, 1, &json!({ "to": "::1", "text": "end" })),
        "sent"
    );
    let heard = on_second.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("named from fe80::"), "{heard:?}");
}

#[test]
fn the_loopback_has_no_route_for_ipv6_groups_until_it_is_given_a_local_one() {
    let net = Net::lonely();
    let on_lo = |text: &str| json!({ "to": GROUP, "interface": "lo", "text": text });
    assert_eq!(send(&net, 1, &on_lo("refused")), "ENETUNREACH");
    let remedy = "ip -6 route replace local ff00::/8 dev lo table local";
    let words = [
        "does not work on lo: lo does not carry IPv6 groups",
        "unreachable",
        remedy,
    ];
    let args = ["--multicast", "[ff02::114%lo]:5007"];
    check_said(&net, 1, &args, 1, &words, &[]);
    let what = json!({ "v6": true, "join": [[GROUP, "lo"]] });
    let mut receiver = Receiver::start(&net, 1, &what);
    // The route that one would write takes datagrams and delivers none.
    net.sh(1, "ip -6 route add multicast ff00::/8 dev lo table local");
    check_said(
        &net,
        1,
        &args,
        1,
        &["nothing came within half a second", remedy],
        &[],
    );
    assert_eq!(send(&net, 1, &on_lo("lost")), "sent");
    net.sh(1, remedy);
    let words = [
        "works on lo",
        "receive it on :: without joining works, which may surprise (IPV6_MULTICAST_ALL=1)",
    ];
    check_said(&net, 1, &args, 0, &words, &["problems:"]);
    assert_eq!(send(&net, 1, &on_lo("cured")), "sent");
    assert_eq!(receiver.line(), "cured from ::1");
}

#[test]
fn where_ipv6_is_off_that_is_said_and_switching_it_on_helps() {
    let net = Net::lonely();
    net.sh(1, "sysctl -w net.ipv6.conf.all.disable_ipv6=1");
    let remedy = "sysctl -w net.ipv6.conf.all.disable_ipv6=0";
    let words = ["does not work: IPv6 is off on lo", remedy];
    let args = ["--unicast", "[::1]:5007"];
    check_said(&net, 1, &args, 1, &words, &["ip route add"]);
    let group = ["--multicast", "[ff02::114%lo]:5007"];
    let words = ["does not work on lo: IPv6 is off on lo", remedy];
    check_said(&net, 1, &group, 1, &words, &["ip -6 route"]);
    net.sh(1, remedy);
    check_said(&net, 1, &args, 0, &["works on lo"], &["problems:"]);
}

#[test]
fn an_interface_without_the_flag_does_groups_all_the_same() {
    let net = Net::joined(2, Routes::Multicast);
    net.sh(
        1,
        "ip link set veth0 down; ip link set veth0 multicast off; ip link set veth0 up",
    );
    net.sh(1, "ip route replace 224.0.0.0/4 dev veth0");
    let v4 = json!({ "join": [["224.1.1.1", "0.0.0.0"]] });
    let v6 = json!({ "v6": true, "join": [[GROUP, "veth0"]] });
    let mut receivers = [v4, v6].map(|what| Receiver::start(&net, 2, &what));
    for (target, to, receiver) in [
        ("224.1.1.1:5007", "224.1.1.1", 0),
        ("[ff02::114%veth0]:5007", "ff02::114%veth0", 1),
    ] {
        let words = [
            "works on veth0",
            "veth0 does not have the flag MULTICAST",
            "`ip link set veth0 multicast on`",
        ];
        check_said(&net, 1, &["--multicast", target], 0, &words, &["problems:"]);
        assert_eq!(send(&net, 1, &json!({ "to": to })), "sent");
        assert!(receivers[receiver].line().starts_with("hello from"));
    }
    net.sh(1, "ip link set veth0 multicast on");
    check_said(
        &net,
        1,
        &["--multicast", "224.1.1.1:5007"],
        0,
        &[],
        &["the flag MULTICAST"],
    );
}

#[test]
fn a_group_that_nobody_can_join_without_an_interface() {
    let net = Net::lonely();
    let what = json!({ "v6": true, "join": [["ff15::114", ""]] });
    assert_eq!(refused(&net, 1, &what), "ENODEV");
    assert_eq!(send(&net, 1, &json!({ "to": "ff15::114" })), "ENETUNREACH");
    let words = [
        "no route leads to ff15::114",
        "`ip -6 route replace local ff00::/8 dev lo table local`",
    ];
    check_said(
        &net,
        1,
        &["--multicast", "[ff15::114]:5007"],
        1,
        &words,
        &[],
    );
}
