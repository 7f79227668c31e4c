//! Experiments: concurrency models under load, swept and repeated.
//!
//! ```text
//!   Experiment ─▶ for each repetition, number of clients, model:
//!                   Server (its own process)  ◀── burst: N clients at once, one request each
//!                   wait4: CPU, switches           wall time, answers, the clients' own lateness
//!              ─▶ for each model: a run seen connection by connection (lanes), a run whose memory is
//!                 looked at (footprint), a run whose gaps are looked at (gaps)
//! ```
//!
//! The server is its own process, so that what it costs can be read from the kernel and is not mixed
//! with the clients'; and what costs time to look at is looked at in runs that are not timed.

mod burst;
mod error;
mod experiment;
mod floor;
mod footprint;
mod gaps;
mod lanes;
mod point;
mod server;
mod sweep;

pub use error::BenchError;
pub use experiment::{Experiment, Subject};
pub use floor::scaled_task;
pub use sweep::{Progress, sweep};
