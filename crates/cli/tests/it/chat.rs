//! `wharf cast chat`: members that are processes of their own, and the log that their logs are together.
//!
//! Needs python3, nftables, and what `support::netns` needs. Everything runs in network namespaces that the tests
//! make, on a loopback or a bridge of their own; each program is ended by its number.

mod bridge;
mod log;
mod loopback;
mod ordered;
mod refused;
mod talker;
mod terminal;
