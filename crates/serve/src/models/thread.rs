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

use std::{
    net::TcpListener,
    os::fd::{AsFd as _, OwnedFd},
    thread::{self, Builder},
};

use machine::Service;
use run::{Limits, Recorder, Run, TurnedAway};
use rustix::event::{EventfdFlags, eventfd};

use crate::{
    Model, ServeError,
    acceptor::{Acceptor, Arrival, Connection},
    room::{Room, one_slot_a_worker},
    session::serve_connection,
};

pub(super) struct Thread;

impl Model for Thread {
    fn name(&self) -> &'static str {
        "thread"
    }

    fn short_name(&self) -> &'static str {
        "thr"
    }

    fn about(&self) -> &'static str {
        "a thread each"
    }

    fn slots(&self, limits: &Limits) -> u32 {
        one_slot_a_worker(limits)
    }

    fn is_iterative(&self) -> bool {
        false
    }

    fn serve(
        &self,
        listener: TcpListener,
        service: &dyn Service,
        run: &Run<'_>,
    ) -> Result<(), ServeError> {
        let slot = run.shards.claim().expect("the acceptor has a slot");
        let recorder = Recorder::new(run, slot);
        let freed = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|error| ServeError::Workers(error.into()))?;
        let freed = &freed;
        let mut acceptor = Acceptor::new(listener, run);
        // Leaving the scope waits for all threads, each of which ends within the grace period.
        thread::scope(|scope| {
            let mut claimed = None;
            loop {
                claimed = claimed.or_else(|| run.shards.claim());
                let room = Room::for_worker(run.limits, claimed.is_some());
                match acceptor.next(&recorder, room, Some(freed.as_fd()))? {
                    Arrival::Stop => return Ok(()),
                    Arrival::Woken => drain_eventfd(freed),
                    Arrival::Connection(connection) => {
                        let slot = claimed.take().expect("there was room");
                        let peer = connection.peer;
                        let work = move || work(connection, service, slot, run, freed);
                        let builder = Builder::new().stack_size(STACK_BYTES);
                        if builder.spawn_scoped(scope, work).is_err() {
                            recorder.turned_away(peer, run.clock.now(), TurnedAway::Workers);
                            recorder.left();
                            claimed = Some(slot);
                        }
                    }
                }
            }
        })
    }
}

fn work(connection: Connection, service: &dyn Service, slot: u32, run: &Run<'_>, freed: &OwnedFd) {
    let recorder = Recorder::new(run, slot);
    serve_connection(&connection, service, &recorder, run);
    recorder.left();
    drop(connection);
    run.shards.release(slot);
    // Full means that the acceptor has been told already.
    let _ = rustix::io::write(freed, &1_u64.to_ne_bytes());
}

fn drain_eventfd(fd: &OwnedFd) {
    let mut count = [0; 8];
    let _ = rustix::io::read(fd, &mut count);
}

/// A session needs little: its buffers are on the heap, and the deepest recursion is bounded. The
/// kernel provides pages as they are touched, so what counts is address space.
const STACK_BYTES: usize = 256 * 1024;
