//! Three machines on a bridge: a namespace each.

use super::member::{Member, python_sends, send, socat_sends};
use crate::support::netns::{BROADCAST, Net, Routes, address};

const GREETING: &str = "Multicast server running on 224.1.1.1:5007\n";

#[test]
fn the_labs_programs_on_other_machines_get_every_cast() {
    let net = Net::joined(3, Routes::Multicast);
    let (server, client) = (Member::seed_server(&net, 2), Member::seed_client(&net, 3));
    let said = send(&net, 1, &["group", "--ttl", "1"]);
    assert!(
        said.contains("by veth0, which the routing table names"),
        "{said}"
    );
    assert!(said.contains("leaves this machine (TTL 1)"), "{said}");
    let both = format!("{}:5007,{}:5007", address(2), address(3));
    send(&net, 1, &["each", "--unicast", &both]);
    send(&net, 1, &["all", "--broadcast", "5007", "-i", "veth0"]);
    let lines = |word: &str| {
        let lines = ["group", "each", "all"].map(|text| format!("Received {word}: {text}\n"));
        lines.concat()
    };
    server.has_printed(&format!("{GREETING}{}", lines("data")));
    client.has_printed(&lines("message"));
}

#[test]
fn socat_on_another_machine_gets_every_cast() {
    let net = Net::joined(2, Routes::Multicast);
    let join = format!("ip-add-membership=224.1.1.1:{}", address(2));
    let member = Member::socat(&net, 2, &format!("UDP4-RECV:5007,reuseaddr,{join}"));
    send(&net, 1, &["group ", "--ttl", "1"]);
    send(
        &net,
        1,
        &["one ", "--unicast", &format!("{}:5007", address(2))],
    );
    send(
        &net,
        1,
        &["all", "--broadcast", &format!("{BROADCAST}:5007")],
    );
    member.has_printed("group one all");
}

#[track_caller]
fn hears(args: &[&str], to: &str, cast: &str) {
    let net = Net::joined(3, Routes::Multicast);
    let mut member = Member::recv(&net, 1, &[&["-n", "2", "-v"], args].concat());
    python_sends(&net, 2, to, &[b"from Python"]);
    member.has_printed("Received data: from Python\n");
    socat_sends(
        &net,
        3,
        "from socat",
        &format!("UDP4-DATAGRAM:{to}:5007,broadcast"),
    );
    assert_eq!(member.wait(), Some(0), "{}", member.said());
    member.has_printed("Received data: from Python\nReceived data: from socat\n");
    let said = member.said();
    let how = format!(" to {to} ({cast}, veth0)");
    assert_eq!(said.matches(&how).count(), 2, "{said}");
}

#[test]
fn what_other_machines_send_is_received_by_every_cast() {
    hears(&[], "224.1.1.1", "multicast");
    let own = address(1).to_string();
    hears(&["--unicast", "0.0.0.0:5007"], &own, "unicast");
    hears(
        &["--broadcast", "5007"],
        &BROADCAST.to_string(),
        "broadcast",
    );
    let args = ["--broadcast", "5007", "-i", "veth0"];
    hears(&args, &BROADCAST.to_string(), "broadcast");
}

#[test]
fn nothing_that_was_not_asked_to_leaves_the_machine() {
    let net = Net::joined(2, Routes::Multicast);
    let (here, there) = (Member::recv(&net, 1, &[]), Member::recv(&net, 2, &[]));
    let said = send(&net, 1, &["stays"]);
    assert!(said.contains("stays on this machine (TTL 0)"), "{said}");
    send(&net, 1, &["leaves", "--ttl", "1"]);
    here.has_printed("Received data: stays\nReceived data: leaves\n");
    there.has_printed("Received data: leaves\n");
}

#[test]
fn a_broadcast_without_an_interface_stays_on_the_machine() {
    let net = Net::joined(2, Routes::Subnet);
    let args = ["--broadcast", "5007"];
    let (here, there) = (Member::recv(&net, 1, &args), Member::recv(&net, 2, &args));
    let said = send(&net, 1, &["stays", "--broadcast", "5007"]);
    assert!(
        said.contains("--interface NAME reaches a network"),
        "{said}"
    );
    send(&net, 1, &["leaves", "--broadcast", "5007", "-i", "veth0"]);
    there.has_printed("Received data: leaves\n");
    here.has_printed("Received data: stays\nReceived data: leaves\n");
}

#[test]
fn with_the_loop_off_members_on_other_machines_receive_and_those_here_do_not() {
    let net = Net::joined(2, Routes::Multicast);
    let (here, there) = (Member::recv(&net, 1, &[]), Member::recv(&net, 2, &[]));
    send(&net, 1, &["others", "--ttl", "1", "--no-loop"]);
    send(&net, 1, &["everybody", "--ttl", "1"]);
    there.has_printed("Received data: others\nReceived data: everybody\n");
    here.has_printed("Received data: everybody\n");
}

#[test]
fn a_datagram_to_one_goes_by_the_interface_that_was_asked_for_and_as_far_as_asked() {
    let net = Net::joined(2, Routes::Subnet);
    let own = format!("{}:5007", address(2));
    let member = Member::recv(&net, 2, &["--unicast", &own, "-i", "veth0"]);
    send(&net, 1, &["astray", "--unicast", &own, "-i", "lo"]);
    let said = send(
        &net,
        1,
        &["there", "--unicast", &own, "-i", "veth0", "--ttl", "1"],
    );
    assert!(
        said.contains("by veth0, as asked; leaves this machine (TTL 1)"),
        "{said}"
    );
    member.has_printed("Received data: there\n");
}

#[test]
fn groups_of_ipv6_reach_other_machines() {
    let net = Net::joined(2, Routes::Multicast);
    for group in ["[ff02::114%veth0]:5007", "[ff15::114]:5007"] {
        let args = ["--multicast", group, "-i", "veth0"];
        let mut member = Member::recv(&net, 2, &[&["-n", "1", "-v"], &args[..]].concat());
        send(&net, 1, &[&["six", "--ttl", "1"], &args[..]].concat());
        assert_eq!(member.wait(), Some(0), "{}", member.said());
        member.has_printed("Received data: six\n");
        let said = member.said();
        assert!(said.contains("from [fe80::"), "{said}");
        assert!(said.contains("(multicast, veth0)"), "{said}");
    }
}
