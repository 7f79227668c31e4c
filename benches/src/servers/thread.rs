//! A thread of the operating system for each connection: the limit of `thr`.
//!
//! Left out: any bound on the number of threads, any count of them, and joining them.

use std::io;
use std::net::TcpListener;
use std::thread::Builder;

use super::blocking::answer;
use crate::protocol::Protocol;

/// Serves for ever.
///
/// # Errors
/// When a connection cannot be accepted or a thread cannot be made.
pub fn serve(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        // A client that is gone ends its thread, and nobody asks why.
        let serve = move || drop(answer(stream, protocol));
        Builder::new().stack_size(STACK_BYTES).spawn(serve)?;
    }
}

/// Reserved and not used up: only what is touched costs memory.
const STACK_BYTES: usize = 64 * 1024;
