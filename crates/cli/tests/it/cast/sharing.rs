//! A port that is shared with programs which set one option or the other.

use super::member::{Member, cast, script, send};
use crate::support::{netns::Net, python3};

#[track_caller]
fn holding(net: &Net, option: &str) -> Member {
    let mut command = net.command(1, python3());
    command.arg(script("hold.py")).args([option, "224.1.1.1"]);
    Member::start(command, "ready")
}

/// Both are there, whoever came first, and both get what is sent to the group.
#[track_caller]
fn check_shared(option: &str) {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    let before = holding(&net, option);
    let ours = Member::recv(&net, 1, &[]);
    let ours_too = Member::recv(&net, 1, &[]);
    let after = holding(&net, option);
    send(&net, 1, &["for all"]);
    for python in [&before, &after] {
        python.has_printed("ready\nfor all\n");
    }
    for wharf in [&ours, &ours_too] {
        wharf.has_printed("Received data: for all\n");
    }
}

#[test]
fn a_port_is_shared_with_programs_that_reuse_addresses() {
    check_shared("SO_REUSEADDR");
}

#[test]
fn a_port_is_shared_with_programs_that_reuse_ports() {
    check_shared("SO_REUSEPORT");
}

#[test]
fn a_port_that_a_program_shares_with_nobody_is_told_with_what_to_do() {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    let _held = holding(&net, "none");
    for args in [&["recv"][..], &["recv", "--broadcast", "5007"]] {
        let ran = cast(&net, 1, args);
        assert_eq!(ran.status, Some(3), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("shares it with nobody"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("SO_REUSEPORT"), "{}", ran.stderr);
    }
}

#[test]
fn an_address_of_ones_own_is_not_shared_because_only_one_would_be_given_each_datagram() {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    let _held = holding(&net, "SO_REUSEADDR");
    let ran = cast(&net, 1, &["recv", "--unicast", "127.0.0.1:5007"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("only one of them"), "{}", ran.stderr);
}
