//! `process`: a process for each connection, forked from the one that accepts.
//!
//! ```text
//!   accept ─▶ fork ─▶ child A: serve, exit
//!   accept ─▶ fork ─▶ child B: serve, exit      each in an address space of its own; statistics and
//!          ◀─ SIGCHLD: reap, free the slot      shared words in one mapping made before
//! ```
//!
//! The classic concurrent server (Stevens, UNIX Network Programming, volume 1, section 4.8). A child that
//! crashes takes only its own connection along. The parent has a single thread, because a fork copies
//! locks that other threads may hold; it closes its copy of the connection at once, or the client would
//! never see the end of file; and it keeps nothing big, because a fork copies the page tables.

use std::net::{SocketAddr, TcpListener};

use machine::Service;
use run::{Recorder, Run};
use timing::Tick;

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    blocking::{Nudged, serve_connection},
    model::NOTHING_SPECIAL,
    nudge,
    processes::{Ended, Processes},
    room::{Room, one_slot_a_worker},
};

pub(super) const MODEL: Model = Model {
    name: "process",
    short_name: "proc",
    about: "a process each",
    execution: "a process for each connection, forked when it is accepted",
    memory: Memory::Separate,
    good_at: "isolation: a crash or a leak takes one connection along",
    bad_at: "short connections and many of them: a fork and an address space each",
    file: file!(),
    choices: &[Choice::Connections, Choice::Workers, Choice::WhenFull],
    at_once: |_| None,
    slots: |limits, _| one_slot_a_worker(limits),
    check: NOTHING_SPECIAL,
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    nudge::prepare()?;
    let slot = run.shards.claim().expect("the acceptor has a slot");
    let recorder = Recorder::new(run, slot);
    let mut children = Processes::new().map_err(ServeError::Workers)?;
    let mut acceptor = Acceptor::new(listener, run);
    let mut claimed = None;
    let accepted = loop {
        claimed = claimed.or_else(|| run.shards.claim());
        let room = Room::for_worker(run.limits, claimed.is_some());
        match acceptor.next(&recorder, room, Some(children.bell()), Tick::MAX) {
            Err(error) => break Err(error),
            Ok(Arrival::Stop) => break Ok(()),
            Ok(Arrival::Woken) => {
                let ended = children.take_ended();
                ended.into_iter().for_each(|one| bury(one, &recorder, run));
            }
            Ok(Arrival::Connection(connection)) => {
                let slot = claimed.take().expect("there was room");
                let child = Child::of(&connection, slot, run);
                let life = || {
                    live(&connection, service, slot, &acceptor, run);
                    Ok(())
                };
                if let Err(child) = children.start(child, run, life) {
                    recorder.unserved(child.connection, child.peer, run.clock.now());
                    recorder.left();
                    claimed = Some(slot);
                }
            }
        }
    };
    // Nobody is accepted any more, and the children have heard the same alarm.
    drop(acceptor);
    children.drain(run, |one| bury(one, &recorder, run));
    accepted
}

struct Child {
    slot: u32,
    connection: u64,
    peer: SocketAddr,
    /// What its slot had counted as ended before it: tells whether it got to count its own.
    ended_before: u64,
}

impl Child {
    fn of(connection: &Connection, slot: u32, run: &Run<'_>) -> Self {
        Self {
            slot,
            connection: connection.number,
            peer: connection.peer,
            ended_before: run.shards.ended_in(slot),
        }
    }
}

/// A child has ended: what it could not count any more is counted, and its slot is free.
fn bury(ended: Ended<Child>, recorder: &Recorder<'_>, run: &Run<'_>) {
    let Ended {
        known: child,
        is_well,
        ..
    } = ended;
    if !is_well {
        run.shards.mend(child.slot);
        if run.shards.ended_in(child.slot) == child.ended_before {
            recorder.killed(child.connection, child.peer, run.clock.now());
        }
    }
    recorder.left();
    run.shards.release(child.slot);
}

/// The child's whole life.
fn live(
    connection: &Connection,
    service: &dyn Service,
    slot: u32,
    acceptor: &Acceptor<'_>,
    run: &Run<'_>,
) {
    acceptor.leave_to_parent();
    nudge::keep_ticking(run.limits.idle);
    let recorder = Recorder::new(run, slot);
    serve_connection(connection, service, &recorder, run, Nudged::Yes);
}
