//! One connection from beginning to end with calls that block: what a thread or a process does.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

use crate::protocol::{Protocol, reverse_line};

/// Serves the connection until its end.
///
/// # Errors
/// When the client is gone.
pub fn answer(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = [0; BUFFER_BYTES];
    match protocol {
        Protocol::Echo => loop {
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            stream.write_all(&buffer[..count])?;
        },
        Protocol::Burst { task } => {
            let count = stream.read(&mut buffer)?;
            let text = &mut buffer[..count];
            thread::sleep(task);
            reverse_line(text);
            stream.write_all(text)
        }
    }
}

/// Sixteen messages of 64 bytes, and as much again and more.
const BUFFER_BYTES: usize = 4096;
