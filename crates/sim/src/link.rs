//! What becomes of datagrams between any two hosts.

use std::time::Duration;

use crate::Delay;

/// What becomes of datagrams between any two hosts, where nothing worse happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The share of datagrams that is lost, each copy for itself: 0 to 1.
    pub loss: f64,
    /// The share that comes twice, with a delay each: 0 to 1.
    pub duplicates: f64,
    /// How long they are on their way.
    pub delay: Delay,
    /// Whether what a host sends to all comes back to it, as it does by multicast.
    pub loops_back: bool,
    /// How long a host is busy with what it is handed at once; what comes meanwhile waits, and is handed over together.
    pub turn: Duration,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            loss: 0.0,
            duplicates: 0.0,
            delay: Delay::Constant(Duration::from_micros(100)),
            loops_back: false,
            turn: Duration::from_micros(10),
        }
    }
}
