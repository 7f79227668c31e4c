//! What is for other groups does not come, however many have joined them.

use super::member::{Member, cast, python_sends, script, send};
use crate::support::{
    netns::{Net, Routes},
    python3,
};

#[test]
fn what_another_program_has_joined_is_not_received() {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    let mut command = net.command(1, python3());
    command
        .arg(script("hold.py"))
        .args(["SO_REUSEADDR", "224.2.2.2"]);
    let other = Member::start(command, "ready");
    let member = Member::recv(&net, 1, &[]);
    python_sends(&net, 1, "224.2.2.2", &[b"foreign"]);
    send(&net, 1, &["own"]);
    member.has_printed("Received data: own\n");
    // The other program leaves `IP_MULTICAST_ALL` as it is, and so shows what it is for.
    other.has_printed("ready\nforeign\nown\n");
}

#[test]
fn a_group_is_received_on_its_own_interface_only() {
    let net = Net::joined(2, Routes::Multicast);
    let on_bridge = Member::recv(&net, 1, &["-i", "veth0"]);
    let on_loopback = Member::recv(&net, 1, &["-i", "lo"]);
    // Each from a port of its own: the kernel has chosen a socket by it.
    for _ in 0..8 {
        send(&net, 1, &["inside", "-i", "lo"]);
        send(&net, 2, &["outside", "--ttl", "1"]);
    }
    on_loopback.has_printed(&"Received data: inside\n".repeat(8));
    on_bridge.has_printed(&"Received data: outside\n".repeat(8));
}

#[test]
fn groups_of_ipv6_work_on_a_loopback_once_it_has_the_route_that_is_named() {
    let net = Net::lonely();
    let ways = [
        &["[ff02::114%lo]:5007"][..],
        &["[ff15::114]:5007", "-i", "lo"],
        &["[ff15::114]:5007"],
    ];
    let remedy = "ip -6 route replace local ff00::/8 dev lo table local";
    let refused = || {
        for args in ways {
            for command in [&["send", "x"][..], &["recv"]] {
                let ran = cast(&net, 1, &[command, &["--multicast"], args].concat());
                assert_eq!(ran.status, Some(3), "{}", ran.stderr);
                for word in ["lo does not carry IPv6 groups", remedy, "an IPv4 group"] {
                    assert!(ran.stderr.contains(word), "no `{word}` in {}", ran.stderr);
                }
            }
        }
    };
    refused();
    // The route that one would write takes datagrams and delivers none.
    net.sh(1, "ip -6 route add multicast ff00::/8 dev lo table local");
    refused();
    net.sh(1, remedy);
    for args in ways {
        let member = Member::recv(&net, 1, &[&["--multicast"], args].concat());
        send(&net, 1, &[&["six", "--multicast"], args].concat());
        member.has_printed("Received data: six\n");
    }
}
