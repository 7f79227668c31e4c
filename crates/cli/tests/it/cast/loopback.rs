//! All on one machine that has a loopback and nothing else.

use super::member::{Member, cast, python_sends, send, socat_sends};
use crate::support::netns::Net;

/// A machine on which programs that join without choosing an interface get the loopback.
#[track_caller]
fn routed() -> Net {
    let net = Net::lonely();
    net.sh(1, "ip route add 224.0.0.0/4 dev lo");
    net
}

#[test]
fn both_of_the_labs_programs_get_what_is_sent_to_their_group() {
    let net = routed();
    let (server, client) = (Member::seed_server(&net, 1), Member::seed_client(&net, 1));
    let said = send(&net, 1, &["hello", "group"]);
    assert!(said.contains("224.1.1.1:5007 by lo"), "{said}");
    let greeting = "Multicast server running on 224.1.1.1:5007\n";
    server.has_printed(&format!("{greeting}Received data: hello group\n"));
    client.has_printed("Received message: hello group\n");
    // A broadcast is for everybody who has the port.
    send(&net, 1, &["everybody", "--broadcast", "5007"]);
    server.has_printed(&format!(
        "{greeting}Received data: hello group\nReceived data: everybody\n"
    ));
    client.has_printed("Received message: hello group\nReceived message: everybody\n");
}

#[test]
fn one_of_the_labs_programs_gets_what_is_sent_to_its_address() {
    let net = routed();
    let client = Member::seed_client(&net, 1);
    send(&net, 1, &["just you", "--unicast", "127.0.0.1:5007"]);
    client.has_printed("Received message: just you\n");
}

#[test]
fn socat_gets_every_cast() {
    let net = routed();
    let address = "UDP4-RECV:5007,reuseaddr,ip-add-membership=224.1.1.1:127.0.0.1";
    let member = Member::socat(&net, 1, address);
    send(&net, 1, &["group "]);
    member.has_printed("group ");
    send(&net, 1, &["one ", "--unicast", "127.0.0.1:5007"]);
    member.has_printed("group one ");
    send(&net, 1, &["all", "--broadcast", "5007"]);
    member.has_printed("group one all");
}

/// What others send comes, as the lab's program would print it.
#[track_caller]
fn hears(args: &[&str], to: &str, cast: &str) {
    let net = routed();
    let mut member = Member::recv(&net, 1, &[&["-n", "3", "-v"], args].concat());
    python_sends(&net, 1, to, &[b"from Python", "na\u{ef}ve".as_bytes()]);
    let address = format!("UDP4-DATAGRAM:{to}:5007,broadcast");
    socat_sends(&net, 1, "from socat", &address);
    assert_eq!(member.wait(), Some(0), "{}", member.said());
    member.has_printed(
        "Received data: from Python\nReceived data: na\u{ef}ve\nReceived data: from socat\n",
    );
    let said = member.said();
    let how = format!(" to {to} ({cast}, lo)");
    assert_eq!(said.matches(&how).count(), 3, "{said}");
    assert!(said.contains("received 3 datagrams of 3"), "{said}");
}

#[test]
fn what_python_and_socat_send_to_the_group_is_received() {
    hears(&[], "224.1.1.1", "multicast");
}

#[test]
fn what_python_and_socat_send_to_an_address_is_received() {
    hears(&["--unicast", "127.0.0.1:5007"], "127.0.0.1", "unicast");
}

#[test]
fn what_python_and_socat_send_to_everybody_is_received() {
    hears(&["--broadcast", "5007"], "127.255.255.255", "broadcast");
    hears(
        &["--broadcast", "127.255.255.255:5007"],
        "127.255.255.255",
        "broadcast",
    );
}

#[test]
fn without_any_route_a_group_works_on_the_loopback() {
    let net = Net::lonely();
    let member = Member::recv(&net, 1, &["-n", "1"]);
    let why = "on lo, because the routing table names no interface that is up";
    assert!(member.said().contains(why), "{}", member.said());
    send(&net, 1, &["hello"]);
    member.has_printed("Received data: hello\n");
}

#[test]
fn a_datagram_that_is_cut_is_told_with_its_length() {
    let net = Net::lonely();
    let args = ["-n", "1", "--room", "1024", "--unicast", "127.0.0.1:5007"];
    let mut member = Member::recv(&net, 1, &args);
    python_sends(&net, 1, "127.0.0.1", &[&[b'x'; 2000]]);
    assert_eq!(member.wait(), Some(0));
    member.has_printed(&format!("Received data: {}\n", "x".repeat(1024)));
    let said = member.said();
    assert!(said.contains("of 2000 bytes"), "{said}");
    assert!(
        said.contains("--room 2000") && said.contains("1 cut"),
        "{said}"
    );
}

