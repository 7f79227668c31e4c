//! What is expected of every server at its end, and of a model before its test.

use std::{io::Write as _, net::TcpStream};

use history::ServeSummary;
use serve::{Memory, Model};

use crate::{
    conformance::{outside::lives, subject::for_every_model},
    support::{Server, Stopped, read_exactly},
};

/// Ends the server, which must have been well to its end and lost nobody from its books.
#[track_caller]
pub fn stop(server: Server) -> Stopped {
    check_books(server.stop())
}

/// It ended well, and every connection that was counted in was counted out.
#[track_caller]
pub fn check_books(stopped: Stopped) -> Stopped {
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("panic"), "{}", stopped.stderr);
    let connections = &stopped.summary.connections;
    assert_eq!(
        connections.accepted,
        ended(&stopped.summary),
        "{connections:?}"
    );
    stopped
}

/// How many connections ended, by whichever way.
pub fn ended(summary: &ServeSummary) -> u64 {
    summary.connections.ended.values().sum()
}

/// How many connections ended in this way.
pub fn ended_by(summary: &ServeSummary, reason: &str) -> u64 {
    summary.connections.ended.get(reason).copied().unwrap_or(0)
}

/// Under the iterative model nobody else is ever served meanwhile.
#[track_caller]
pub fn for_every_concurrent_model(work: impl Fn(&'static Model) + Sync) {
    for_every_model(|model| {
        if !model.is_iterative() {
            work(model);
        }
    });
}

/// The models whose workers are processes.
#[track_caller]
pub fn for_every_model_of_processes(work: impl Fn(&'static Model) + Sync) {
    for_every_model(|model| {
        if model.memory == Memory::Separate {
            work(model);
        }
    });
}

/// The flags for `count` workers, where the model serves no more connections at once than it has.
pub fn workers(model: &Model, count: &'static str) -> Vec<&'static str> {
    let is_bounded = (model.at_once)(&run::Crew::default()).is_some_and(|most| most > 1);
    match is_bounded {
        true => vec!["--size", count],
        false => Vec::new(),
    }
}

/// Sends a line and gets it back.
#[track_caller]
pub fn echo(stream: &mut TcpStream) {
    stream.write_all(b"x\n").expect("sent");
    assert_eq!(read_exactly(stream, 2), b"x\n");
}

/// The workers that run; a zombie is a child, too, until its parent takes it back.
pub fn living_workers(server: &Server) -> Vec<u32> {
    let mut workers = server.children();
    workers.retain(|&pid| lives(pid));
    workers
}

/// More than a server of these tests needs, and less than one that stores what it should not.
pub const MEMORY_BYTES: u64 = 48 * 1024 * 1024;
