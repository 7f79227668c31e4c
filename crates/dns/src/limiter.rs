//! How many answers a network may be sent (response-rate limiting).

use std::net::IpAddr;

/// Counts answers by datagram, by the network that they go to (a /24, or a /56 of IPv6).
#[derive(Debug)]
pub struct Limiter {}

/// What a network may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The answer.
    Answer,
    /// A cut answer: whoever asks in earnest comes again by a connection.
    Cut,
    /// Nothing.
    Drop,
}

impl Limiter {
    /// A limiter: so many answers a second for a network, at most so many networks at once are kept in mind.
    pub fn new(_answers_per_s: u32, _networks_max: usize) -> Self {
        unimplemented!()
    }

    /// What may be sent there now.
    pub fn ask(&mut self, _address: IpAddr, _now_ms: u64) -> Limit {
        unimplemented!()
    }
}
