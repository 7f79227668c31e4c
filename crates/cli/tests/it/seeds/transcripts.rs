//! What the lab's server and client print, line by line.

use std::{collections::BTreeMap, net::SocketAddr};

use super::lab::Done;

/// One client of an attempt.
#[derive(Clone, Copy)]
pub struct Client {
    /// Its command line; `PORT` stands for the server's port.
    pub flags: &'static str,
    pub workers: usize,
    pub intervals: usize,
}

/// Checks what a client has printed; gives back the messages it says it has sent.
#[track_caller]
pub fn check_client(client: Client, port: u16, stdout: &str) -> Vec<String> {
    let Client {
        workers, intervals, ..
    } = client;
    let lines: Vec<&str> = stdout.lines().collect();
    let spoken = workers * (intervals + 2);
    let start = format!("Starting {workers} threads connecting to 127.0.0.1:{port}...");
    assert_eq!(lines[0], start, "{stdout}");
    assert_eq!(lines[1 + spoken], "All workers have finished.", "{stdout}");
    let mut sent = Vec::new();
    for worker in 1..=workers {
        let own = format!("[Worker {worker}] ");
        let own: Vec<&str> = lines[1..=spoken]
            .iter()
            .filter_map(|line| line.strip_prefix(&own))
            .collect();
        assert_eq!(own.len(), intervals + 2, "{stdout}");
        let greeting = "Connected. Server says: Hello! You are connected to the server.";
        assert_eq!(own[0], greeting, "{stdout}");
        for (event, line) in (1..).zip(&own[1..=intervals]) {
            let message = line.strip_prefix("Sending: ").unwrap_or_default();
            let form = format!("Worker {worker}, Event {event}, Timestamp ");
            let millis = message.strip_prefix(&form).unwrap_or_default();
            let is_millis = millis.len() == 13 && millis.bytes().all(|byte| byte.is_ascii_digit());
            assert!(is_millis, "{line} in {stdout}");
            sent.push(message.to_owned());
        }
        let farewell = "Task completed and connection closed.";
        assert_eq!(own[intervals + 1], farewell, "{stdout}");
    }
    sent
}

/// Who serves a connection, as the concurrent server prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Served {
    pid: u32,
    parent_pid: u32,
    thread: u32,
}

/// Checks what a server under `mode` has printed about `workers` connections that have sent `sent`.
#[track_caller]
pub fn check_server(mode: &str, pid: u32, workers: usize, mut sent: Vec<String>, done: &Done) {
    let (serving, end) = done
        .stdout
        .split_once("\nThe server is terminating\n")
        .expect("it says that it terminates");
    match mode {
        "iter" => check_iterative(serving, workers),
        _ => check_concurrent(mode, pid, serving, workers),
    }
    let mut received: Vec<String> = sentences(serving).map(|(text, _)| text).collect();
    received.sort();
    sent.sort();
    assert_eq!(received, sent, "{serving}");
    check_averages(end, done);
}

#[track_caller]
fn check_iterative(serving: &str, workers: usize) {
    let mut lines = serving
        .lines()
        .filter(|line| !line.starts_with("Sentence "));
    assert_eq!(lines.next(), Some("The server is ready."), "{serving}");
    for _ in 0..workers {
        // One client at a time: its end comes before the next one's beginning.
        let opened = lines
            .next()
            .and_then(|line| line.strip_prefix("[+] New connection from "));
        let closed = lines
            .next()
            .and_then(|line| line.strip_prefix("[+] Closing connection from "));
        assert_eq!(opened, closed, "{serving}");
        peer(opened.unwrap_or_default());
    }
    assert_eq!(lines.next(), None, "{serving}");
}

#[track_caller]
fn check_concurrent(mode: &str, pid: u32, serving: &str, workers: usize) {
    let mut lines = serving
        .lines()
        .filter(|line| !line.starts_with("Sentence "));
    let ready = format!("The concurrent TCP server is ready to receive (PID = {pid})");
    assert_eq!(lines.next(), Some(ready.as_str()), "{serving}");
    let mut open = BTreeMap::new();
    let mut all = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(new) = line.strip_prefix("[+] New server socket worker spawned for client ") {
            let served = served(lines.next().unwrap_or_default());
            assert_eq!(open.insert(peer(new), served), None, "{serving}");
            all.push(served);
        } else {
            let old = line
                .strip_prefix("[x] Connection closed for ")
                .unwrap_or_default();
            assert!(open.remove(&peer(old)).is_some(), "{line} in {serving}");
        }
    }
    assert!(open.is_empty(), "{serving}");
    assert_eq!(all.len(), workers, "{serving}");
    match mode {
        "thr" => check_threads(pid, &all),
        _ => check_processes(pid, &all),
    }
}

#[track_caller]
fn check_threads(pid: u32, all: &[Served]) {
    for served in all {
        assert_eq!((served.pid, served.parent_pid), (pid, std::process::id()));
        assert_ne!(served.thread, pid, "the first thread accepts");
    }
}

#[track_caller]
fn check_processes(pid: u32, all: &[Served]) {
    for (index, served) in all.iter().enumerate() {
        assert_ne!(served.pid, pid);
        assert_eq!(served.parent_pid, pid);
        assert!(
            all[..index].iter().all(|other| other.pid != served.pid),
            "{all:?}"
        );
    }
}

/// Each average has its line, and says what the summary says.
#[track_caller]
fn check_averages(end: &str, done: &Done) {
    let serve = done.summary.serve.as_ref().expect("of a server");
    let means = [
        ("connection", serve.connection_gaps.accept.mean_ns),
        ("data", serve.data_gaps.mean_ns),
    ];
    let mut lines = end.lines();
    for (what, mean_ns) in means {
        let mean_ms = mean_ns.expect("there were gaps") / 1e6;
        let expected = format!("Average {what} inter-arrival time: {mean_ms:.2} ms");
        assert_eq!(lines.next(), Some(expected.as_str()), "{end}");
    }
}

/// Every `Sentence "…" received from …`: the message and its sender.
fn sentences(serving: &str) -> impl Iterator<Item = (String, SocketAddr)> {
    let lines = serving
        .lines()
        .filter_map(|line| line.strip_prefix("Sentence \""));
    lines.map(|line| {
        let (text, from) = line.split_once("\" received from ").expect("in its form");
        (text.to_owned(), peer(from))
    })
}

/// An address that a client of this machine has.
#[track_caller]
fn peer(text: &str) -> SocketAddr {
    let peer: SocketAddr = text
        .parse()
        .unwrap_or_else(|_| panic!("`{text}` is no address"));
    assert!(peer.ip().is_loopback() && peer.port() > 0, "{text}");
    peer
}

/// `Thread ID: 14714972 - PID: 95296 - PPID: 94794`.
#[track_caller]
fn served(line: &str) -> Served {
    let numbers = line.strip_prefix("Thread ID: ").and_then(|rest| {
        let (thread, rest) = rest.split_once(" - PID: ")?;
        let (pid, parent_pid) = rest.split_once(" - PPID: ")?;
        Some(Served {
            thread: thread.parse().ok()?,
            pid: pid.parse().ok()?,
            parent_pid: parent_pid.parse().ok()?,
        })
    });
    numbers.unwrap_or_else(|| panic!("`{line}` says not who serves"))
}
