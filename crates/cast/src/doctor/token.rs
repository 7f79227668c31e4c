//! The datagram that is sent to see whether it arrives.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    process,
    time::Duration,
};

use timing::{Clock as _, SystemClock};

/// A datagram that is known again.
pub struct Token(String);

impl Token {
    /// One for receivers at that port.
    pub fn new(port: u16) -> Self {
        Self(format!("wharf cast doctor {} {port}", process::id()))
    }

    /// What is in it.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Waits for it, at most so long, and however much else comes: where it came from.
    pub fn receive(&self, socket: &UdpSocket, patience: Duration) -> io::Result<SocketAddr> {
        let clock = SystemClock::start();
        let end = clock.now() + patience;
        let mut buffer = [0; 128];
        loop {
            let left = end.since(clock.now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            socket.set_read_timeout(Some(left))?;
            let (count, from) = socket.recv_from(&mut buffer)?;
            if &buffer[..count] == self.bytes() {
                return Ok(from);
            }
        }
    }
}

/// How long a datagram that stays on this machine may take, with much to spare.
pub const PATIENCE: Duration = Duration::from_millis(500);
/// The same for a copy of one that has arrived.
pub const PATIENCE_COPY: Duration = Duration::from_millis(100);
