//! What cannot be sent or received is refused with the input and with what to do.

use super::member::cast;
use crate::support::{check_refused, netns::Net};

#[test]
fn what_is_no_address_group_or_interface_is_named() {
    let check = check_refused;
    check(
        &["cast", "send", "x", "--multicast", "10.0.0.1:5007"],
        &["`10.0.0.1:5007`", "224.1.1.1"],
    );
    check(
        &["cast", "send", "x", "--multicast", "224.1.1.1"],
        &["`224.1.1.1`", "with a port"],
    );
    check(
        &["cast", "send", "x", "--multicast", "224.1.1.1:0"],
        &["port 0", "224.1.1.1:5007"],
    );
    check(
        &["cast", "send", "x", "--unicast", "224.1.1.1:5007"],
        &["`224.1.1.1:5007`", "--multicast"],
    );
    check(
        &["cast", "send", "x", "-i", "nowhere0"],
        &["`nowhere0`", "lo"],
    );
    check(
        &["cast", "recv", "--broadcast", "10.9.8.7:5007"],
        &["10.9.8.7", "127.255.255.255"],
    );
    check(
        &["cast", "recv", "--broadcast", "[::1]:5007"],
        &["IPv4", "--multicast"],
    );
    check(
        &["cast", "recv", "--unicast", "127.0.0.1:5007,127.0.0.1:5008"],
        &["one address"],
    );
    check(
        &[
            "cast",
            "send",
            "x",
            "--ttl",
            "0",
            "--unicast",
            "127.0.0.1:5007",
        ],
        &["--ttl"],
    );
    check(
        &[
            "cast",
            "send",
            "x",
            "--unicast",
            "127.0.0.1:1",
            "--broadcast",
            "1",
        ],
        &["--broadcast"],
    );
    check(
        &["cast", "send", "x", "--unicast", "127.0.0.1:70000"],
        &["70000 is no port", "1 to 65535"],
    );
    check(&["cast", "send", "-n", "2"], &["--count", "--file"]);
    check(
        &["cast", "send", "-f", "/nowhere/at/all"],
        &["/nowhere/at/all"],
    );
}

#[test]
fn what_is_not_plain_is_refused_with_its_length_or_place() {
    let net = Net::lonely();
    let check = |text: &str, expected: &[&str]| {
        let ran = cast(&net, 1, &["send", text]);
        assert_eq!(ran.status, Some(3), "{}", ran.stderr);
        for word in expected {
            assert!(ran.stderr.contains(word), "no `{word}` in {}", ran.stderr);
        }
    };
    check(
        &"x".repeat(1025),
        &["1025 bytes", "1024", "--raw", "nothing was sent"],
    );
    let ran = cast(&net, 1, &["send", &"x".repeat(1024)]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bytes");
    std::fs::write(&file, b"text\nab\xff\n").expect("written");
    let path = file.to_str().expect("text");
    let ran = cast(&net, 1, &["send", "-f", path]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("sent 1 before this one"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("byte 2"), "{}", ran.stderr);
}

#[test]
fn more_than_a_datagram_holds_is_refused_and_what_is_cut_on_its_way_is_told() {
    let net = Net::lonely();
    net.sh(1, "ip link set lo mtu 1500");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bytes");
    let path = file.to_str().expect("text");
    std::fs::write(&file, vec![0; 65_508]).expect("written");
    let ran = cast(&net, 1, &["send", "--raw", "-f", path]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("65507 at most"), "{}", ran.stderr);
    std::fs::write(&file, vec![0; 1473]).expect("written");
    let ran = cast(&net, 1, &["send", "--raw", "-f", path]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("fragments"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1472 bytes fit"), "{}", ran.stderr);
}

#[test]
fn a_place_without_a_way_is_told_with_what_to_do() {
    let net = Net::lonely();
    for to in [
        ["--unicast", "198.51.100.7:5007"],
        ["--broadcast", "255.255.255.255:5007"],
    ] {
        let ran = cast(&net, 1, &[&["send", "x"], &to[..]].concat());
        assert_eq!(ran.status, Some(3), "{}", ran.stderr);
        for word in [to[1], "--interface", "wharf cast doctor"] {
            assert!(ran.stderr.contains(word), "no `{word}` in {}", ran.stderr);
        }
    }
    let net = Net::lonely_down();
    for args in [&["send", "x"][..], &["send", "x", "-i", "lo"]] {
        let ran = cast(&net, 1, args);
        assert_eq!(ran.status, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("ip link set lo up"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("()"), "{}", ran.stderr);
    }
}

#[test]
fn an_interface_without_ipv6_is_told_from_one_without_an_address() {
    let net = Net::lonely();
    net.sh(1, "sysctl -w net.ipv6.conf.all.disable_ipv6=1");
    let ran = cast(&net, 1, &["recv", "--multicast", "[ff02::114%lo]:5007"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    for word in [
        "IPv6 is off on lo",
        "sysctl -w net.ipv6.conf.all.disable_ipv6=0",
    ] {
        assert!(ran.stderr.contains(word), "no `{word}` in {}", ran.stderr);
    }
}

#[test]
fn a_packet_filter_that_refuses_is_named_with_the_doctor_that_finds_it() {
    let net = Net::lonely();
    net.sh(
        1,
        "nft add table ip faults; nft 'add chain ip faults out { type filter hook output priority 0; }'; \
         nft add rule ip faults out udp dport 5007 drop",
    );
    let ran = cast(&net, 1, &["send", "x", "-i", "lo"]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    for word in [
        "packet filter",
        "nft list ruleset",
        "`wharf cast doctor --multicast 224.1.1.1:5007`",
    ] {
        assert!(ran.stderr.contains(word), "no `{word}` in {}", ran.stderr);
    }
}
