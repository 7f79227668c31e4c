//! Broadcasts: rows 11, 12 and 13 of the matrix of situations.

use serde_json::json;

use super::{GROUP, Receiver, check_said, end, send};
use crate::support::netns::{BROADCAST, Net, Routes};

/// Row 11.
#[test]
fn a_broadcast_needs_permission_and_reaches_sockets_that_wait_for_a_group_too() {
    let net = Net::joined(5, Routes::Multicast);
    let member = json!({ "join": [[GROUP, "0.0.0.0"]] });
    let what = |index: usize| {
        if index.is_multiple_of(2) {
            json!({})
        } else {
            member.clone()
        }
    };
    let all: Vec<Receiver> = (1..=5)
        .map(|index| Receiver::start(&net, index, &what(index)))
        .collect();
    let words = [
        "Broadcast to 198.51.100.255:5007 may be sent on veth0; nothing was sent",
        "send to 198.51.100.255 without SO_BROADCAST Permission denied",
        "send to 198.51.100.255 with SO_BROADCAST works, by asking the kernel; nothing was sent",
        "those that wait for a group too",
    ];
    let target = "198.51.100.255:5007";
    check_said(&net, 1, &["--broadcast", target], 0, &words, &["problems:"]);
    let words = ["works on veth0: sent and heard here", "from 198.51.100.1"];
    check_said(
        &net,
        1,
        &["--broadcast", target, "--ttl", "1"],
        0,
        &words,
        &["problems:"],
    );
    assert_eq!(send(&net, 1, &json!({ "to": BROADCAST })), "EACCES");
    let permitted = json!({ "to": BROADCAST, "broadcast": true });
    assert_eq!(send(&net, 1, &permitted), "sent");
    for mut receiver in all {
        assert_eq!(receiver.line(), "hello from 198.51.100.1");
    }
}

/// Row 12.
#[test]
fn the_address_of_all_networks_needs_a_default_route() {
    let net = Net::joined(2, Routes::Multicast);
    let to_all = json!({ "to": "255.255.255.255", "broadcast": true });
    assert_eq!(send(&net, 1, &to_all), "ENETUNREACH");
    let words = [
        "does not work: no route leads to 255.255.255.255",
        "127.255.255.255 on lo, 198.51.100.255 on veth0",
    ];
    let args = ["--broadcast", "255.255.255.255:5007"];
    check_said(&net, 1, &args, 1, &words, &["ip route add 255"]);
    let mut receiver = Receiver::start(&net, 2, &json!({}));
    let to_subnet = json!({ "to": BROADCAST, "broadcast": true });
    assert_eq!(send(&net, 1, &to_subnet), "sent");
    assert_eq!(receiver.line(), "hello from 198.51.100.1");
    net.sh(1, "ip route add default dev veth0");
    check_said(
        &net,
        1,
        &args,
        0,
        &["leaves by the default route only"],
        &["problems:"],
    );
    assert_eq!(send(&net, 1, &to_all), "sent");
    assert_eq!(receiver.line(), "hello from 198.51.100.1");
}

/// Row 13.
#[test]
fn the_loopback_has_a_broadcast_address_too() {
    let net = Net::lonely();
    let receiver = Receiver::start(&net, 1, &json!({}));
    let words = [
        "Broadcast to 127.255.255.255:5007 works on lo, on this machine only",
        "receive it works, from 127.0.0.1",
    ];
    for target in ["127.255.255.255:5007", "5007"] {
        check_said(&net, 1, &["--broadcast", target], 0, &words, &["problems:"]);
    }
    let what = json!({ "to": "127.255.255.255", "broadcast": true });
    assert_eq!(send(&net, 1, &what), "sent");
    end(&net, 1);
    assert_eq!(receiver.heard(), ["hello from 127.0.0.1"]);
}

#[test]
fn an_address_that_is_no_subnets_is_taken_for_a_machines() {
    let net = Net::joined(2, Routes::Multicast);
    let mut receiver = Receiver::start(&net, 2, &json!({}));
    let words = [
        "198.51.100.127 is the broadcast address of no interface that is up",
        "198.51.100.255 on veth0",
    ];
    check_said(
        &net,
        1,
        &["--broadcast", "198.51.100.127:5007"],
        1,
        &words,
        &[],
    );
    // Nobody has that address, so nobody gets it.
    for (to, text) in [("198.51.100.127", "lost"), ("198.51.100.255", "found")] {
        let what = json!({ "to": to, "broadcast": true, "text": text });
        assert_eq!(send(&net, 1, &what), "sent");
    }
    assert_eq!(receiver.line(), "found from 198.51.100.1");
}
