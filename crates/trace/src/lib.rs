//! Logs of distributed programs: what each host did in which order, and which messages went between them.
//!
//! This crate is pure: it is handed texts and gives back data, or the other way round.
//!
//! ```text
//!   texts ─▶ a Form reads ─▶ Log: hosts, events in program order, messages, stamps, flaws ─▶ a Form writes ─▶ text
//! ```
//!
//! A stamp in a log is a *claim*: what is true of the order is for who judges the log to find out.

mod event;
mod flaw;
mod log;

pub use event::{Event, EventKind, HostId, MessageId, Place, Stamps};
pub use flaw::{Flaw, FlawKind};
pub use log::{EventId, Log};
