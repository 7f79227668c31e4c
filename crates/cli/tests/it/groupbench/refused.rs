//! What a user may get wrong.

use crate::support::check_refused;

#[test]
fn what_cannot_be_measured_is_refused_with_what_can() {
    for (flags, words) in [
        (
            &["--order", "best"][..],
            &["'best'", "total-sequencer", "all"][..],
        ),
        (&["--members", "65"], &["65", "1..=64"]),
        (&["--bytes", "8"], &["`8`", "16 bytes"]),
        (
            &["--members", "3", "--senders", "5"],
            &["--senders 5", "3 members"],
        ),
        (
            &["--bytes", "1400"],
            &["--bytes 1400", "--datagram 1400", "at most"],
        ),
        (&["--rate", "0"], &["`0`", "from 1 to 100000"]),
        (&["--for", "2min"], &["`2min`", "between 10ms and 60s"]),
        (&["--group", "10.0.0.1"], &["`10.0.0.1`", "239.255.0.1"]),
        (&["--cast", "broadcast"], &["'broadcast'", "multicast"]),
        (&["--reliability", "none"], &["causal"]),
        (
            &["--interface", "nosuch0"],
            &["no interface `nosuch0`", "lo"],
        ),
    ] {
        check_refused(&[&["group", "bench"], flags].concat(), words);
    }
}

#[test]
fn a_member_of_a_measured_group_is_refused_what_others_are() {
    for (flags, words) in [
        (&["--bytes", "15"][..], &["`15`", "16 bytes"][..]),
        (&["--order", "all"], &["'all'", "total-sequencer"]),
        (&["--interface", "nosuch0"], &["nosuch0"]),
    ] {
        check_refused(&[&["group", "load"], flags].concat(), words);
    }
}
