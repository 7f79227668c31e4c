//! `wharf cast send` and `wharf cast recv`, against the lab's programs, `socat` and each other.
//!
//! Needs python3, socat, and what `support::netns` needs. Everything runs in network namespaces that the tests
//! make, on a loopback or a bridge of their own, so that nothing leaves the machine; each program is ended by
//! its number. `seed_server.py` and `seed_client.py` are the two programs of the lab's experiment on
//! communication, in which both only receive.

mod bridge;
mod groups;
mod loopback;
mod member;
mod refused;
mod sharing;
mod written;
