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
use run::{Limits, Recorder, Run};

use crate::{
    Model, ServeError,
    acceptor::{Acceptor, Arrival},
    room::Room,
    session::serve_connection,
};

pub(super) struct Iterative;

impl Model for Iterative {
    fn name(&self) -> &'static str {
        "iterative"
    }

    fn short_name(&self) -> &'static str {
        "iter"
    }

    fn about(&self) -> &'static str {
        "one at a time"
    }

    fn slots(&self, _: &Limits) -> u32 {
        1
    }

    fn is_iterative(&self) -> bool {
        true
    }

    fn serve(
        &self,
        listener: TcpListener,
        service: &dyn Service,
        run: &Run<'_>,
    ) -> Result<(), ServeError> {
        let slot = run.shards.claim().expect("this model has a slot");
        let recorder = Recorder::new(run, slot);
        let mut acceptor = Acceptor::new(listener, run);
        loop {
            match acceptor.next(&recorder, Room::Yes, None)? {
                Arrival::Connection(connection) => {
                    serve_connection(&connection, service, &recorder, run);
                    recorder.left();
                }
                Arrival::Woken => {}
                Arrival::Stop => break,
            }
        }
        recorder.commit();
        Ok(())
    }
}
