//! The bare servers, one technique a file.
//!
//! A server owns its listener, never returns unless something fails, and ends by the default action of
//! SIGINT: no drain, no statistics, no limit but those of the kernel.

pub mod start;

mod blocking;
mod epoll;
mod fork;
mod provided;
mod thread;
mod tokio;
mod uring;
