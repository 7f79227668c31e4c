//! Experiments: concurrency models under load, swept and repeated.
//!
//! ```text
//!   Sheet ─▶ Experiment ─▶ for each repetition, number of clients, model:
//!                            Server (its own process)  ◀── clients of a kind: burst, throughput,
//!                            wait4: CPU, switches          churn, idle, mixed
//!                        ─▶ for a burst, for each model: a run seen connection by connection (lanes),
//!                           a run whose memory is looked at (footprint), a run whose gaps are looked
//!                           at (gaps)
//!                        ─▶ choices: which model for this load
//!
//!   Summary, Summary ─▶ compare ─▶ Comparison
//! ```
//!
//! The server is its own process, so that what it costs can be read from the kernel and is not mixed
//! with the clients'; and what costs time to look at is looked at in runs that are not timed.

mod error;
mod experiment;
mod floor;
mod sheet;
mod span;

mod place;
mod plan;
mod sweep;

mod aftermath;
mod calibrate;
mod gaps;
mod idle;
mod lanes;
mod measure;
mod server;

mod choices;
mod counters;
mod findings;
mod footprint;
mod obstacle;
mod point;

mod compare;
mod shift;

pub use compare::{Kept, compare};
pub use error::{BenchError, CompareError, SettingError};
pub use experiment::{ClientChoice, DEFAULT_MODELS, Experiment, Subject};
pub use sheet::Sheet;
pub use span::Span;
pub use sweep::{Progress, sweep};
