//! The load generator: workers, arrival schedules, checked answers.
//!
//! It speaks no protocol: it drives the client machines of a [`machine::ClientFactory`] over TCP.
//! Each worker is a thread with a small loop over its connections, usually one.
//!
//! ```text
//!   Plan ──▶ drive ──▶ worker 0 ─┬─ Schedule    when the next request is intended
//!                 │              ├─ Connection  socket + client machine + requests under way
//!                 │              └─ Ledger      samples, by the batch ──▶ Watcher::on_samples
//!                 ├──▶ worker 1 …                      │
//!                 │                                    ▼
//!                 └◀─── Report ◀── findings ◀──────  Tally (all workers' distributions)
//! ```
//!
//! **Every request of the plan ends as exactly one [`history::Sample`] with one outcome**, whatever
//! the server or the user does. Latency counts from the instant at which the schedule intended the
//! request, so a server that stalls cannot hide it by keeping the generator from asking (G. Tene,
//! "How not to measure latency", 2013: coordinated omission).

mod drive;
mod error;
mod plan;
mod watcher;

mod descriptors;
mod findings;
mod outage;
mod tally;

mod worker;

mod connection;
mod request;
mod send_queue;

mod failure;
mod job;
mod ledger;
mod schedule;

pub use drive::{Report, drive};
pub use error::LoadError;
pub use plan::{Loop, Plan};
pub use watcher::{Unwatched, Watcher};
