//! `async`: a task for each connection, on a runtime that lets its threads steal them from each other.
//!
//! ```text
//!   thread 1: A ─▶ C ─▶ E        a task runs until it would wait, then the next one does
//!   thread 2: B ─▶ D ─▶ steals E when it has nothing to do      … one epoll instance for all
//! ```
//!
//! Straight code for each connection, as with threads, at a loop's price: a task that waits is some hundred
//! bytes and no stack. Queues are each thread's own, and an idle thread takes half of another's, so load is
//! even without a common queue (R. Blumofe and C. Leiserson, "Scheduling Multithreaded Computations by Work
//! Stealing", 1999; C. Lerche, "Making the Tokio scheduler 10x faster", 2019). A task does not lose its thread
//! while it calculates: those behind it wait or are stolen, and when all threads calculate, everybody waits.
//!
//! Tasks wait with tokio's timer, a wheel of 1 ms that `epoll_wait` turns: an answer that is due by time
//! may be late by one to two milliseconds, and by a thousandth of a longer wait when nothing else goes on
//! (see [`run::nap`], which the runtime does not take).

use std::{
    convert::Infallible, future::poll_fn, net::TcpListener, os::fd::AsFd as _, pin::pin, task::Poll,
};

use machine::Service;
use run::{Crew, Run};
use tokio::{
    io::Interest,
    runtime::Builder,
    sync::mpsc::{Sender, channel},
    task::yield_now,
};

use crate::{
    Choice, Memory, Model, ServeError,
    acceptor::{Acceptor, Look},
    hall::{Hall, watch},
    model::NOTHING_SPECIAL,
    room::Room,
    task::attend,
    task_scope::{Tasks, scope},
};

pub(super) const MODEL: Model = Model {
    name: "async",
    short_name: "async",
    about: "tasks on tokio",
    execution: "a task for each connection, on threads that steal tasks from each other",
    memory: Memory::Shared,
    good_at: "many connections on all processors in one process, evenly spread",
    bad_at: "calculations: a task keeps its thread while it runs; timers to the millisecond",
    file: file!(),
    choices: &[
        Choice::Size,
        Choice::CpuWork,
        Choice::Connections,
        Choice::WhenFull,
    ],
    at_once: |_| None,
    slots: |_, crew| u32::try_from(size(crew)).expect("a size is bounded"),
    check: NOTHING_SPECIAL,
    serve,
};

fn size(crew: &Crew) -> usize {
    crew.size.unwrap_or_else(run::cores)
}

fn serve(listener: TcpListener, service: &dyn Service, run: &Run<'_>) -> Result<(), ServeError> {
    let size = size(run.crew);
    let runtime = Builder::new_multi_thread()
        .worker_threads(size)
        // Beside the workers: threads that calculate, made when there is something to.
        .max_blocking_threads(run::cores())
        .enable_all()
        .build()
        .map_err(ServeError::Workers)?;
    let hall = &Hall::new(service, run, (&runtime, size));
    let served = scope(runtime, |tasks| serve_all(hall, tasks, listener));
    hall.pens.commit();
    served
}

/// Ends when every task has.
async fn serve_all<'h>(
    hall: &'h Hall<'_>,
    tasks: Tasks<'h>,
    listener: TcpListener,
) -> Result<(), ServeError> {
    // Every task holds one end, and no other use is made of it.
    let (everyone, mut nobody) = channel(1);
    // As a task, so that no connection is handed from this thread to a worker.
    let accepting = accept_all(hall, tasks.clone(), listener, everyone);
    let accepting = tasks.spawn(accepting);
    let mut stops = pin!(hall.pass_on_stops());
    poll_fn(|cx| match stops.as_mut().poll(cx) {
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Ready(Ok(never)) => match never {},
        Poll::Pending => nobody.poll_recv(cx).map(|_| Ok(())),
    })
    .await?;
    match accepting.await {
        Ok(accepted) => accepted,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The listener is closed at the end, so that nobody connects to a server that will not serve.
async fn accept_all<'h>(
    hall: &'h Hall<'_>,
    tasks: Tasks<'h>,
    listener: TcpListener,
    everyone: Sender<Infallible>,
) -> Result<(), ServeError> {
    let accepted = accept_until_stop(hall, &tasks, listener, &everyone).await;
    if accepted.is_err() {
        hall.run.stop.request();
    }
    accepted
}

async fn accept_until_stop<'h>(
    hall: &'h Hall<'_>,
    tasks: &Tasks<'h>,
    listener: TcpListener,
    everyone: &Sender<Infallible>,
) -> Result<(), ServeError> {
    let watched = listener.try_clone().map_err(ServeError::Workers)?;
    let watched = watch(watched.as_fd(), Interest::READABLE).map_err(ServeError::Workers)?;
    let mut acceptor = Acceptor::new(listener, hall.run);
    while let Some(ready) = hall.until_stop(watched.readable()).await {
        let mut ready = ready.map_err(ServeError::Accept)?;
        match accept_some(hall, tasks, &mut acceptor, everyone)? {
            Accepted::Some => yield_now().await,
            Accepted::All => ready.clear_ready(),
            Accepted::NoRoom => {
                hall.until_stop(hall.pause()).await;
            }
        }
    }
    Ok(())
}

/// Why the acceptor lets others go on.
enum Accepted {
    Some,
    All,
    NoRoom,
}

/// Accepts a portion, so that those connected do not wait for all that want to be.
fn accept_some<'h>(
    hall: &'h Hall<'_>,
    tasks: &Tasks<'h>,
    acceptor: &mut Acceptor<'_>,
    everyone: &Sender<Infallible>,
) -> Result<Accepted, ServeError> {
    let pen = hall.pens.here();
    for _ in 0..ACCEPTS_AT_ONCE {
        let room = Room::for_connection(hall.run);
        if room == Room::Wait {
            return Ok(Accepted::NoRoom);
        }
        match acceptor.look(&pen.recorder, room)? {
            Look::Connection(connection) => {
                let everyone = everyone.clone();
                drop(tasks.spawn(async move {
                    attend(hall, connection).await;
                    drop(everyone);
                }));
            }
            Look::Nobody => return Ok(Accepted::All),
            Look::Later => return Ok(Accepted::NoRoom),
        }
    }
    Ok(Accepted::Some)
}

const ACCEPTS_AT_ONCE: usize = 64;
