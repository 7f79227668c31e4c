//! Command lines that cannot be a chat.

use crate::support::check_refused;

#[test]
fn what_is_no_name_is_refused_with_what_is() {
    check_refused(
        &["cast", "chat", "--name", "a b"],
        &["`a b`", "letters, digits"],
    );
    check_refused(&["cast", "chat", "--name", ""], &["1 to 32 bytes"]);
}

#[test]
fn among_whom_is_said_once_and_whole() {
    check_refused(
        &["cast", "chat", "--unicast", "127.0.0.1:6001"],
        &["--listen"],
    );
    check_refused(
        &["cast", "chat", "--listen", "127.0.0.1:6001"],
        &["--unicast"],
    );
    check_refused(
        &[
            "cast",
            "chat",
            "--unicast",
            "127.0.0.1:6001",
            "--listen",
            "127.0.0.1:6001",
        ],
        &["127.0.0.1:6001", "name the others"],
    );
    check_refused(
        &[
            "cast",
            "chat",
            "--broadcast",
            "5008",
            "--multicast",
            "239.255.0.1:5008",
        ],
        &["--broadcast", "cannot be used with"],
    );
    check_refused(
        &["cast", "chat", "--multicast", "127.0.0.1:5008"],
        &["multicast group"],
    );
    check_refused(&["cast", "chat", "-i", "nowhere0"], &["`nowhere0`", "lo"]);
}
