//! What is not on the machine itself but on the bridge: row 17 of the matrix of situations.

use super::{GROUP, GROUP_PORT, check_said, send};
use crate::support::netns::{Net, Routes, SWITCH};
use serde_json::json;

/// Row 17: with or without a querier, Linux floods: a namespace that has joined nothing gets it.
#[test]
fn a_bridge_that_snoops_and_asks_nobody_is_named_and_floods() {
    let net = Net::joined(3, Routes::Multicast);
    net.switch("ip addr add 198.51.100.100/24 brd + dev br0; ip route add 224.0.0.0/4 dev br0");
    net.switch("ip link set br0 type bridge mcast_snooping 1 mcast_querier 0");
    let args = ["--multicast", GROUP_PORT];
    let words = [
        "works on br0",
        "bridge br0 snoops on memberships and does not ask for them (no querier)",
        "`ip link set br0 type bridge mcast_querier 1`",
    ];
    check_said(&net, SWITCH, &args, 0, &words, &["problems:"]);
    net.sh(
        3,
        &format!(
            "nft add table netdev watch; nft 'add chain netdev watch seen {{ type filter hook ingress device veth0 \
             priority 0; }}'; nft add rule netdev watch seen ip daddr {GROUP} counter"
        ),
    );
    assert_eq!(send(&net, 1, &json!({ "to": GROUP })), "sent");
    let seen = net.sh(3, "nft list chain netdev watch seen");
    assert!(seen.contains("counter packets 1 "), "{seen}");
    for cure in ["mcast_querier 1", "mcast_querier 0 mcast_snooping 0"] {
        net.switch(&format!("ip link set br0 type bridge {cure}"));
        check_said(&net, SWITCH, &args, 0, &["works on br0"], &["snoops"]);
    }
    // From behind the bridge it cannot be seen.
    check_said(&net, 1, &args, 0, &["works on veth0"], &["snoops"]);
}
