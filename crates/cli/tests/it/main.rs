//! The product as a whole, on real sockets, against real programs.
//!
//! Needs python3, nc (netcat-openbsd), socat, redis-tools, wrk, curl, iproute2, util-linux, and what single files say; `cargo xtask test`
//! installs them where it can. Every server listens on a port of the kernel's choice on 127.0.0.1, or in a network
//! namespace that the test has made, and is ended by its number.

mod bad_input;
mod bench;
mod browser;
mod cast;
mod castbench;
mod chat;
mod choices;
mod clock;
mod compare;
mod conformance;
mod doctor;
mod experiments;
mod faults;
mod group;
mod groupbench;
mod grouplive;
mod groups_document;
mod interop;
mod limits;
mod mean;
mod measuring;
mod memory;
mod names;
mod netns;
mod page;
mod primes;
mod readme;
mod scale;
mod seeds;
mod signals;
mod sim;
mod space_time;
mod support;
mod verdict;
mod virtual_time;
