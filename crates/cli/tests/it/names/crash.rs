//! What a kill leaves: everything that was acknowledged, and nothing by halves.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use super::service::Service;
use crate::support::{PATIENCE, signal};

/// A hundred kills in the course of ten thousand acknowledged registrations. Each registers two names, all or none.
#[test]
fn a_hundred_kills_lose_nothing_that_was_acknowledged() {
    let mut service = Service::start(&[]);
    let mut acknowledged = Vec::new();
    for round in 0..KILLS {
        let (http, pid) = (service.http, service.pid());
        let registering = thread::spawn(move || register_until_gone(http, round));
        let killing = thread::spawn(move || {
            wait_for_revisions(http, 2 + round * PAIRS_A_ROUND / 7 % PAIRS_A_ROUND);
            signal(pid, "KILL");
        });
        let (done, is_gone) = registering.join().expect("no panic");
        killing.join().expect("no panic");
        assert!(
            is_gone || done.len() as u64 == PAIRS_A_ROUND,
            "round {round}"
        );
        acknowledged.extend(done);
        service = service.killed_and_started(&[]);
    }
    while (acknowledged.len() as u64) < PAIRS {
        let (done, _) = register_until_gone(service.http, KILLS + acknowledged.len() as u64);
        acknowledged.extend(done);
    }
    let listed = service.told(&["list", "--json"]);
    let names: HashSet<String> = listed
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
            entry["name"].as_str().expect("text").to_owned()
        })
        .collect();
    for pair in &acknowledged {
        for half in ["left", "right"] {
            assert!(
                names.contains(&format!("{pair}/{half}")),
                "{pair}/{half} was acknowledged and is gone"
            );
        }
    }
    for name in names.iter().filter(|name| name.ends_with("/left")) {
        let other = name.replace("/left", "/right");
        assert!(names.contains(&other), "{name} is there without {other}");
    }
}

/// Registers pairs one after another until the server is gone or all are there: those acknowledged, and whether it is.
fn register_until_gone(http: SocketAddr, round: u64) -> (Vec<String>, bool) {
    let mut done = Vec::new();
    let Ok(mut stream) = TcpStream::connect(http) else {
        return (done, true);
    };
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_nodelay(true).expect("set");
    let mut reader = BufReader::new(stream.try_clone().expect("cloned"));
    for number in 0..PAIRS_A_ROUND {
        let pair = format!("round{round}/pair{number}");
        let body = format!(
            "{{\"names\":[[\"{pair}/left\",{{\"addresses\":[\"10.0.0.1\"]}}],[\"{pair}/right\",{{\"addresses\":[\"10.0.0.2\"]}}]]}}"
        );
        let request = format!(
            "POST /v1/changes HTTP/1.1\r\nHost: {http}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(request.as_bytes()).is_err() || !is_acknowledged(&mut reader) {
            return (done, true);
        }
        done.push(pair);
    }
    (done, false)
}

/// Whether an answer came whole and says that it was done.
fn is_acknowledged(reader: &mut impl BufRead) -> bool {
    let (mut status, mut length) = (String::new(), 0);
    if reader.read_line(&mut status).is_err() || !status.contains(" 200 ") {
        return false;
    }
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return false,
            Ok(_) if line == "\r\n" => break,
            Ok(_) => {}
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).is_ok()
}

/// Until the server has made so many revisions more, or is gone.
fn wait_for_revisions(http: SocketAddr, count: u64) {
    let Some(first) = revision(http) else {
        return;
    };
    while revision(http).is_some_and(|now| now < first + count) {
        // To ask is as much work for it as to register.
        thread::sleep(Duration::from_millis(1));
    }
}

fn revision(http: SocketAddr) -> Option<u64> {
    let mut stream = TcpStream::connect(http).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!("GET /v1/status HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let status: serde_json::Value = serde_json::from_str(body).ok()?;
    status["revision"].as_u64()
}

const KILLS: u64 = 100;
const PAIRS_A_ROUND: u64 = 100;
const PAIRS: u64 = 5_000;
