//! SIGKILL of worker processes and of their parent.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
};

use serve::{Choice, Model};

use super::expected::{ended_by, for_every_model_of_processes, living_workers, stop};
use crate::{
    conformance::{
        client::{owe, read_until_over},
        outside::{lives, sockets},
    },
    support::{Server, eventually, exchange, signal},
};

/// Whether the model keeps a number of workers, in place of one for each connection.
fn is_herd(model: &Model) -> bool {
    model.choices.contains(&Choice::Size)
}

/// Kills every worker that runs, and waits until a herd is whole again.
#[track_caller]
fn kill_all_workers(server: &Server, model: &Model) {
    let killed = living_workers(server);
    assert!(!killed.is_empty());
    for &pid in &killed {
        signal(pid, "KILL");
    }
    eventually(
        "the killed are taken back and a herd is whole again",
        || {
            let workers = server.children();
            let are_new = workers
                .iter()
                .all(|pid| !killed.contains(pid) && lives(*pid));
            let size = if is_herd(model) { killed.len() } else { 0 };
            (are_new && workers.len() == size).then_some(())
        },
    );
}

#[test]
fn killed_workers_lose_what_they_had_in_hand_and_it_is_counted() {
    for_every_model_of_processes(|model| {
        let server = Server::start("slow-reverse", model.name, &["--task", "1h"]);
        for _ in 0..ROUNDS {
            let mut owed: Vec<TcpStream> = (0..IN_HAND).map(|_| server.connect()).collect();
            for stream in &mut owed {
                owe(stream, b"abc\n");
            }
            kill_all_workers(&server, model);
            for stream in &mut owed {
                assert_eq!(read_until_over(stream), b"");
            }
        }
        let stopped = stop(server);
        let lost = (ROUNDS * IN_HAND) as u64;
        assert_eq!(ended_by(&stopped.summary, "killed"), lost);
        assert_eq!(stopped.summary.connections.accepted, lost);
    });
}

/// The mean is over all that was counted, whoever has been killed since.
#[test]
fn what_killed_workers_had_counted_is_kept_and_their_replacements_serve() {
    for_every_model_of_processes(|model| {
        let server = Server::start("mean", model.name, &[]);
        let (mut sum, mut count) = (0, 0);
        for round in 1..=ROUNDS {
            let mut in_hand: Vec<TcpStream> = (0..IN_HAND).map(|_| server.connect()).collect();
            for (stream, extra) in in_hand.iter_mut().zip(0..) {
                let number = 100 * round + extra;
                write!(stream, "{number}").expect("sent");
                await_received(&server, number);
                (sum, count) = (sum + number, count + 1);
            }
            kill_all_workers(&server, model);
            for stream in &mut in_hand {
                assert_eq!(read_until_over(stream), b"");
            }
            let number = 7 * round;
            (sum, count) = (sum + number, count + 1);
            let answer = exchange(&mut server.connect(), format!("{number} ready").as_bytes());
            let answer = String::from_utf8(answer).expect("text");
            let answer: f64 = answer.trim().parse().expect("a number");
            assert_eq!(answer, sum as f64 / count as f64);
        }
        let stopped = stop(server);
        let (lost, served) = ((ROUNDS * IN_HAND) as u64, ROUNDS as u64);
        assert_eq!(ended_by(&stopped.summary, "killed"), lost);
        assert_eq!(stopped.summary.connections.accepted, lost + served);
        assert!(
            stopped.summary.requests >= count as u64,
            "{}",
            stopped.summary.requests
        );
    });
}

#[track_caller]
fn await_received(server: &Server, number: usize) {
    let line = format!("Server: received {number} from ");
    eventually(&line, || server.stdout().contains(&line).then_some(()));
}

#[test]
fn a_killed_worker_of_a_herd_leaves_the_others_connections_alone() {
    for_every_model_of_processes(|model| {
        let flags = [&["--task", "5s"], spread(model)].concat();
        let server = Server::start("slow-reverse", model.name, &flags);
        let mut streams = Vec::new();
        let held = eventually("two workers hold connections", || {
            assert!(streams.len() < ENOUGH, "one worker holds all of {ENOUGH}");
            let mut stream = server.connect();
            stream.write_all(b"abc\n").expect("sent");
            streams.push(stream);
            let held = eventually("all are taken up", || {
                let held = held_by_each(&server);
                let all: usize = held.iter().map(|(_, count)| count).sum();
                (all == streams.len()).then_some(held)
            });
            (held.len() >= 2).then_some(held)
        });
        let all = streams.len();
        let (doomed, lost) = held[0];
        signal(doomed, "KILL");
        let answers: Vec<Vec<u8>> = streams.iter_mut().map(read_until_over).collect();
        let served = answers.iter().filter(|answer| *answer == b"cba\n");
        assert_eq!(served.count(), all - lost, "{held:?}");
        let unserved = answers.iter().filter(|answer| answer.is_empty());
        assert_eq!(unserved.count(), lost, "{held:?}");
        let summary = stop(server).summary;
        assert_eq!(ended_by(&summary, "killed"), lost as u64);
        assert_eq!(summary.connections.accepted, all as u64);
    });
}

/// Flags with which connections come to different workers: of event loops that share a listener, the one
/// that is awake may take all. Where a worker holds one connection at a time they do so anyway, and behind
/// a listener of its own the next would wait for the first.
fn spread(model: &Model) -> &'static [&'static str] {
    let has = |choice| model.choices.contains(&choice);
    match has(Choice::Sharing) && has(Choice::CpuWork) {
        true => &["--sharing", "reuseport"],
        false => &[],
    }
}

/// The workers that hold connections, each with how many. What the server itself holds, too, are none: the
/// listeners, and what it hears of its workers by.
fn held_by_each(server: &Server) -> Vec<(u32, usize)> {
    let common = sockets(server.pid());
    let own = |pid| {
        let sockets = sockets(pid).into_iter();
        sockets.filter(|inode| !common.contains(inode)).count()
    };
    let workers = living_workers(server).into_iter();
    let held = workers.map(|pid| (pid, own(pid)));
    held.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn no_worker_process_outlives_a_killed_server() {
    for_every_model_of_processes(|model| {
        let flags = ["--task", "1h", "--grace", "200ms"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let address = server.address;
        let (mut idle, mut owed) = (server.connect(), server.connect());
        owe(&mut owed, b"abc\n");
        let workers = living_workers(&server);
        assert!(workers.len() >= 2, "{workers:?}");
        server.signal("KILL");
        server.wait();
        for worker in workers {
            eventually("the worker is gone", || (!lives(worker)).then_some(()));
        }
        assert_eq!(read_until_over(&mut idle), b"");
        assert_eq!(read_until_over(&mut owed), b"");
        TcpListener::bind(address).expect("the port is free");
    });
}

/// How often all workers are killed: after the first time a herd's places are filled after a pause.
const ROUNDS: usize = 3;
/// Connections with a request in hand: no more than a herd of the tests has workers.
const IN_HAND: usize = 3;
/// So many connections are dealt to one of four workers by chance once in 4 to the power of 39.
const ENOUGH: usize = 40;
