//! The tests' own networks: what the tests of datagrams rely on.
//!
//! Needs python3, iproute2, util-linux, nftables and the right to make network namespaces.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use super::support::{
    Guarded, eventually,
    netns::{Net, Routes, Way, address},
    python3,
};

/// A datagram goes from the first namespace to the second, and its answer comes back.
#[track_caller]
fn check_exchange(net: &Net) {
    let server = net
        .command(2, python3())
        .args(["-c", SERVER])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut server = Guarded(server);
    let mut line = String::new();
    let stdout = server.0.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("read");
    assert_eq!(line, "bound\n");
    let client = net
        .command(1, python3())
        .args(["-c", CLIENT, &address(2).to_string()])
        .output()
        .expect("python3 starts");
    let said = String::from_utf8_lossy(&client.stderr);
    let printed = String::from_utf8_lossy(&client.stdout);
    assert_eq!(printed, "PING from 198.51.100.1\n", "{said}");
    assert!(server.wait().success());
}

#[test]
fn two_namespaces_exchange_datagrams() {
    check_exchange(&Net::joined(2, Routes::Subnet));
}

/// As it is on a machine whose tests do not run as root. Where the kernel forbids it, the words must say so.
#[test]
fn namespaces_of_a_user_exchange_datagrams_or_say_what_is_missing() {
    match Net::joined_by(Way::User, 2, Routes::Subnet) {
        Ok(net) => check_exchange(&net),
        Err(lack) => assert!(lack.contains("user.max_user_namespaces"), "{lack}"),
    }
}

#[test]
fn a_namespace_on_the_bridge_is_up_with_its_addresses_and_its_route() {
    let net = Net::joined(3, Routes::Multicast);
    for index in 1..=3 {
        let link = net.sh(index, "ip -o link show veth0");
        assert!(link.contains("state UP"), "{link}");
        let addresses = net.sh(index, "ip -o addr show veth0");
        assert!(addresses.contains(&format!("{}/24 brd 198.51.100.255", address(index))));
        assert!(addresses.contains("inet6 fe80::"), "{addresses}");
        assert!(!addresses.contains("tentative"), "{addresses}");
        let route = net.sh(index, "ip route get 224.1.1.1");
        assert!(route.contains("dev veth0"), "{route}");
    }
    let links = net.switch("ip -o link show");
    assert!(!links.contains("eth0"), "the machine's own: {links}");
}

#[test]
fn a_lonely_namespace_has_nothing_but_its_loopback() {
    let up = Net::lonely().sh(1, "ip -o link show");
    assert_eq!(up.lines().count(), 1, "{up}");
    assert!(up.contains("lo: <LOOPBACK,UP,LOWER_UP>"), "{up}");
    let down = Net::lonely_down().sh(1, "ip -o link show");
    assert!(down.contains("lo: <LOOPBACK> "), "{down}");
}

#[test]
fn a_net_that_is_dropped_ends_what_holds_it() {
    let net = Net::lonely();
    let namespace = net.sh(1, "readlink /proc/self/ns/net").trim().to_owned();
    let holds = || {
        std::fs::read_dir("/proc")
            .expect("processes")
            .flatten()
            .filter_map(|process| std::fs::read_link(process.path().join("ns/net")).ok())
            .any(|of| of.to_string_lossy() == namespace)
    };
    assert!(holds());
    drop(net);
    eventually("nobody is in the namespace", || (!holds()).then_some(()));
}

const SERVER: &str = "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.bind(('', 5007))
print('bound', flush=True)
data, peer = s.recvfrom(100)
s.sendto(data.upper() + b' from ' + peer[0].encode(), peer)
";

const CLIENT: &str = "\
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.sendto(b'ping', (sys.argv[1], 5007))
print(s.recv(100).decode())
";
