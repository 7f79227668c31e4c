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
//!
//! Parent and child share each page of memory until one of them writes to it; then the child has one of its
//! own, 4 KiB for as long as it lives. So the parent writes to few between two forks (`ParentsList`), and a
//! child to few at all (`rehearse`, `Processes::start`): its stack, its thread's variables, the head of the
//! heap, the blocks that it is given, and the bells of the stop. An idle connection takes about 36 KiB.

use std::{
    hint::black_box,
    mem,
    net::{SocketAddr, TcpListener},
    panic::{AssertUnwindSafe, catch_unwind},
};

use machine::{Input, Output, PrivateWords, Service};
use run::{Recorder, Run};
use timing::Tick;

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    blocking::{Nudged, serve_connection},
    conversation::outbox,
    model::NOTHING_SPECIAL,
    nudge,
    processes::{Ended, Processes},
    read_buffer::ReadBuffer,
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
    let most = one_slot_a_worker(run.limits) as usize;
    let mut children = Processes::new(most).map_err(ServeError::Workers)?;
    rehearse(service, run);
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

#[derive(Clone, Copy)]
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

/// Runs sessions whose outputs lead nowhere, so that children write to fewer pages of their own: 8 to 12 KiB.
///
/// What code sets up when it is first run, such as which search for a byte suits this processor, is set up
/// before the forks, and its page stays shared. And start-up has freed small blocks all over the heap, which
/// malloc hands out first: all rehearsals but the last keep theirs for good, and the last gives back blocks
/// that lie side by side, which are what a child is given. A panic is left to the sessions, which end by it
/// one at a time.
fn rehearse(service: &dyn Service, run: &Run<'_>) {
    let shared = PrivateWords::new(service.shared_words());
    for turn in 1..=REHEARSALS {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let mut machine = service.session(&shared);
            let (mut out, buffer) = (outbox(run), ReadBuffer::small());
            machine.handle(run.clock.now(), Input::Start, &mut out);
            let is_over = matches!(out.outputs().last(), Some(Output::Close(_)));
            if !is_over {
                machine.handle(run.clock.now(), Input::Received(&REQUEST), &mut out);
            }
            // Or the compiler may leave out memory that nobody reads.
            let used = black_box((machine, out, buffer));
            if turn < REHEARSALS {
                mem::forget(used);
            }
        }));
    }
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

/// malloc keeps up to seven freed blocks of a size at hand, and more in lists: as many as the command line has flags and values, which
/// are parsed and freed before. With 16 of them a child had 24 KiB of the heap, with 128 it has 12.
const REHEARSALS: usize = 128;
/// Of ordinary size, and in the form of nearly everything that is asked for over TCP: words, the end of a
/// line, an empty line.
const REQUEST: [u8; 64] = {
    let mut request = [b'0'; 64];
    request[1] = b' ';
    [request[60], request[61]] = *b"\r\n";
    [request[62], request[63]] = *b"\r\n";
    request
};
