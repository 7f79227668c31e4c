//! `reactor`: one thread attends to all connections, as they become ready.
//!
//! ```text
//!   epoll ─▶ A is readable: read, handle, write ─▶ C is readable: … ─▶ a deadline of B: … ─▶ epoll
//! ```
//!
//! The pattern has its name from D. Schmidt ("Reactor", 1995); Redis and Node.js work in this way. An idle
//! connection costs some hundred bytes, and no request waits for the scheduler; but a calculation holds up
//! everybody (`--cpu-work offload` hands it to other threads), and only one processor is used.

use std::net::TcpListener;

use machine::Service;
use run::{Recorder, Run};

use crate::{
    Choice, Memory, Model, ServeError, acceptor::Acceptor, event_loop::EventLoop,
    model::NOTHING_SPECIAL,
};

pub(super) const MODEL: Model = Model {
    name: "reactor",
    short_name: "reactor",
    about: "one event loop",
    execution: "one thread attends to all connections, as epoll tells which are ready",
    memory: Memory::Single,
    good_at: "many connections, short requests: least memory, no locks, no switches",
    bad_at: "calculations: while one runs, everybody waits; one processor only",
    file: file!(),
    choices: &[Choice::CpuWork, Choice::Connections, Choice::WhenFull],
    at_once: |_| None,
    slots: |_, _| 1,
    check: NOTHING_SPECIAL,
    serve,
};

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let slot = run.shards.claim().expect("this model has a slot");
    let recorder = Recorder::new(run, slot);
    let acceptor = Acceptor::new(listener, run);
    EventLoop::new(acceptor, service, &recorder, run)?.run()
}
