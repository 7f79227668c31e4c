//! Logs of distributed programs: what each host did in which order, and which messages went between them.
//!
//! This crate is pure: it is handed texts and gives back data, or the other way round.
//!
//! ```text
//!   texts ─▶ a Form reads ─▶ Log: hosts, events in program order, messages, stamps, flaws ─▶ a Form writes ─▶ text
//! ```
//!
//! A stamp in a log is a *claim*: what is true of the order is for who judges the log to find out. Nothing that is
//! wrong with a text ends its reading: it becomes a [`Flaw`] with a place, and what can be told is read all the same.

mod assembly;
mod by_pattern;
mod clock_text;
mod decoded;
mod escape;
mod event;
mod flaw;
mod form;
mod forms;
mod left_out;
mod log;
mod messages;
mod name;
mod number;
mod pattern;
mod promised;
mod tear;

pub use event::{Event, EventKind, HostId, MessageId, Place, Stamps};
pub use flaw::{FLAWS_MAX, Flaw, FlawKind};
pub use form::{Form, Options, ReadError, Source, read, recognise};
pub use forms::FORMS;
pub use forms::wharf::{Entry, Journal};
pub use log::{EventId, Field, Log, View};
pub use name::{NAME_BYTES_MAX, Name, NameError};
pub use number::Account;
pub use promised::Promised;
pub use tear::Tear;
