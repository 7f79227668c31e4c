//! The concurrency models there are. A model is a file here and a line in [`MODELS`]; listing it is
//! what offers it on the command line, what benchmarks it and what tests it.
//!
//! A new model owes: an [`Acceptor`](crate::acceptor) that it asks for connections, saying each time
//! whether there is room; a claimed slot and a [`run::Recorder`] for every worker, released when the
//! worker is gone (tasks that move between workers find theirs through [`Pens`](crate::pens)); a
//! [`Conversation`](crate::conversation) for every connection; [`run::Recorder::left`] once for every
//! connection; and an end within the grace period.

mod async_tasks;
mod iterative;
mod names;
mod percore;
mod pool;
mod prefork;
mod process;
mod reactor;
mod thread;
mod uring;
mod uring_percore;

use crate::Model;

/// All models, in the order in which a newcomer should meet them.
pub const MODELS: &[Model] = &[
    iterative::MODEL,
    thread::MODEL,
    process::MODEL,
    pool::MODEL,
    prefork::MODEL,
    reactor::MODEL,
    percore::MODEL,
    async_tasks::MODEL,
    uring::MODEL,
    uring_percore::MODEL,
];

pub use names::by_name;
