//! SIGINT under load, and at awkward moments.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use history::ServeSummary;
use serve::{Choice, Model};

use super::expected::{check_books, echo, ended_by, for_every_model_of_processes, living_workers};
use crate::{
    conformance::{
        client::{half_close, owe, read_until_over},
        outside::{connections, is_all_read, lives, processor_ticks},
        subject::for_every_model,
    },
    support::{PATIENCE, Server, Stopped, eventually, signal},
};

#[test]
fn an_interrupt_under_load_loses_nothing_that_was_answered() {
    for_every_model(|model| {
        let (stopped, answers) = stop_under_load(model, 1);
        check_nothing_lost(&stopped.summary, answers);
        // Nobody was owed anything for longer than a moment.
        assert_eq!(ended_by(&stopped.summary, "grace-over"), 0);
    });
}

#[test]
fn two_interrupts_under_load_lose_nothing_that_was_answered() {
    for_every_model(|model| {
        let (stopped, answers) = stop_under_load(model, 2);
        check_nothing_lost(&stopped.summary, answers);
    });
}

#[track_caller]
fn check_nothing_lost(summary: &ServeSummary, answers: u64) {
    assert!(
        summary.requests >= answers,
        "{} < {answers}",
        summary.requests
    );
    assert!(answers >= ANSWERS);
    assert_eq!(ended_by(summary, "killed"), 0, "{:?}", summary.connections);
    assert_eq!(
        ended_by(summary, "panicked"),
        0,
        "{:?}",
        summary.connections
    );
}

/// Clients that stay and clients that come and go ask as fast as they are answered, until the server
/// ends; it is interrupted so many times once it is busy. How many answers they saw.
#[track_caller]
fn stop_under_load(model: &Model, interrupts: u32) -> (Stopped, u64) {
    let server = Server::start("echo", model.name, &["--grace", "20s"]);
    let (address, answers) = (server.address, AtomicU64::new(0));
    let ask = |asks: u64| {
        while let Ok(stream) = TcpStream::connect(address) {
            if !ask_on(stream, asks, &answers) {
                return;
            }
        }
    };
    let stopped = thread::scope(|scope| {
        for index in 0..ASKERS {
            // Where one is served at a time, one that stays would keep out all others.
            let stays = index % 2 == 0 && !model.is_iterative();
            scope.spawn(move || ask(if stays { u64::MAX } else { 3 }));
        }
        eventually("it is busy", || {
            (answers.load(Ordering::SeqCst) >= ANSWERS).then_some(())
        });
        for _ in 0..interrupts {
            server.signal("INT");
        }
        server.wait()
    });
    (check_books(stopped), answers.into_inner())
}

/// Asks so many times on one connection; says whether it was answered each time.
#[track_caller]
fn ask_on(mut stream: TcpStream, asks: u64, answers: &AtomicU64) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_nodelay(true).expect("set");
    for number in 0..asks {
        let request = format!("request {number} of {:?}\n", stream.local_addr());
        if stream.write_all(request.as_bytes()).is_err() {
            return false;
        }
        let mut answer = Vec::new();
        let mut buffer = [0; 256];
        while answer.len() < request.len() {
            match stream.read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(&buffer[..count]),
            }
        }
        assert!(request.as_bytes().starts_with(&answer), "a wrong answer");
        if answer.len() < request.len() {
            return false;
        }
        answers.fetch_add(1, Ordering::SeqCst);
    }
    true
}

/// Regression: a thread that had just been made was in nobody's list yet when the stop came, was not
/// interrupted, and then waited in its first read for as long as its client was silent.
#[test]
fn a_stop_just_after_a_client_has_come_is_heard_by_its_worker() {
    for_every_model(|model| {
        for _ in 0..10 {
            let server = Server::start("echo", model.name, &[]);
            let _silent = server.connect();
            server.signal("INT");
            check_books(server.wait());
        }
    });
}

/// Regression: each connection in a pool's queue was given a grace period of its own, so that a stop
/// took as many of them as there were connections for each thread.
#[test]
fn the_grace_period_is_one_for_all_that_wait_in_a_queue() {
    for_every_model(|model| {
        if !model.choices.contains(&Choice::Queue) {
            return;
        }
        let flags = ["--size", "1", "--task", "1500ms", "--grace", "2s"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let mut streams: Vec<TcpStream> = (0..6).map(|_| server.connect()).collect();
        for stream in &mut streams {
            stream.write_all(b"abc\n").expect("sent");
        }
        eventually("the first is being served", || {
            is_all_read(&streams[0]).then_some(())
        });
        server.signal("INT");
        let stopped = check_books(server.wait());
        assert_eq!(stopped.summary.connections.accepted, 6);
        assert!(
            ended_by(&stopped.summary, "grace-over") >= 1,
            "{:?}",
            stopped.summary.connections
        );
    });
}

/// Regression: a worker that had closed its listener was told of it on and on by `epoll`, while another
/// process still held it open, and a client waited in its queue: it burnt a core until the other ended.
#[test]
fn a_listener_that_another_process_holds_open_makes_nobody_spin_after_a_stop() {
    for_every_model_of_processes(|model| {
        if !model.choices.contains(&Choice::CpuWork) {
            return;
        }
        let flags = ["--size", "2", "--task", "1h", "--grace", "2s"];
        let server = Server::start("slow-reverse", model.name, &flags);
        let mut owed = server.connect();
        owe(&mut owed, b"abc\n");
        let workers = living_workers(&server);
        let (busy, other): (Vec<u32>, Vec<u32>) = workers
            .into_iter()
            .partition(|&pid| connections(&[pid]) > 0);
        assert_eq!((busy.len(), other.len()), (1, 1));
        signal(other[0], "STOP");
        let _in_queue = server.connect();
        // Whoever of the two takes it, the next one lies in the queue once nobody accepts.
        server.signal("INT");
        let came = TcpStream::connect(server.address);
        let before = processor_ticks(busy[0]);
        assert_eq!(read_until_over(&mut owed), b"");
        if lives(busy[0]) {
            let ticks = processor_ticks(busy[0]) - before;
            assert!(ticks < 50, "{ticks} ticks of 10 ms");
        }
        drop(came);
        assert_eq!(server.wait().status, Some(0));
    });
}

/// A client that half-closes while a stop is under way is counted once, too.
#[test]
fn clients_that_leave_while_a_stop_is_under_way_are_counted_once() {
    for_every_model(|model| {
        let server = Server::start("echo", model.name, &[]);
        let mut streams: Vec<TcpStream> = (0..4).map(|_| server.connect()).collect();
        let served = if model.is_iterative() { 1 } else { 4 };
        streams[..served].iter_mut().for_each(echo);
        thread::scope(|scope| {
            scope.spawn(|| server.signal("INT"));
            streams.iter().for_each(half_close);
        });
        let summary = check_books(server.wait()).summary;
        assert!(summary.connections.accepted >= served as u64);
        assert_eq!(summary.requests, served as u64);
    });
}

const ASKERS: usize = 8;
/// So many before the server is told to stop.
const ANSWERS: u64 = 300;
