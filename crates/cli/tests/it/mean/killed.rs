//! A worker process that is killed takes its own connection along, and nothing else.

use std::io::Read as _;

use super::client::{Client, await_received};
use crate::support::{Server, eventually, signal};

#[test]
fn the_number_of_a_killed_process_still_counts() {
    let server = Server::start("mean", "process", &[]);
    let mut lost = Client::connect(&server);
    lost.say("10");
    await_received(&server, "10", 1);
    let workers = server.children();
    assert_eq!(workers.len(), 1, "{workers:?}");
    signal(workers[0], "KILL");

    let mut rest = Vec::new();
    // The end of file or a reset, but no answer.
    let _ = lost.stream().read_to_end(&mut rest);
    assert_eq!(rest, b"");
    // A zombie is a child too, until its parent takes it back.
    eventually("no child is left", || {
        server.children().is_empty().then_some(())
    });

    let mut next = Client::connect(&server);
    next.say("20");
    next.say("ready");
    assert_eq!(next.answer(), "15.0");
    let stopped = server.stop();
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    let connections = &stopped.summary.connections;
    assert_eq!(connections.accepted, 2);
    assert_eq!(connections.ended["killed"], 1, "{connections:?}");
    assert_eq!(
        connections.ended.values().sum::<u64>(),
        2,
        "{connections:?}"
    );
}

#[test]
fn processes_killed_among_others_leave_the_others_their_mean() {
    let server = Server::start("mean", "process", &[]);
    let mut clients = ["2", "4", "6", "8"].map(|number| {
        let known = server.children();
        let mut client = Client::connect(&server);
        client.say(number);
        await_received(&server, number, 1);
        let workers = server.children();
        let own = workers.into_iter().find(|pid| !known.contains(pid));
        (client, own.expect("each client has a process"))
    });
    for (_, pid) in &clients[..2] {
        signal(*pid, "KILL");
    }
    eventually("the killed are taken back", || {
        (server.children().len() == 2).then_some(())
    });
    for (client, _) in &mut clients[2..] {
        client.say("ready");
        assert_eq!(client.answer(), "5.0");
    }
    let stopped = server.stop();
    assert_eq!(stopped.summary.connections.ended["killed"], 2);
    // The report breaks its lines where they end.
    let printed = stopped
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        printed.contains("2 connections were lost with worker processes that were killed"),
        "{printed}"
    );
}
