//! Who asks, how, and when.

use std::net::IpAddr;

use naming::LeaseTime;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// From where the message came.
    pub address: IpAddr,
    /// By what.
    pub transport: Transport,
}

impl Peer {
    /// Whether the message came from this machine itself: from 127.0.0.0/8 or `::1` (also as `::ffff:127.0.0.0/104`). The
    /// kernel takes no message with such a source from outside, so it is no forgery.
    pub fn is_local(self) -> bool {
        self.address.to_canonical().is_loopback()
    }
}

/// By what a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A datagram: its source may be forged.
    Udp,
    /// A connection: whoever asks is where he says.
    Tcp,
}

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// On the registry's clock.
    pub lease: LeaseTime,
    /// Seconds since 1970-01-01 UTC: signatures and cookies say when they were made.
    pub unix_s: u64,
}
