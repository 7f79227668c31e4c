//! The system gives no more: threads, processes, room on the disk. (Descriptors: `limits.rs`.)

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use history::Verdict;

use super::expected::{echo, ended, ended_by};
use crate::{
    conformance::{
        launch::{Around, Launched, kept_summary},
        subject::for_every_model,
    },
    support::{Server, eventually},
};

/// A full disk: what could not be recorded makes the run `unknown`, and clients notice nothing.
#[test]
fn a_full_disk_for_the_record_stops_nothing_and_is_said() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &["--events-file", "/dev/full"]);
        for _ in 0..3 {
            let mut stream = server.connect();
            echo(&mut stream);
        }
        let stopped = server.stop();
        assert_eq!(stopped.status, Some(2), "{}", stopped.stderr);
        assert_eq!(stopped.summary.connections.accepted, 3);
        assert_eq!(stopped.summary.requests, 3);
        assert_eq!(ended(&stopped.summary), 3);
        assert_eq!(kept_summary(&stopped.folder).verdict, Verdict::Unknown);
    });
}

/// Only models that make a worker for each connection can run out while they serve. The administrator is
/// above this limit, so the server runs as somebody who is nobody; who is not the administrator shares
/// the limit with all his other programs, so nothing can be said of it there.
#[test]
fn out_of_threads_and_processes_clients_are_closed_and_counted() {
    if !is_administrator() {
        eprintln!("not run: only the administrator can start a server under another user");
        return;
    }
    for (index, model) in ["thread", "process"].into_iter().enumerate() {
        // A user that has no other processes.
        let around = Around::Processes {
            user: NOBODY + index as u32,
            most: PROCESSES,
        };
        let mut server = Launched::start(around, "echo", model, &[]);
        let mut clients: Vec<TcpStream> = (0..CROWD).map(|_| server.connect()).collect();
        let mut served = Vec::new();
        for mut client in clients.drain(..) {
            let _ = client.write_all(b"x\n");
            if client.read_exact(&mut [0; 2]).is_ok() {
                served.push(client);
            }
        }
        assert!(
            !served.is_empty() && served.len() < CROWD,
            "{} served",
            served.len()
        );
        let refused = (CROWD - served.len()) as u64;
        // One that leaves gives its worker back.
        drop(served);
        let mut more = 0;
        eventually("there is room again", || {
            more += 1;
            let mut client = server.connect();
            let is_sent = client.write_all(b"x\n").is_ok();
            (is_sent && client.read_exact(&mut [0; 2]).is_ok()).then_some(())
        });
        let summary = server.stop();
        assert_eq!(kept_summary(server.folder.path()).verdict, Verdict::Valid);
        assert_eq!(summary.connections.accepted, CROWD as u64 + more);
        assert_eq!(
            ended(&summary),
            summary.connections.accepted,
            "{:?}",
            summary.connections
        );
        assert!(
            ended_by(&summary, "no-worker") >= refused,
            "{:?}",
            summary.connections
        );
        assert!(summary.connections.turned_away.is_empty());
    }
}

fn is_administrator() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.is_some_and(|rest| rest.split_whitespace().next() == Some("0"))
}

/// A user that no system gives to anybody.
const NOBODY: u32 = 61_873;
/// The server itself and its workers.
const PROCESSES: u32 = 4;
const CROWD: usize = 8;
