//! The name service as a process: its store, its sockets, its clients.
//!
//! ```text
//!   UDP, TCP ─▶ dns::Responder ─┐ updates                         ┌─▶ Registry (published) ─▶ answers
//!   HTTP ───────────────────────┴─▶ Hub ─▶ Committer: decide, keep ┴─▶ watchers, secondaries
//!                                           all that waits, one write to the disk
//! ```
//!
//! **Nothing is answered, watched or served before it is on the disk.** One thread decides; whatever waits while the disk
//! is busy is decided together and kept with one write (group commit).

pub mod api;
pub mod client;
mod committer;
mod datagrams;
mod dns_connection;
mod dns_tcp;
mod dns_udp;
mod error;
mod http;
mod hub;
mod lease_clock;
mod log_form;
mod plan;
mod proposal;
mod restoring;
mod secondaries;
mod serve;
mod snapshot;
mod stop;
mod store;
mod store_error;
mod tally;
mod unless;
mod watch;
mod watchers;

pub use client::{Client, ClientError};
pub use error::ServerError;
pub use hub::{Hub, Refused};
pub use plan::Plan;
pub use serve::{Server, start};
pub use store::{Snapshot, Store, StoreError};
pub use tally::Tally;
pub use watchers::{Watch, Watched};
