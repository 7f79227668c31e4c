//! What one more connection takes up, where a bound is kept by care and lost without a sound.
//!
//! Needs a Linux whose `smaps_rollup` tells anonymous memory apart (5.9 and later).

use std::{fs, io::Write as _, net::TcpStream};

use crate::support::{Server, read_exactly};

/// A process for each connection shares with its parent what neither of them has written to since the fork:
/// each page of 4 KiB that either writes to is one more for each connection, and nothing else tells of it.
///
/// Regression: a table in the parent's heap, blocks that malloc handed out all over the heap, and what `fork`
/// puts in order for programs with threads made 82 KiB a connection out of 35 in a build for tests.
#[test]
fn a_process_for_each_connection_has_few_pages_of_its_own() {
    let server = Server::start("echo", "process", &["--quiet"]);
    let _first = served(&server, 1);
    let before = anonymous_kib(&server);
    let _others = served(&server, OTHERS);
    assert_eq!(server.children().len() as u64, OTHERS + 1);
    let each = (anonymous_kib(&server) - before) / OTHERS;
    assert!(each < 56, "{each} KiB a connection");
}

/// Connections that have been answered, and so have whatever there is for one.
fn served(server: &Server, count: u64) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = server.connect();
        stream.write_all(&LINE).expect("sent");
        assert_eq!(read_exactly(&mut stream, LINE.len()), LINE);
        stream
    };
    (0..count).map(one).collect()
}

/// Of the server and its children, each page divided among its sharers. Pages of files are left out: they
/// are shared with whoever runs the same program or uses the same library.
fn anonymous_kib(server: &Server) -> u64 {
    let all = [vec![server.pid()], server.children()].concat();
    all.iter()
        .map(|pid| {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("it runs");
            let line = rollup
                .lines()
                .find_map(|line| line.strip_prefix("Pss_Anon:"));
            let figure = line.and_then(|text| text.split_whitespace().next());
            figure
                .expect("Linux 5.9 or later")
                .parse::<u64>()
                .expect("a number")
        })
        .sum()
}

const OTHERS: u64 = 200;
const LINE: [u8; 64] = {
    let mut line = [b'x'; 64];
    line[63] = b'\n';
    line
};
