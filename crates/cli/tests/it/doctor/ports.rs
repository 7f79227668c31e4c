//! Who gets what on a port that several have: rows 5, 14 and 15 of the matrix of situations.

use serde_json::json;

use super::{GROUP, GROUP_PORT, Receiver, check_said, end, refused, send};
use crate::support::netns::Net;

const OTHER_GROUP: &str = "224.2.2.2";
const UNICAST: [&str; 2] = ["--unicast", "127.0.0.1:5007"];

/// Row 5.
#[test]
fn of_those_that_share_by_address_the_last_one_gets_unicast() {
    let net = Net::lonely();
    let first = Receiver::start(&net, 1, &json!({}));
    check_said(&net, 1, &UNICAST, 0, &["works on lo"], &["sockets share"]);
    let last = Receiver::start(&net, 1, &json!({}));
    let (one, other) = (
        format!("(process {}) on 0.0.0.0:5007", first.pid()),
        format!("(process {}) on 0.0.0.0:5007", last.pid()),
    );
    let words = [
        "2 sockets share port 5007",
        &one,
        &other,
        "as they share by SO_REUSEADDR, the one that was bound last",
        "give each its own port",
    ];
    check_said(&net, 1, &UNICAST, 1, &words, &[]);
    for _ in 0..3 {
        assert_eq!(send(&net, 1, &json!({ "to": "127.0.0.1" })), "sent");
    }
    end(&net, 1);
    assert_eq!(first.heard(), [""; 0]);
    assert_eq!(last.heard(), ["hello from 127.0.0.1"; 3]);
}

/// Row 15.
#[test]
fn of_those_that_share_by_port_one_gets_unicast_and_all_get_groups() {
    let net = Net::lonely();
    let what = json!({ "sharing": "port", "join": [[GROUP, "127.0.0.1"]] });
    let both = [
        Receiver::start(&net, 1, &what),
        Receiver::start(&net, 1, &what),
    ];
    let words = [
        "2 sockets share port 5007",
        "as they share by SO_REUSEPORT",
        "happen to choose",
    ];
    check_said(&net, 1, &UNICAST, 1, &words, &[]);
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    let words = [
        "works on lo",
        "2 sockets share port 5007",
        "reach all of them",
    ];
    check_said(&net, 1, &args, 0, &words, &["problems:"]);
    let group = json!({ "to": GROUP, "interface": "127.0.0.1", "text": "all" });
    assert_eq!(send(&net, 1, &group), "sent");
    assert_eq!(
        send(&net, 1, &json!({ "to": "127.0.0.1", "text": "one" })),
        "sent"
    );
    end(&net, 1);
    let heard = both.map(Receiver::heard);
    for one in &heard {
        assert!(one.contains(&"all from 127.0.0.1".to_owned()), "{heard:?}");
    }
    let unicast = heard
        .iter()
        .flatten()
        .filter(|line| line.starts_with("one"));
    assert_eq!(unicast.count(), 1, "{heard:?}");
}

/// Row 14.
#[test]
fn a_socket_on_all_addresses_hears_the_groups_that_others_have_joined() {
    let net = Net::lonely();
    let one = Receiver::start(&net, 1, &json!({ "join": [[GROUP, "127.0.0.1"]] }));
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(
        &net,
        1,
        &args,
        0,
        &["receive it on 0.0.0.0 without joining works, which may surprise (IP_MULTICAST_ALL=1)"],
        &["IP_MULTICAST_ALL=0"],
    );
    let other = Receiver::start(&net, 1, &json!({ "join": [[OTHER_GROUP, "127.0.0.1"]] }));
    let nobody = Receiver::start(&net, 1, &json!({}));
    let choosy = json!({ "join": [[GROUP, "127.0.0.1"]], "choosy": true });
    let choosy = Receiver::start(&net, 1, &choosy);
    let bound = json!({ "join": [[GROUP, "127.0.0.1"]], "bind": GROUP });
    let mut bound = Receiver::start(&net, 1, &bound);
    let words = [
        "this machine has joined 224.2.2.2 too",
        "IP_MULTICAST_ALL=0",
        "bind to the group's address",
    ];
    check_said(&net, 1, &args, 0, &words, &["problems:"]);
    for group in [OTHER_GROUP, GROUP] {
        let what = json!({ "to": group, "interface": "127.0.0.1", "text": group });
        assert_eq!(send(&net, 1, &what), "sent");
    }
    end(&net, 1);
    let both = ["224.2.2.2 from 127.0.0.1", "224.1.1.1 from 127.0.0.1"];
    for careless in [one, other, nobody] {
        assert_eq!(careless.heard(), both);
    }
    assert_eq!(choosy.heard(), both[1..]);
    assert_eq!(bound.line(), both[1]);
}

#[test]
fn a_port_that_is_not_shared_keeps_others_out() {
    let net = Net::lonely();
    let owner = Receiver::start(&net, 1, &json!({ "sharing": "none" }));
    let pid = format!("(process {}) on 0.0.0.0:5007", owner.pid());
    let words = [
        "port 5007 is taken and not shared, by",
        &pid,
        "SO_REUSEADDR",
    ];
    let args = ["--multicast", GROUP_PORT, "--interface", "lo"];
    check_said(&net, 1, &args, 1, &words, &[]);
    for sharing in ["none", "address", "port"] {
        assert_eq!(
            refused(&net, 1, &json!({ "sharing": sharing })),
            "EADDRINUSE"
        );
    }
    end(&net, 1);
    assert_eq!(owner.heard(), [""; 0]);
    check_said(
        &net,
        1,
        &args,
        0,
        &["bind port 5007 alone works"],
        &["problems:"],
    );
}

/// A receiver that does not read.
#[test]
fn what_a_full_buffer_has_lost_is_counted_and_named() {
    let net = Net::lonely();
    let idle = Receiver::start(&net, 1, &json!({ "reads": false }));
    let many = json!({ "to": "127.0.0.1", "count": 5000 });
    assert_eq!(send(&net, 1, &many), "sent");
    let pid = format!("(process {}) on 0.0.0.0:5007 has lost ", idle.pid());
    let words = [pid.as_str(), "lost here so far for want of room: ", "4 MiB"];
    check_said(
        &net,
        1,
        &UNICAST,
        0,
        &words,
        &["lost here so far for want of room: 0."],
    );
}
