//! What the system's state and settings do to datagrams.

use serde_json::json;

use super::{GROUP, GROUP_PORT, Receiver, check_said, end, refused, send};
use crate::support::netns::{Net, Routes, address};

#[test]
fn a_machine_with_everything_down_sends_nothing() {
    let net = Net::lonely_down();
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "ENETUNREACH");
    let words = ["does not work: no interface is up", "`ip link set lo up`"];
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        1,
        &words,
        &["ip route add"],
    );
}

#[test]
fn an_interface_that_is_down_sends_nothing_even_if_it_is_named() {
    let net = Net::joined(2, Routes::Multicast);
    net.sh(1, "ip link set veth0 down");
    let named = json!({ "to": GROUP, "interface": address(1) });
    assert_eq!(send(&net, 1, &named), "ENETUNREACH");
    let words = [
        "does not work on veth0: interface veth0 is down",
        "`ip link set veth0 up`",
        "it works on lo.",
    ];
    let args = ["--multicast", GROUP_PORT, "--interface", "veth0"];
    check_said(&net, 1, &args, 1, &words, &[]);
}

#[test]
fn a_limit_of_memberships_keeps_programs_from_joining() {
    let net = Net::lonely();
    net.sh(1, "echo 0 > /proc/sys/net/ipv4/igmp_max_memberships");
    let join = json!({ "join": [[GROUP, "127.0.0.1"]] });
    assert_eq!(refused(&net, 1, &join), "ENOBUFS");
    let words = [
        "igmp_max_memberships is 0",
        "sysctl -w net.ipv4.igmp_max_memberships=20",
    ];
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(&net, 1, &args, 1, &words, &[]);
    net.sh(1, "echo 20 > /proc/sys/net/ipv4/igmp_max_memberships");
    check_said(
        &net,
        1,
        &args,
        0,
        &["works on lo"],
        &["igmp_max_memberships"],
    );
}

#[test]
fn a_packet_filter_is_named_when_what_was_sent_does_not_arrive() {
    let net = Net::lonely();
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "127.0.0.1"]] }));
    let to_group = json!({ "to": GROUP, "interface": "127.0.0.1" });
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    let filter = |hook: &str, verdict: &str| {
        format!(
            "nft add table ip faults; nft 'add chain ip faults on{hook} {{ type filter hook {hook} priority 0; }}'; \
             nft add rule ip faults on{hook} ip daddr {GROUP} {verdict}"
        )
    };
    net.sh(1, &filter("input", "drop"));
    assert_eq!(send(&net, 1, &to_group), "sent");
    let words = ["what was sent did not arrive", "`nft list ruleset`"];
    check_said(&net, 1, &args, 1, &words, &[]);
    net.sh(1, &filter("output", "drop"));
    assert_eq!(send(&net, 1, &to_group), "EPERM");
    let words = [
        "sending was refused: Operation not permitted",
        "`nft list ruleset`",
    ];
    check_said(&net, 1, &args, 1, &words, &[]);
    net.sh(1, "nft delete table ip faults");
    end(&net, 1);
    assert_eq!(receiver.heard(), [""; 0]);
}

/// One that minds the port and nothing else.
#[test]
fn a_packet_filter_for_the_port_alone_is_found_on_the_port_itself() {
    let net = Net::lonely();
    let filter = |hook: &str, verdict: &str| {
        format!(
            "nft add table inet faults; nft 'add chain inet faults on{hook} {{ type filter hook {hook} priority 0; }}'; \
             nft add rule inet faults on{hook} udp dport 5007 {verdict}"
        )
    };
    let targets = [
        &["--multicast", GROUP_PORT, "--interface", "lo"][..],
        &["--unicast", "127.0.0.1:5007"],
        &["--broadcast", "5007"],
    ];
    net.sh(1, &filter("input", "drop"));
    for args in targets {
        let words = [
            "what was sent to port 5007 did not arrive, and to another port it did",
            "the same at port 5007 itself nothing came within half a second",
            "`nft list ruleset`",
        ];
        check_said(&net, 1, args, 1, &words, &[]);
    }
    net.sh(1, &filter("output", "reject"));
    for args in targets {
        let words = [
            "sending to port 5007 was refused (Operation not permitted)",
            "packet filter",
        ];
        check_said(&net, 1, args, 1, &words, &[]);
    }
    net.sh(1, "nft delete table inet faults");
    for args in targets {
        let words = ["the same at port 5007 itself works"];
        check_said(&net, 1, args, 0, &words, &["problems:"]);
    }
}

