//! `wharf group join` on networks that lose, double, delay and reorder, among members that die, sleep and come back, and among
//! strangers: what a group promises, judged by `wharf verdict` from the logs of processes that were there.
//!
//! Needs python3, nftables, and what `support::netns` needs. Everything runs in network namespaces that the tests make; each program
//! is ended by its number.

mod bridge;
mod crew;
mod garbage;
mod relayed;
mod strangers;
