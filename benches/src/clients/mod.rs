//! The generators, one load a file. Each prints one line of JSON and ends.

pub mod burst;
pub mod dns;
pub mod echo;
pub mod idle;

mod dns_window;
mod latency;
mod packets;
mod questions;
