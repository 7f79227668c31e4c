//! The load generator: workers, arrival schedules, checked answers.
//!
//! It speaks no protocol: it drives the client machines of a [`machine::ClientFactory`] over TCP.
//! A worker asks on a schedule of its own, usually on one connection. A host is a thread that runs workers:
//! one, or as many as there are ([`Client`]); the code is the same.
//!
//! ```text
//!   Plan ──▶ drive ──▶ host 0 ─┬─ Desk      poller, deadlines, and the Ledger: samples, by the batch
//!                 │            │                                   │
//!                 │            ├─ worker 0 ─┬─ Schedule            ├──▶ Watcher::on_samples
//!                 │            │            └─ Connections         │
//!                 │            └─ worker 1 …  socket + machine     │
//!                 ├──▶ host 1 …                                    ▼
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

mod host;

mod desk;
mod poller;
mod table;
mod token;

mod worker;

mod connection;
mod request;
mod send_queue;

mod failure;
mod job;
mod ledger;
mod schedule;
mod socket;
mod sources;
mod state;
mod usage;

pub use drive::{Report, drive};
pub use error::LoadError;
pub use plan::{Client, Loop, Plan};
pub use watcher::{Unwatched, Watcher};