/// Whoever has the port and does not share it keeps it; who shares a group gets the datagram.
#[test]
fn a_port_that_somebody_has_is_not_tried_for_one_address() {
    let net = Net::lonely();
    let receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "127.0.0.1"]] }));
    let who = format!("(process {}) on 0.0.0.0:5007", receiver.pid());
    let not_tried = format!("the same at port 5007 itself not tried: python3 {who} has it");
    let receives = format!("at 127.0.0.1:5007 receives python3 {who}");
    let args = ["--unicast", "127.0.0.1:5007"];
    check_said(&net, 1, &args, 0, &[&not_tried, &receives], &["nobody"]);
    let shared = format!("at port 5007 itself works, and so for python3 {who}");
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(&net, 1, &args, 0, &[&shared], &["problems:"]);
    end(&net, 1);
    assert_eq!(receiver.heard(), [""; 0]);
    let args = ["--unicast", "127.0.0.1:5007"];
    let words = [
        "but nobody receives there now",
        "wharf cast recv --unicast 127.0.0.1:5007",
    ];
    check_said(&net, 1, &args, 0, &words, &["not tried"]);
}

#[test]
fn a_narrow_interface_cuts_long_datagrams() {
    let net = Net::joined(2, Routes::Multicast);
    let args = ["--multicast", GROUP_PORT];
    check_said(
        &net,
        1,
        &args,
        0,
        &["works on veth0"],
        &["bytes in a packet"],
    );
    net.sh(1, "ip link set veth0 mtu 576");
    let words = ["interface veth0 carries 548 bytes in a packet (MTU 576)"];
    check_said(&net, 1, &args, 0, &words, &["problems:"]);
    // Cut it is, and put together again: two fragments are one datagram.
    let mut receiver = Receiver::start(&net, 2, &json!({ "join": [[GROUP, "0.0.0.0"]] }));
    let fragments = || -> u64 {
        let counts = net.sh(1, "grep Ip: /proc/net/snmp");
        let mut lines = counts.lines().map(|line| line.split_whitespace());
        let (mut names, mut numbers) =
            (lines.next().expect("names"), lines.next().expect("numbers"));
        let at = names
            .position(|name| name == "FragCreates")
            .expect("a count");
        numbers
            .nth(at)
            .expect("a number")
            .parse()
            .expect("a number")
    };
    assert_eq!(
        send(&net, 1, &json!({ "to": GROUP, "text": "x".repeat(548) })),
        "sent"
    );
    assert_eq!(receiver.line().len(), 548 + " from 198.51.100.1".len());
    let before = fragments();
    assert_eq!(
        send(&net, 1, &json!({ "to": GROUP, "text": "x".repeat(1024) })),
        "sent"
    );
    assert_eq!(receiver.line().len(), 1024 + " from 198.51.100.1".len());
    assert!(fragments() >= before + 2);
}

#[test]
fn strict_reverse_path_filtering_throws_away_strangers() {
    let net = Net::joined(2, Routes::Multicast);
    net.sh(2, "ip addr add 203.0.113.5/32 dev lo");
    let strict = |value: u8| {
        net.sh(
            1,
            &format!("echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; echo {value} > /proc/sys/net/ipv4/conf/veth0/rp_filter"),
        );
    };
    // A loose filter lets a stranger in if there is some route to him.
    net.sh(1, "ip route add 203.0.113.0/24 dev lo");
    let mut receiver = Receiver::start(&net, 1, &json!({ "join": [[GROUP, address(1)]] }));
    let stranger = |text: &str| json!({ "to": GROUP, "from": "203.0.113.5", "interface": address(2), "text": text });
    strict(1);
    let words = [
        "reverse path filtering is strict on veth0",
        "net.ipv4.conf.veth0.rp_filter=2",
    ];
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        0,
        &words,
        &["problems:"],
    );
    assert_eq!(send(&net, 2, &stranger("refused")), "sent");
    strict(2);
    check_said(
        &net,
        1,
        &["--multicast", GROUP_PORT],
        0,
        &[],
        &["reverse path"],
    );
    assert_eq!(send(&net, 2, &stranger("let in")), "sent");
    assert!(receiver.line().starts_with("let in"));
}
