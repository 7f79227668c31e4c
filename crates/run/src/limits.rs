//! How much of everything a server allows, each bound with a default.

use std::{str::FromStr, time::Duration};

/// The bounds of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections that may be open at once.
    pub connections: usize,
    /// Threads or processes that may serve at once; each serves one connection in the classic models.
    pub workers: usize,
    /// What happens to a connection past these two bounds.
    pub when_full: WhenFull,
    /// Size of one request, its ending not counted. The services keep it.
    pub request_bytes: usize,
    /// How long a connection may be silent while the server waits for it.
    pub idle: Duration,
    /// How long a request may take from its first byte to its last.
    pub request: Duration,
    /// How long the peer may refuse to take more bytes.
    pub write: Duration,
    /// How long to read on after the farewell, so that bytes under way do not turn it into a reset.
    pub linger: Duration,
    /// How long sessions that owe an answer may go on after a stop was asked for.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            workers: 4096,
            when_full: WhenFull::Wait,
            request_bytes: 1024 * 1024,
            idle: Duration::from_secs(300),
            request: Duration::from_secs(60),
            write: Duration::from_secs(30),
            linger: Duration::from_millis(200),
            grace: Duration::from_secs(5),
        }
    }
}

/// What happens to a connection for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits in the kernel's queue until there is.
    Wait,
    /// It is accepted and closed at once, so that the client knows.
    Refuse,
}

impl FromStr for WhenFull {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "wait" => Ok(Self::Wait),
            "refuse" => Ok(Self::Refuse),
            other => Err(format!("unknown choice `{other}`: expected wait or refuse")),
        }
    }
}