#[test]
fn bytes_that_are_no_text_are_told_and_what_follows_is_received() {
    let net = Net::lonely();
    let address = ["--unicast", "127.0.0.1:5007"];
    let mut member = Member::recv(&net, 1, &[&["-n", "2"], &address[..]].concat());
    python_sends(&net, 1, "127.0.0.1", &[b"\xff\xfe\x00", b"still here"]);
    assert_eq!(member.wait(), Some(0));
    member.has_printed("Received data: \\xff\\xfe\\u{0}\nReceived data: still here\n");
    assert!(member.said().contains("no UTF-8"), "{}", member.said());
}

#[test]
fn a_stranger_makes_no_line_and_steers_no_terminal() {
    let net = Net::lonely();
    let address = ["--unicast", "127.0.0.1:5007"];
    let member = Member::recv(&net, 1, &address);
    let forged = b"hi\nReceived data: forged\x1b[2J\x07";
    python_sends(
        &net,
        1,
        "127.0.0.1",
        &[forged, b"with its end\n", b"tab\there"],
    );
    member.has_printed(
        "Received data: hi\\nReceived data: forged\\u{1b}[2J\\u{7}\nReceived data: with its end\n\n\
         Received data: tab\there\n",
    );
}

#[test]
fn raw_bytes_go_and_come_as_they_are() {
    let net = Net::lonely();
    let address = ["--unicast", "127.0.0.1:5007"];
    let mut member = Member::recv(&net, 1, &[&["-n", "1", "--raw"], &address[..]].concat());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bytes");
    let bytes: Vec<u8> = (0..=255).cycle().take(60_000).collect();
    std::fs::write(&file, &bytes).expect("written");
    let path = file.to_str().expect("text");
    send(&net, 1, &[&["--raw", "-f", path], &address[..]].concat());
    assert_eq!(member.wait(), Some(0));
    assert_eq!(member.printed(), String::from_utf8_lossy(&bytes));
}

#[test]
fn machines_get_an_object_a_line() {
    let net = Net::lonely();
    let mut member = Member::recv(&net, 1, &["-n", "2", "--json"]);
    send(&net, 1, &["hello"]);
    sends_no_text(&net);
    assert_eq!(member.wait(), Some(0));
    let objects: Vec<serde_json::Value> = member
        .printed()
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    assert_eq!(objects[0]["text"], "hello");
    assert_eq!(objects[0]["cast"], "multicast");
    assert_eq!(objects[0]["interface"], "lo");
    assert_eq!(objects[0]["to"], "224.1.1.1");
    assert_eq!(objects[1]["hex"], "ff");
}

/// `wharf` sends what is no text.
#[track_caller]
fn sends_no_text(net: &Net) {
    let command = format!(
        "printf '\\377' | {} cast send --raw -q",
        env!("CARGO_BIN_EXE_wharf")
    );
    net.sh(1, &command);
}

#[test]
fn lines_of_standard_input_are_datagrams() {
    let net = Net::lonely();
    let mut member = Member::recv(&net, 1, &["-n", "4"]);
    let wharf = env!("CARGO_BIN_EXE_wharf");
    net.sh(
        1,
        &format!("printf 'one\\n\\nthree\\nlast' | {wharf} cast send -q"),
    );
    assert_eq!(member.wait(), Some(0));
    member.has_printed(
        "Received data: one\nReceived data: \nReceived data: three\nReceived data: last\n",
    );
}

#[test]
fn the_end_of_the_time_with_too_few_is_unknown_and_without_a_count_it_is_not() {
    let net = Net::lonely();
    let ran = cast(&net, 1, &["recv", "-n", "1", "--for", "50ms"]);
    assert_eq!(ran.status, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("received 0 datagrams of 1"),
        "{}",
        ran.stderr
    );
    let ran = cast(&net, 1, &["recv", "--for", "50ms"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
}

#[test]
fn an_interrupt_ends_a_receiver_with_its_counts() {
    let net = Net::lonely();
    let mut member = Member::recv(&net, 1, &[]);
    send(&net, 1, &["tick", "-n", "3", "--rate", "1000"]);
    member.has_printed(&"Received data: tick\n".repeat(3));
    assert_eq!(member.interrupt(), Some(0));
    let said = member.said();
    assert!(said.contains("received 3 datagrams, 12 bytes"), "{said}");
}

#[test]
fn a_refusal_is_told_and_is_exit_status_1() {
    let net = Net::lonely();
    let ran = cast(&net, 1, &["send", "x", "--unicast", "127.0.0.1:5007"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let expected = "nobody receives at 127.0.0.1:5007: it was refused";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert!(ran.stderr.contains("wharf cast recv"), "{}", ran.stderr);
    let ask = "`wharf cast doctor --unicast 127.0.0.1:5007`";
    assert!(ran.stderr.contains(ask), "{}", ran.stderr);
}
