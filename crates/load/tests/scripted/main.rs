//! The generator against servers that do as they are told, good and bad, on real loopback sockets.

mod clients;
mod echo;
mod faults;
mod pacing;
mod server;
mod stopping;
mod verdicts;
mod watching;
