//! The three attempts of the reports, flag for flag.
//!
//! Only two values differ, for the sake of time and of the machine: the parameter, by a factor of 100
//! (0.02 s in the place of 2.0 s, a rate of 50 per second in the place of 0.5), and the port, which is
//! of the kernel's choice.

use super::{
    lab::Script,
    transcripts::{Client, check_client, check_server},
};

const FIRST: &[Client] = &[Client {
    flags: "--workers 3 --intervals 5 --dist u --param 0.02 --server 127.0.0.1 --port PORT --verbose",
    workers: 3,
    intervals: 5,
}];

const SECOND: &[Client] = &[
    Client {
        flags: "-w 2 -n 4 -d d -p 0.01 -s 127.0.0.1 -P PORT -v",
        workers: 2,
        intervals: 4,
    },
    Client {
        flags: "-w 3 -n 5 -d u -p 0.02 -s 127.0.0.1 -P PORT -v",
        workers: 3,
        intervals: 5,
    },
    Client {
        flags: "-w 4 -n 6 -d e -p 50 -s 127.0.0.1 -P PORT -v",
        workers: 4,
        intervals: 6,
    },
];

const THIRD: &[Client] = &[
    Client {
        flags: "-w 2 -n 4 -d u -p 0.01 -s 127.0.0.1 -P PORT -v",
        workers: 2,
        intervals: 4,
    },
    Client {
        flags: "-w 3 -n 3 -d d -p 0.005 -s 127.0.0.1 -P PORT -v",
        workers: 3,
        intervals: 3,
    },
];

/// A server under `mode`, these clients at once, ^C: every line is as in the lab, no message is lost or
/// joined with another, and both averages are there.
#[track_caller]
fn check(mode: &str, clients: &[Client]) {
    let mut server = Script::serve(mode);
    let (pid, port) = (server.pid(), server.address().port());
    let load = |client: &Client| Script::load(client.flags, port);
    let running: Vec<Script> = clients.iter().map(load).collect();
    let mut sent = Vec::new();
    for (&client, script) in clients.iter().zip(running) {
        sent.extend(check_client(client, port, &script.finish().stdout));
    }
    let workers = clients.iter().map(|client| client.workers).sum();
    let done = server.stop();
    let summary = done.summary.serve.as_ref().expect("of a server");
    assert_eq!(summary.connections.accepted, workers as u64);
    assert_eq!(summary.requests, sent.len() as u64);
    check_server(mode, pid, workers, sent, &done);
}

#[test]
fn the_first_attempt_has_a_thread_for_each_worker() {
    check("thr", FIRST);
}

#[test]
fn the_second_attempt_has_a_process_for_each_worker_and_both_averages() {
    check("proc", SECOND);
}

#[test]
fn the_third_attempt_serves_one_worker_after_another() {
    check("iter", THIRD);
}

#[test]
fn three_clients_at_once_lose_no_message_among_threads() {
    check("thr", SECOND);
}

#[test]
fn three_clients_at_once_lose_no_message_when_they_have_to_queue() {
    check("iter", SECOND);
}
