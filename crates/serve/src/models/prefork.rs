//! `prefork`: processes forked before anybody connects, all accepting from one listener.
//!
//! ```text
//!   fork ─▶ process 1: accept, serve to its end, accept …      the kernel gives each connection to one
//!   fork ─▶ process 2: accept, serve to its end, accept …      of those that wait in accept
//! ```
//!
//! Stevens, UNIX Network Programming, volume 1, section 30.6, and the Apache server's oldest module. No
//! fork while a client waits; a worker that is killed loses its one connection and is replaced.

use std::net::TcpListener;

use machine::Service;
use run::{Crew, Recorder, Run};

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::Acceptor,
    blocking::{Nudged, serve_connection},
    herd::{self, Worker},
    model::NOTHING_SPECIAL,
    nudge,
    room::bounded_size,
};

pub(super) const MODEL: Model = Model {
    name: "prefork",
    short_name: "prefork",
    about: "a bounded herd of processes",
    execution: "a fixed number of processes accept from one listener, each serves one connection at a time",
    memory: Memory::Separate,
    good_at: "isolation without a fork for each client; bounded memory",
    bad_at: "long or idle sessions: each holds a process, and the others wait",
    file: file!(),
    choices: &[
        Choice::Size,
        Choice::Sharing,
        Choice::Connections,
        Choice::Workers,
    ],
    at_once: |crew| Some(size(crew) as u64),
    slots: |limits, crew| herd::slots(bounded_size(size(crew), limits)),
    check: NOTHING_SPECIAL,
    serve,
};

fn size(crew: &Crew) -> usize {
    crew.size.unwrap_or(PROCESSES)
}

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let size = bounded_size(size(run.crew), run.limits);
    herd::keep(listener, size, run, &|worker: Worker| {
        // It waits in `accept` itself: of processes that poll, all would wake for each connection.
        let blocks = worker.listener.set_nonblocking(false);
        blocks.map_err(ServeError::Accept)?;
        nudge::keep_ticking(run.limits.idle);
        let recorder = Recorder::new(run, worker.slot);
        let mut acceptor = Acceptor::new(worker.listener, run);
        while let Some(connection) = acceptor.next_blocking(&recorder)? {
            serve_connection(&connection, service, &recorder, run, Nudged::Yes);
            recorder.left();
        }
        Ok(())
    })
}

/// As many as Apache starts with at the most.
const PROCESSES: usize = 64;
