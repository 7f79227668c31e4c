//! Command lines that are refused before anything runs.

use crate::support::check_refused;

#[test]
fn what_makes_no_sense_is_refused_with_what_to_do() {
    let check = |flags: &[&str], expected: &[&str]| {
        check_refused(&[&["group", "join"], flags].concat(), expected);
    };
    check(
        &["--order", "causal", "--reliability", "none"],
        &["causal", "--reliability nak"],
    );
    check(
        &[
            "--reliability",
            "none",
            "--order",
            "fifo",
            "--deliver",
            "safe",
        ],
        &["--deliver agreed"],
    );
    check(&["--heartbeat", "1s"], &["--suspect-after", "--heartbeat"]);
    check(&["--datagram", "100"], &["512", "65000", "100"]);
    check(&["--window", "5000"], &["16", "4096", "5000"]);
    check(&["--order", "alphabetical"], &["total-sequencer", "fifo"]);
    check(&["--name", "a b"], &["--name", "letters"]);
    check(&["--multicast", "127.0.0.1:5009"], &["224.0.0.0"]);
    check(&["--to", "127.0.0.1:5009"], &["--listen"]);
    check(
        &["--listen", "127.0.0.1:0", "--to", "127.0.0.1:5009"],
        &["port 0"],
    );
    check(&["--interface", "none0"], &["none0", "lo"]);
    check(&[""], &["a value is required"]);
    check(&["--log", "/proc/nowhere/log"], &["/proc/nowhere/log"]);
}
