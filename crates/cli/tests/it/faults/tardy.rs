//! Clients that take their time: with their requests, with saying anything, with taking answers.

use std::{io::Write as _, net::TcpStream, thread, time::Duration};

use super::expected::{MEMORY_BYTES, echo, ended_by, for_every_concurrent_model, stop, workers};
use crate::{
    conformance::{
        client::{trickle_until_over, write_until_over},
        outside::{connections, resident_bytes},
        subject::for_every_model,
    },
    support::{Server, eventually, exchange, read_exactly, read_to_end},
};

#[test]
fn a_crowd_of_slow_loris_clients_is_closed_when_their_time_is_over() {
    for_every_model(|model| {
        let flags = [workers(model, "16"), vec!["--request-timeout", "300ms"]].concat();
        let server = Server::start("tasks", model.name, &flags);
        thread::scope(|scope| {
            for _ in 0..LORISES {
                scope.spawn(|| {
                    let mut stream = server.connect();
                    stream.write_all(b"3:").expect("sent");
                    trickle_until_over(&mut stream, 1000);
                });
            }
        });
        assert_eq!(exchange(&mut server.connect(), b"4:\n"), b"Goodbye!\n");
        let stopped = stop(server);
        assert_eq!(
            ended_by(&stopped.summary, "request-timeout"),
            LORISES as u64
        );
        assert_eq!(stopped.summary.connections.accepted, LORISES as u64 + 1);
    });
}

/// The lorises have all the time they want, so that none of them makes room by being closed.
#[test]
fn slow_loris_clients_hold_up_nobody_else() {
    for_every_concurrent_model(|model| {
        let flags = [workers(model, "16"), vec!["--request-timeout", "1h"]].concat();
        let server = Server::start("tasks", model.name, &flags);
        let mut lorises: Vec<TcpStream> = (0..LORISES).map(|_| server.connect()).collect();
        for _ in 0..10 {
            for loris in &mut lorises {
                loris.write_all(b"3").expect("sent");
            }
            assert_eq!(exchange(&mut server.connect(), b"4:\n"), b"Goodbye!\n");
        }
        drop(lorises);
        let stopped = stop(server);
        assert_eq!(ended_by(&stopped.summary, "done"), 10);
    });
}

/// Half of them are reset, as by a firewall or a client that was switched off, and half are never heard
/// of again.
#[test]
fn half_open_clients_are_closed_and_leave_nothing_behind() {
    for_every_model(|model| {
        // Under the iterative model each of the silent holds up all others for its time.
        let half = if model.is_iterative() { 4 } else { 100 };
        let flags = [workers(model, "64"), vec!["--idle", "500ms"]].concat();
        let server = Server::start("timestamps", model.name, &flags);
        for _ in 0..half {
            let stream = server.connect();
            stream.peek(&mut [0]).expect("the greeting");
            // What it leaves unread makes its close a reset.
            drop(stream);
        }
        let mut silent: Vec<TcpStream> = (0..half).map(|_| server.connect()).collect();
        for stream in &mut silent {
            assert_eq!(read_to_end(stream).len(), GREETING_BYTES);
        }
        eventually("no descriptor of a client is left", || {
            let all = [vec![server.pid()], server.children()].concat();
            (connections(&all) == 0).then_some(())
        });
        assert!(resident_bytes(server.pid()) < MEMORY_BYTES);
        read_exactly(&mut server.connect(), GREETING_BYTES);
        let stopped = stop(server);
        assert_eq!(ended_by(&stopped.summary, "idle"), half);
        assert_eq!(ended_by(&stopped.summary, "reset"), half);
        assert_eq!(stopped.summary.connections.accepted, 2 * half + 1);
    });
}

#[test]
fn clients_that_never_read_cost_bounded_memory_and_are_closed() {
    for_every_model(|model| {
        let flags = [workers(model, "8"), vec!["--write-timeout", "1s"]].concat();
        let server = Server::start("echo", model.name, &flags);
        let mut most_bytes = 0;
        thread::scope(|scope| {
            let deaf: Vec<_> = (0..DEAF)
                .map(|_| scope.spawn(|| write_until_over(&mut server.connect(), SENT_BYTES)))
                .collect();
            // Under the iterative model one that is there would keep out those who do not read.
            let mut other = (!model.is_iterative()).then(|| server.connect());
            while deaf.iter().any(|thread| !thread.is_finished()) {
                most_bytes = most_bytes.max(resident_bytes(server.pid()));
                other.iter_mut().for_each(echo);
                thread::sleep(Duration::from_millis(5));
            }
            for thread in deaf {
                let written = thread.join().expect("written");
                assert!(written < SENT_BYTES, "all {written} bytes were taken");
            }
        });
        assert!(most_bytes < MEMORY_BYTES, "{most_bytes} bytes");
        echo(&mut server.connect());
        let stopped = stop(server);
        assert_eq!(ended_by(&stopped.summary, "write-timeout"), DEAF as u64);
    });
}

const LORISES: usize = 8;
/// The greeting of `timestamps`.
const GREETING_BYTES: usize = 39;
const DEAF: usize = 3;
/// What each of those who do not read would send.
const SENT_BYTES: usize = 64 * 1024 * 1024;
