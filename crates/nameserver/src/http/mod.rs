//! JSON over HTTP: names, leases, watches as event streams, and a page to look at.
//!
//! ```text
//!   accept (bounded) ─▶ connection: hyper, limits of time and size ─▶ gate: Host, Origin, token ─▶ route ─▶ one file each
//!                                                                                                  │
//!   changes ─▶ Hub::propose ─▶ the committer's thread ─▶ answer         listings, big bodies ─▶ a thread for what takes long
//! ```
//!
//! One thread drives all connections, so nothing on it may take long: listings and bodies of thousands of changes are
//! read and written elsewhere, and watchers are told within a millisecond whatever else is asked.

mod accept;
mod body;
mod connection;
mod desk;
mod events;
mod gate;
mod leases;
mod listing;
mod names;
mod page;
mod payload;
mod percent;
mod rejection;
mod route;
mod watching;

pub(crate) use accept::{check, start};
