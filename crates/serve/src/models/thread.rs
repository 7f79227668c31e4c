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
    io,
    net::TcpListener,
    os::fd::{AsFd as _, OwnedFd},
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, Builder},
};

use machine::Service;
use run::{Limits, Recorder, Run, Shards, TurnedAway};
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
        let vacancy = &Vacancy::new().map_err(ServeError::Workers)?;
        // Leaving the scope waits for all threads, each of which ends within the grace period. The
        // acceptor is gone by then, so that nobody connects to a server that will not serve.
        thread::scope(|scope| {
            let mut acceptor = Acceptor::new(listener, run);
            let mut claimed = None;
            loop {
                claimed = claimed.or_else(|| vacancy.claim(run.shards));
                let room = Room::for_worker(run.limits, claimed.is_some());
                match acceptor.next(&recorder, room, Some(vacancy.bell.as_fd()))? {
                    Arrival::Stop => return Ok(()),
                    Arrival::Woken => vacancy.silence(),
                    Arrival::Connection(connection) => {
                        let slot = claimed.take().expect("there was room");
                        let peer = connection.peer;
                        let work = move || work(connection, service, slot, run, vacancy);
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

fn work(
    connection: Connection,
    service: &dyn Service,
    slot: u32,
    run: &Run<'_>,
    vacancy: &Vacancy,
) {
    let recorder = Recorder::new(run, slot);
    serve_connection(&connection, service, &recorder, run);
    recorder.left();
    drop(connection);
    vacancy.release(run.shards, slot);
}

/// Tells the acceptor that a slot is free again, when it waits for one and only then: a bell at the
/// end of every connection would wake it as often.
struct Vacancy {
    is_awaited: AtomicBool,
    bell: OwnedFd,
}

impl Vacancy {
    fn new() -> io::Result<Self> {
        Ok(Self {
            is_awaited: AtomicBool::new(false),
            bell: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Looks again after it has said that it waits, so that no release falls in between.
    fn claim(&self, shards: &Shards) -> Option<u32> {
        shards.claim().or_else(|| {
            self.is_awaited.store(true, Ordering::SeqCst);
            shards.claim()
        })
    }

    fn release(&self, shards: &Shards, slot: u32) {
        shards.release(slot);
        if self.is_awaited.swap(false, Ordering::SeqCst) {
            let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        }
    }

    fn silence(&self) {
        let _ = rustix::io::read(&self.bell, &mut [0; 8]);
    }
}

/// A session needs little: its buffers are on the heap, and the deepest recursion is bounded. The
/// kernel provides pages as they are touched, so what counts is address space.
const STACK_BYTES: usize = 256 * 1024;
