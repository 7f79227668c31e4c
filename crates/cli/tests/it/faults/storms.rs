//! Many connections in a short time.

use std::{fs, net::TcpStream, thread};

use serve::{Choice, MODELS, Model};

use super::expected::{MEMORY_BYTES, echo, ended, living_workers, stop};
use crate::{
    conformance::outside::{connections, descriptors, expects_clients, resident_bytes},
    support::{Server, eventually},
};

/// One model at a time: side by side they would take each other's ports and processors.
#[test]
fn ten_thousand_connects_and_closes_at_once_are_all_counted_and_leave_nothing() {
    for model in MODELS {
        check_storm(model);
    }
}

#[track_caller]
fn check_storm(model: &Model) {
    let server = Server::start("echo", model.name, &[]);
    expects_clients(&[vec![server.pid()], server.children()].concat());
    echo(&mut server.connect());
    let before = eventually("the first client is gone", || {
        let all = [vec![server.pid()], living_workers(&server)].concat();
        let is_gone = connections(&all) == 0;
        let is_settled = all.len() == 1 || model.choices.contains(&Choice::Size);
        held(&server, all.len()).filter(|_| is_gone && is_settled)
    });
    thread::scope(|scope| {
        for _ in 0..STORMERS {
            scope.spawn(|| storm(&server));
        }
    });
    eventually("workers and descriptors are as before", || {
        held(&server, before.len()).filter(|now| *now == before)
    });
    let held_bytes = resident_bytes(server.pid());
    assert!(
        held_bytes < MEMORY_BYTES,
        "{held_bytes} under {}",
        model.name
    );
    echo(&mut server.connect());
    let summary = stop(server).summary;
    let name = model.name;
    assert_eq!(summary.connections.accepted, ended(&summary), "{name}");
    let came = (CONNECTS + STORMERS * (CONNECTS / STORMERS / burst()) + 2) as u64;
    assert_eq!(
        summary.connections.accepted, came,
        "{name}: {:?}",
        summary.connections
    );
    assert!(summary.connections.turned_away.is_empty(), "{name}");
}

/// How many descriptors the server and each of its workers hold, once there are no more processes than
/// `most`. (To look at thousands would take longer than they live.)
fn held(server: &Server, most: usize) -> Option<Vec<usize>> {
    let all = [vec![server.pid()], server.children()].concat();
    (all.len() <= most).then(|| all.into_iter().map(descriptors).collect())
}

/// Connects and closes, and after each burst waits until it has been served itself: queues are first
/// in, first out, so the burst has been accepted by then, and the kernel's queue never overflows.
fn storm(server: &Server) {
    let bursts = CONNECTS / STORMERS / burst();
    for _ in 0..bursts {
        let all: Vec<TcpStream> = (0..burst()).map(|_| server.connect()).collect();
        drop(all);
        echo(&mut server.connect());
    }
}

/// Connections that one of the stormers has at once: half of the kernel's queue for all of them.
fn burst() -> usize {
    let longest = fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux");
    let longest: usize = longest.trim().parse().expect("a number");
    let each = (longest / 2 / STORMERS).clamp(1, CONNECTS / STORMERS / 5);
    // A divisor, so that the bursts come to the whole.
    (1..=each)
        .rev()
        .find(|size| (CONNECTS / STORMERS).is_multiple_of(*size))
        .expect("one divides everything")
}

const CONNECTS: usize = 10_000;
const STORMERS: usize = 4;
