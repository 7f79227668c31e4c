//! `uring-percore`: an io_uring loop for each processor, each in a process of its own.
//!
//! ```text
//!   process 1: io_uring ─▶ A, C, E …     one listener that all accept from (--sharing listener),
//!   process 2: io_uring ─▶ B, D, F …     or one each, dealt to by the kernel (--sharing reuseport)
//! ```
//!
//! To `uring` what `percore` is to `reactor`: a ring belongs to one thread, so each process has one. Where all
//! accept from one listener they do so one connection at a time, because an accept that stays armed would
//! bring everybody who waits to the process that wakes first.

use std::net::TcpListener;

use machine::Service;
use run::{Recorder, Run, Sharing};

use super::percore::size;
use crate::{
    Choice, Memory, Model, ServeError,
    herd::{self, Worker},
    ring::{self, Ring},
    ring_loop::RingLoop,
};

pub(super) const MODEL: Model = Model {
    name: "uring-percore",
    short_name: "uring-percore",
    about: "an io_uring loop a core",
    execution: "a process for each processor, an io_uring loop in each",
    memory: Memory::Separate,
    good_at: "many connections on all processors, with few system calls",
    bad_at: "even load: a connection stays with the loop that took it; forbidden in many containers",
    file: file!(),
    choices: &[
        Choice::Size,
        Choice::Sharing,
        Choice::CpuWork,
        Choice::Connections,
        Choice::WhenFull,
    ],
    at_once: |_| None,
    slots: |_, crew| herd::slots(size(crew)),
    check: || ring::check(INSTEAD),
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    herd::keep(listener, size(run.crew), run, &|worker: Worker| {
        let ring = Ring::new(INSTEAD)?;
        let recorder = Recorder::new(run, worker.slot);
        let is_shared = run.crew.sharing == Sharing::Listener;
        RingLoop::new(ring, worker.listener, is_shared, service, &recorder, run)?.run()
    })
}

const INSTEAD: &str = "`-m percore`";
