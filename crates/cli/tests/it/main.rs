//! The product as a whole, on real sockets, against real programs.
//!
//! Needs python3, nc (netcat-openbsd), socat, redis-tools, wrk and curl; `cargo xtask test` installs them
//! where it can. Every server listens on a port of the kernel's choice on 127.0.0.1 and is ended by its
//! number.

mod bad_input;
mod bench;
mod browser;
mod choices;
mod compare;
mod conformance;
mod experiments;
mod faults;
mod interop;
mod limits;
mod mean;
mod measuring;
mod memory;
mod page;
mod primes;
mod readme;
mod scale;
mod seeds;
mod signals;
mod space_time;
mod support;
