//! `uring`: one thread attends to all connections, as their reads and writes are completed.
//!
//! ```text
//!   enter ─▶ bytes of A have come: handle, queue the answer ─▶ C's answer has gone: … ─▶ enter
//!     one system call hands over all answers of a turn, and brings all that has come meanwhile
//! ```
//!
//! Where `reactor` is told that a socket is ready and then reads it, here the kernel reads and writes by
//! itself and tells when it is done (J. Axboe, "Efficient IO with io_uring", 2019; io_uring(7)). One accept
//! and one receive a connection stay armed for ever, and the kernel takes a buffer out of a common stock only
//! when there is something to put into it: an idle connection has none.

use std::net::TcpListener;

use machine::Service;
use run::{Recorder, Run};

use crate::{
    Choice, Memory, Model, ServeError,
    ring::{self, Ring},
    ring_loop::RingLoop,
};

pub(super) const MODEL: Model = Model {
    name: "uring",
    short_name: "uring",
    about: "one io_uring loop",
    execution: "one thread attends to all connections, as io_uring completes their reads and writes",
    memory: Memory::Single,
    good_at: "many connections, short requests: one system call for many reads and writes",
    bad_at: "calculations: while one runs, everybody waits; one processor; forbidden in many containers",
    file: file!(),
    choices: &[Choice::CpuWork, Choice::Connections, Choice::WhenFull],
    at_once: |_| None,
    slots: |_, _| 1,
    check: || ring::check(INSTEAD),
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let ring = Ring::new(INSTEAD)?;
    let slot = run.shards.claim().expect("this model has a slot");
    let recorder = Recorder::new(run, slot);
    RingLoop::new(ring, listener, false, service, &recorder, run)?.run()
}

const INSTEAD: &str = "`-m reactor`";
