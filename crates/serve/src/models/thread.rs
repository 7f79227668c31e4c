//! `thread`: a thread for each connection.
//!
//! ```text
//!   accept ─▶ thread A: serve, end
//!   accept ─▶ thread B: serve, end        all in one address space
//! ```
//!
//! A thread costs about 30 us to make and shares the memory of all others (Stevens, UNIX Network
//! Programming, volume 1, section 26.4). Where the bound on workers is reached, connections wait in the
//! kernel's queue or are turned away, as the limits say.

use std::{net::TcpListener, thread::Scope};

use machine::Service;
use run::{Recorder, Run};

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    blocking::{Nudged, serve_connection},
    model::NOTHING_SPECIAL,
    nudge::Ticks,
    room::{Room, one_slot_a_thread},
    staff::{Staff, spawn},
};

pub(super) const MODEL: Model = Model {
    name: "thread",
    short_name: "thr",
    about: "a thread each",
    execution: "a thread for each connection, made when it is accepted",
    memory: Memory::Shared,
    good_at: "straight code that may block; up to some thousand clients; work for the processor",
    bad_at: "tens of thousands of idle clients: a stack and a scheduler entry each",
    file: file!(),
    choices: &[Choice::Connections, Choice::Workers, Choice::WhenFull],
    at_once: |_| None,
    slots: |limits, _| one_slot_a_thread(limits),
    check: NOTHING_SPECIAL,
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let staff = &Staff::new(service, run, one_slot_a_thread(run.limits))?;
    staff.lead(|scope| accept_all(listener, staff, scope))
}

/// The listener is closed at the end, so that nobody connects to a server that will not serve.
fn accept_all<'s>(
    listener: TcpListener,
    staff: &'s Staff<'_>,
    scope: &'s Scope<'s, '_>,
) -> Result<(), ServeError> {
    let Staff { run, vacancy, .. } = staff;
    let slot = run.shards.claim().expect("the acceptor has a slot");
    let recorder = Recorder::new(run, slot);
    let mut acceptor = Acceptor::new(listener, run);
    let mut ticks = Ticks::new(&staff.threads, run);
    let mut claimed = None;
    loop {
        ticks.tick_if_due(run.clock.now());
        claimed = claimed.or_else(|| vacancy.find(|| run.shards.claim()));
        let room = Room::for_worker(run.limits, claimed.is_some());
        match acceptor.next(&recorder, room, Some(vacancy.bell()), ticks.next_at())? {
            Arrival::Stop => return Ok(()),
            Arrival::Woken => vacancy.silence(),
            Arrival::Connection(connection) => {
                let slot = claimed.take().expect("there was room");
                let (number, peer) = (connection.number, connection.peer);
                if spawn(scope, move || work(staff, connection, slot)).is_err() {
                    recorder.unserved(number, peer, run.clock.now());
                    recorder.left();
                    claimed = Some(slot);
                }
            }
        }
    }
}

/// What a thread does.
fn work(staff: &Staff<'_>, connection: Connection, slot: u32) {
    let recorder = Recorder::new(staff.run, slot);
    let membership = staff.threads.join(slot);
    serve_connection(
        &connection,
        staff.service,
        &recorder,
        staff.run,
        Nudged::Yes,
    );
    recorder.left();
    drop((connection, membership));
    staff.run.shards.release(slot);
    staff.vacancy.tell();
}
