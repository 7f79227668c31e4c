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
mod blocking;
mod conversation;
mod event_loop;
mod hall;
mod handshake;
mod herd;
mod kept;
mod listener;
mod model;
mod models;
mod nudge;
mod offload;
mod parents_list;
mod peer;
mod pens;
mod processes;
mod read_buffer;
mod ring;
mod ring_arrivals;
mod ring_buffers;
mod ring_loop;
mod room;
mod staff;
mod talks;
mod task;
mod task_scope;
mod vacancy;

pub use listener::{Bound, Terms, bind};
pub use model::{Choice, Memory, Model, ServeError};
pub use models::{MODELS, by_name};
