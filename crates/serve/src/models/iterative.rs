//! `iterative`: one connection after another, by the one that accepts.
//!
//! ```text
//!   accept ─▶ serve A to its end ─▶ accept ─▶ serve B to its end ─▶ …      B, C, D wait in the
//!                                                                          kernel's queue
//! ```
//!
//! The model of the first server in every textbook (Stevens, UNIX Network Programming, volume 1,
//! section 1.5). Nothing is shared and nothing can race; a client that dawdles makes all others wait.

use std::net::TcpListener;

use machine::Service;
use run::{Recorder, Run};
use timing::Tick;

use crate::{
    Memory, Model, ServeError,
    acceptor::{Acceptor, Arrival},
    blocking::{Nudged, serve_connection},
    model::NOTHING_SPECIAL,
    room::Room,
};

pub(super) const MODEL: Model = Model {
    name: "iterative",
    short_name: "iter",
    about: "one at a time",
    execution: "the one that accepts serves each connection to its end before the next",
    memory: Memory::Single,
    good_at: "being understood; requests that take microseconds, one client",
    bad_at: "a second client: it waits for the first one's whole session",
    file: file!(),
    choices: &[],
    at_once: |_| Some(1),
    slots: |_, _| 1,
    check: NOTHING_SPECIAL,
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let slot = run.shards.claim().expect("this model has a slot");
    let recorder = Recorder::new(run, slot);
    let mut acceptor = Acceptor::new(listener, run);
    loop {
        match acceptor.next(&recorder, Room::Yes, None, Tick::MAX)? {
            Arrival::Connection(connection) => {
                // Nobody is there to interrupt a read.
                serve_connection(&connection, service, &recorder, run, Nudged::No);
                recorder.left();
            }
            Arrival::Woken => {}
            Arrival::Stop => break,
        }
    }
    recorder.commit();
    Ok(())
}
