//! Against programs that others wrote, or might have: neither side knows that the other is not its own.
//!
//! Needs python3, nc (netcat-openbsd), socat, redis-cli and redis-benchmark (redis-tools), wrk and curl.
//! The Python scripts beside these files are equivalents of the labs' programs: unframed, one
//! `recv(1024)` a message. Each test starts its programs on ports of the kernel's choice and ends them
//! by their numbers.

mod clients;
mod failing;
mod generators;
mod servers;
mod terminal;

pub mod programs;
