//! The doctor itself: what it sends stays where it should, and what it says is data too.

use serde_json::Value;

use super::{GROUP, GROUP_PORT, doctor};
use crate::support::netns::{BROADCAST, Net, Routes};

/// The bridge counts what is sent to the group and to everybody.
#[test]
fn nothing_leaves_the_machine_unless_the_ttl_says_so() {
    let net = Net::joined(2, Routes::Multicast);
    net.switch(&format!(
        "nft add table bridge watch; nft 'add chain bridge watch seen {{ type filter hook prerouting priority 0; }}'; \
         nft 'add rule bridge watch seen ip daddr {{ {GROUP}, {BROADCAST} }} counter'"
    ));
    let seen = || net.switch("nft list chain bridge watch seen");
    let unicast = ["--unicast", "198.51.100.2:5007"];
    for args in [
        &[][..],
        &["--multicast", GROUP_PORT],
        &["--broadcast", "5007"],
        &unicast,
    ] {
        assert_eq!(doctor(&net, 1, args).status, Some(0), "{args:?}");
    }
    assert!(seen().contains("counter packets 0 "), "{}", seen());
    assert_eq!(doctor(&net, 1, &["--ttl", "1"]).status, Some(0));
    assert!(!seen().contains("counter packets 0 "), "{}", seen());
}

#[test]
fn the_diagnosis_is_data_too() {
    let net = Net::lonely();
    let ran = doctor(&net, 1, &["--json"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(json["works"], false);
    let all = json["examined"].as_array().expect("a list");
    assert_eq!(all.len(), 2);
    let (group, broadcast) = (&all[0], &all[1]);
    assert_eq!(group["target"], "Multicast to 224.1.1.1:5007");
    assert_eq!(group["works"], false);
    assert_eq!(group["problems"][0]["check"], "no-route");
    for part in ["seen", "means", "do"] {
        let text = group["problems"][0][part].as_str().expect("text");
        assert!(!text.is_empty(), "{part}");
    }
    assert_eq!(group["tried"][0]["works"], false);
    assert_eq!(group["tried"][0]["outcome"], "No such device");
    assert_eq!(broadcast["target"], "Broadcast to 127.255.255.255:5007");
    assert_eq!(broadcast["works"], true);
    assert_eq!(broadcast["problems"], Value::Array(Vec::new()));
    assert_eq!(broadcast["remarks"][0]["check"], "broadcast-permission");
}

#[test]
fn a_machine_of_another_address_is_left_alone() {
    let net = Net::joined(2, Routes::Subnet);
    let ran = doctor(&net, 1, &["--unicast", "198.51.100.2:5007"]);
    assert_eq!(ran.status, Some(0));
    let verdict = "Unicast to 198.51.100.2:5007 leaves by veth0; whether somebody listens there cannot be seen";
    assert!(ran.stdout.starts_with(verdict), "{}", ran.stdout);
    let nowhere = doctor(&net, 1, &["--unicast", "203.0.113.5:5007"]);
    assert_eq!(nowhere.status, Some(1));
    assert!(
        nowhere.stdout.contains("ip route add 203.0.113.5"),
        "{}",
        nowhere.stdout
    );
}
