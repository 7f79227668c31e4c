//! `idle-client`: connections that have exchanged one message and then keep silent until stdin ends.
//!
//! The message proves that the server has accepted each of them and has made whatever it makes for one.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::flags::Flags;
use crate::sockets;

/// Connects, prints `{"connected":…}`, and holds the connections.
///
/// # Errors
/// When a connection fails or is not answered in time.
pub fn run(flags: &Flags) -> io::Result<()> {
    let count = flags.count("clients", 1000)?;
    let address = flags.address()?;
    sockets::make_room(count)?;
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&MESSAGE)?;
        let mut answer = MESSAGE;
        stream.read_exact(&mut answer)?;
        held.push(stream);
    }
    println!("{{\"connected\":{count}}}");
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

const MESSAGE: [u8; 64] = {
    let mut message = [b'x'; 64];
    message[63] = b'\n';
    message
};
const PATIENCE: Duration = Duration::from_secs(10);
