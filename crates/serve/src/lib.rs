//! TCP drivers: how connections become execution, one file a model.
//!
//! ```text
//!   listener ─▶ Acceptor ─▶ model: who serves it? ─▶ session: read, Machine, write, close
//!               limits,      iterative: the acceptor
//!               EMFILE,      thread:    a thread of its own
//!               clocks       process:   a process of its own
//! ```
//!
//! A model does not know what it serves, and a service does not know under which model.

mod acceptor;
mod handshake;
mod listener;
mod model;
mod models;
mod room;
mod session;

pub use listener::{Bound, bind};
pub use model::{Model, ServeError};
pub use models::{MODELS, by_name};
