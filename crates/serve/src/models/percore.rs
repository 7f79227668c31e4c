//! `percore`: an event loop for each processor, each in a process of its own.
//!
//! ```text
//!   process 1: epoll ─▶ A, C, E …        one listener that all wait for (--sharing listener),
//!   process 2: epoll ─▶ B, D, F …        or one each, dealt to by the kernel (--sharing reuseport)
//! ```
//!
//! What nginx does: a reactor's economy on every processor, nothing shared but the statistics, and each
//! process has descriptors of its own. Where all wait for one listener, the one that is awake takes more;
//! where each has its own, a connection that the kernel dealt to a busy process waits there.

use std::net::TcpListener;

use machine::Service;
use run::{Crew, Recorder, Run, Sharing};

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::Acceptor,
    event_loop::EventLoop,
    herd::{self, Worker},
    model::NOTHING_SPECIAL,
};

pub(super) const MODEL: Model = Model {
    name: "percore",
    short_name: "percore",
    about: "an event loop a core",
    execution: "a process for each processor, an event loop in each",
    memory: Memory::Separate,
    good_at: "many connections on all processors; descriptors of several processes",
    bad_at: "even load: a connection stays with the loop that took it",
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
    check: NOTHING_SPECIAL,
    serve,
};

pub(super) fn size(crew: &Crew) -> usize {
    crew.size.unwrap_or_else(run::cores)
}

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    herd::keep(listener, size(run.crew), run, &|worker: Worker| {
        let recorder = Recorder::new(run, worker.slot);
        let is_shared = run.crew.sharing == Sharing::Listener;
        let acceptor = Acceptor::new(worker.listener, run).shared(is_shared);
        EventLoop::new(acceptor, service, &recorder, run)?.run()
    })
}
