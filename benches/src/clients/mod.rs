//! The generators, one load a file. Each prints one line of JSON and ends.

pub mod burst;
pub mod dns;
pub mod echo;
pub mod idle;
pub mod register;
pub mod watch;

mod dns_window;
mod http1;
mod latency;
mod packets;
mod questions;
